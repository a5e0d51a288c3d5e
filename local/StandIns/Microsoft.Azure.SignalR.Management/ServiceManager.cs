// As in the package, whose types carry no nullable annotations.
#nullable disable

namespace Microsoft.Azure.SignalR.Management;

/// <summary>The app's access to the service.</summary>
public abstract class ServiceManager
{
    public abstract Task<ServiceHubContext> CreateHubContextAsync(string hubName, CancellationToken cancellationToken);
}
