using Microsoft.Azure.SignalR.Management;

namespace Chat.Local.SignalR;

/// <inheritdoc cref="HubConnections"/>
internal sealed class UserGroups(HubConnections hub, RestCalls calls) : UserGroupManager
{
    public override Task AddToGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default) =>
        AddAsync(userId, groupName, ttl: null, cancellationToken);

    public override Task AddToGroupAsync(string userId, string groupName, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        AddAsync(userId, groupName, ttl, cancellationToken);

    public override async Task RemoveFromGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default) =>
        await ChangeAsync(RestRequest.UserInGroup("group-remove", userId, groupName), () => hub.RemoveUser(userId, groupName), cancellationToken);

    public override async Task RemoveFromAllGroupsAsync(string userId, CancellationToken cancellationToken = default) =>
        await ChangeAsync(RestRequest.UserOutOfAllGroups(userId), () => hub.RemoveUserFromAll(userId), cancellationToken);

    public override async Task<bool> IsUserInGroup(string userId, string groupName, CancellationToken cancellationToken = default) =>
        await calls.CallAsync(RestRequest.UserInGroup("group-check", userId, groupName), () => hub.IsUserInGroup(userId, groupName), kill: null, cancellationToken);

    private async Task AddAsync(string userId, string groupName, TimeSpan? ttl, CancellationToken cancellationToken) =>
        await ChangeAsync(RestRequest.UserInGroup("group-add", userId, groupName), () => hub.AddUser(userId, groupName, ttl), cancellationToken);

    private async Task ChangeAsync(RestRequest request, Action change, CancellationToken cancellationToken)
    {
        await calls.CallAsync(request, change, cancellationToken);
        await hub.WhenDurableAsync();
    }
}
