using Microsoft.Azure.SignalR.Management;

namespace Chat.Local.SignalR;

/// <summary>Asks which connections are there, and closes them.</summary>
internal sealed class ConnectedClients(HubConnections hub, RestCalls calls) : ClientManager
{
    public override async Task CloseConnectionAsync(string connectionId, string? reason = null, CancellationToken cancellationToken = default) =>
        await calls.CallAsync(RestRequest.Close(connectionId), () => Close(connectionId, reason), cancellationToken);

    public override Task<bool> ConnectionExistsAsync(string connectionId, CancellationToken cancellationToken = default) =>
        ExistsAsync("connection-exists", new Address(Audience.Connection, connectionId), cancellationToken);

    public override Task<bool> UserExistsAsync(string userId, CancellationToken cancellationToken = default) =>
        ExistsAsync("user-exists", new Address(Audience.User, userId), cancellationToken);

    public override Task<bool> GroupExistsAsync(string groupName, CancellationToken cancellationToken = default) =>
        ExistsAsync("group-exists", new Address(Audience.Group, groupName), cancellationToken);

    private async Task<bool> ExistsAsync(string operation, Address address, CancellationToken cancellationToken) =>
        await calls.CallAsync(RestRequest.Exists(operation, address), () => hub.Find(address).Length > 0, kill: null, cancellationToken);

    private void Close(string connectionId, string? reason)
    {
        foreach (var connection in hub.Find(new Address(Audience.Connection, connectionId)))
        {
            connection.Close(reason);
        }
    }
}
