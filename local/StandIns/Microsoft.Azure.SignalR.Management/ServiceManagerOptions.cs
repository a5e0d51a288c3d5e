using Azure.Core.Serialization;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>Options of the access to the service.</summary>
public class ServiceManagerOptions
{
    /// <summary>Where the service is, and the key with which requests and tokens are signed.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How long a call may take; 100 s unless set.</summary>
    public TimeSpan HttpClientTimeout { get; set; } = TimeSpan.FromSeconds(100);

    internal ObjectSerializer? ObjectSerializer { get; private set; }

    /// <summary>Serialises arguments with this. It must be set here, where the package would take Newtonsoft.Json.</summary>
    public void UseJsonObjectSerializer(ObjectSerializer objectSerializer) => ObjectSerializer = objectSerializer;
}
