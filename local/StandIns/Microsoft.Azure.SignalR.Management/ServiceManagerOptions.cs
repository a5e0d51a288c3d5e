using Azure.Core.Serialization;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>Options of the access to the service.</summary>
public class ServiceManagerOptions
{
    /// <summary>How long a call may take; 100 s unless set.</summary>
    public TimeSpan HttpClientTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Only <see cref="ServiceTransportType.Transient"/> is there: one request per send.</summary>
    public ServiceTransportType ServiceTransportType { get; set; } = ServiceTransportType.Transient;

    internal ObjectSerializer? ObjectSerializer { get; private set; }

    /// <summary>Serialises arguments with this; with Newtonsoft.Json, names as they are, unless set.</summary>
    public void UseJsonObjectSerializer(ObjectSerializer objectSerializer) => ObjectSerializer = objectSerializer;
}
