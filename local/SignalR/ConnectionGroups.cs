using Microsoft.Azure.SignalR.Management;

namespace Chat.Local.SignalR;

/// <summary>Groups of single connections; for a connection that has gone every call does nothing, as with the package.</summary>
internal sealed class ConnectionGroups(HubConnections hub, RestCalls calls) : GroupManager
{
    public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        calls.ChangeGroupAsync("group-add", groupName, connectionId, () => hub.AddConnection(connectionId, groupName), cancellationToken);

    public override Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
        calls.ChangeGroupAsync("group-remove", groupName, connectionId, () => hub.RemoveConnection(connectionId, groupName), cancellationToken);

    public override Task RemoveFromAllGroupsAsync(string connectionId, CancellationToken cancellationToken = default) =>
        calls.CallAsync("group-remove", connectionId, () => hub.RemoveConnectionFromAll(connectionId), cancellationToken);
}
