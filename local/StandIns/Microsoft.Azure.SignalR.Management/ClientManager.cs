// As in the package, whose types carry no nullable annotations.
#nullable disable

namespace Microsoft.Azure.SignalR.Management;

/// <summary>Asks about the clients of a hub and closes their connections.</summary>
public abstract class ClientManager
{
    public abstract Task CloseConnectionAsync(string connectionId, string reason = null, CancellationToken cancellationToken = default);

    public abstract Task<bool> ConnectionExistsAsync(string connectionId, CancellationToken cancellationToken = default);

    public abstract Task<bool> UserExistsAsync(string userId, CancellationToken cancellationToken = default);

    public abstract Task<bool> GroupExistsAsync(string groupName, CancellationToken cancellationToken = default);
}
