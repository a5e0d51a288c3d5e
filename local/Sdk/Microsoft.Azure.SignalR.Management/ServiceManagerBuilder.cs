namespace Microsoft.Azure.SignalR.Management;

/// <summary>How the app configures its access to the service.</summary>
public class ServiceManagerBuilder
{
    internal ServiceManagerOptions Options { get; } = new();

    public ServiceManagerBuilder WithOptions(Action<ServiceManagerOptions> configure)
    {
        configure(Options);
        return this;
    }
}
