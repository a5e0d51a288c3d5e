using Microsoft.Azure.SignalR.Management;

namespace Chat.Local.SignalR;

/// <summary>Groups of single connections; for a connection that has gone every call does nothing, as with the package.</summary>
internal sealed class ConnectionGroups(HubConnections hub, RestCalls calls) : GroupManager
{
    public override async Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        await calls.CallAsync(RestRequest.ConnectionInGroup("group-add", connectionId, groupName), () => hub.AddConnection(connectionId, groupName), cancellationToken);

    public override async Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        await calls.CallAsync(RestRequest.ConnectionInGroup("group-remove", connectionId, groupName), () => hub.RemoveConnection(connectionId, groupName), cancellationToken);

    public override async Task RemoveFromAllGroupsAsync(string connectionId, CancellationToken cancellationToken = default) =>
        await calls.CallAsync(RestRequest.ConnectionOutOfAllGroups(connectionId), () => hub.RemoveConnectionFromAll(connectionId), cancellationToken);
}
