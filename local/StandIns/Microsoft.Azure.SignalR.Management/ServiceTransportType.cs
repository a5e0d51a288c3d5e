namespace Microsoft.Azure.SignalR.Management;

/// <summary>How the app talks to the service.</summary>
public enum ServiceTransportType
{
    /// <summary>A REST request for every call.</summary>
    Transient = 0,

    /// <summary>A few standing connections.</summary>
    Persistent = 1,
}
