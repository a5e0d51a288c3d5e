// As in the package, whose types carry no nullable annotations.
#nullable disable

namespace Microsoft.Azure.SignalR.Management;

/// <summary>The groups that users are in, with every connection that they have and will have.</summary>
public abstract class UserGroupManager
{
    public abstract Task AddToGroupAsync(string userId, string groupName, TimeSpan ttl, CancellationToken cancellationToken = default);

    public abstract Task RemoveFromGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default);

    public abstract Task RemoveFromAllGroupsAsync(string userId, CancellationToken cancellationToken = default);
}

/// <summary>Asks about the clients of a hub.</summary>
public abstract class ClientManager
{
    public abstract Task<bool> UserExistsAsync(string userId, CancellationToken cancellationToken = default);
}
