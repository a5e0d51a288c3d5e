namespace Microsoft.Azure.SignalR.Management;

/// <summary>How the app configures its access to the service.</summary>
public class ServiceManagerBuilder
{
    private readonly ServiceManagerOptions _options = new();
    private HttpMessageHandler? _transport;
    private TimeProvider _time = TimeProvider.System;

    public ServiceManagerBuilder WithOptions(Action<ServiceManagerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_options);
        return this;
    }

    public ServiceManager BuildServiceManager() => new TransientServiceManager(_options, _transport, _time);

    /// <param name="transport">Another way for requests than the network, as in tests; the network when null.</param>
    internal ServiceManagerBuilder WithTransport(HttpMessageHandler? transport, TimeProvider time)
    {
        (_transport, _time) = (transport, time);
        return this;
    }

    private sealed class TransientServiceManager(ServiceManagerOptions options, HttpMessageHandler? transport, TimeProvider time) : ServiceManager
    {
        public override Task<ServiceHubContext> CreateHubContextAsync(string hubName, CancellationToken cancellationToken) =>
            Task.FromResult<ServiceHubContext>(new RestHubContext(options, hubName, transport, time));
    }
}
