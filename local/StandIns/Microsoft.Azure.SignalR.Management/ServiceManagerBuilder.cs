using Azure.Core.Serialization;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>How the app configures its access to the service.</summary>
public class ServiceManagerBuilder
{
    private readonly ServiceManagerOptions _options = new();

    public ServiceManagerBuilder WithOptions(Action<ServiceManagerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_options);
        return this;
    }

    /// <param name="transport">Another way for requests than the network, as in tests; the network when null.</param>
    internal RestHubContext Open(string hub, HttpMessageHandler? transport, TimeProvider time) => new(_options, hub, transport, time);
}

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
