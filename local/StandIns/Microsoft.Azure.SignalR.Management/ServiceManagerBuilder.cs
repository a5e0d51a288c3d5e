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

    public ServiceManager BuildServiceManager() => throw new NotSupportedException($"There is no {_options.ServiceTransportType} transport yet.");
}
