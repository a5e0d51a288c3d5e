using Microsoft.Azure.SignalR.Management;

namespace Chat.Local.SignalR;

/// <inheritdoc cref="HubConnections"/>
internal sealed class UserGroups(HubConnections hub, RestCalls calls) : UserGroupManager
{
    public override Task AddToGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default) =>
        DurablyAsync(calls.ChangeGroupAsync("group-add", groupName, userId, () => hub.AddUser(userId, groupName, ttl: null), cancellationToken));

    public override Task AddToGroupAsync(string userId, string groupName, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        DurablyAsync(calls.ChangeGroupAsync("group-add", groupName, userId, () => hub.AddUser(userId, groupName, ttl), cancellationToken));

    public override Task RemoveFromGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default) =>
        DurablyAsync(calls.ChangeGroupAsync("group-remove", groupName, userId, () => hub.RemoveUser(userId, groupName), cancellationToken));

    public override Task RemoveFromAllGroupsAsync(string userId, CancellationToken cancellationToken = default) =>
        DurablyAsync(calls.CallAsync("group-remove", userId, () => hub.RemoveUserFromAll(userId), cancellationToken));

    public override Task<bool> IsUserInGroup(string userId, string groupName, CancellationToken cancellationToken = default) =>
        calls.CallAsync("group-check", $"{groupName}/{userId}", () => hub.IsUserInGroup(userId, groupName), kill: null, cancellationToken);

    private async Task DurablyAsync(Task change)
    {
        await change;
        await hub.WhenDurableAsync();
    }
}
