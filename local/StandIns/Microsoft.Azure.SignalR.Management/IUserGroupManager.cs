// As in the package, whose types carry no nullable annotations.
#nullable disable

namespace Microsoft.Azure.SignalR.Management;

/// <summary>The groups that users are in, with every connection that they have and will have.</summary>
public interface IUserGroupManager
{
    Task AddToGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default);

    Task AddToGroupAsync(string userId, string groupName, TimeSpan ttl, CancellationToken cancellationToken = default);

    Task RemoveFromGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default);

    Task RemoveFromAllGroupsAsync(string userId, CancellationToken cancellationToken = default);

    Task<bool> IsUserInGroup(string userId, string groupName, CancellationToken cancellationToken = default);
}
