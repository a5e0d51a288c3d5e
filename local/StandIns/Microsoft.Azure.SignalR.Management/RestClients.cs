using Microsoft.AspNetCore.SignalR;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>Addresses the clients of a hub: a send is one request, or one for each of several.</summary>
internal sealed class RestClients(RestClient client) : IHubClients
{
    public IClientProxy All => AllExcept([]);

    public IClientProxy AllExcept(IReadOnlyList<string> excludedConnectionIds) => new Recipients(client, [""], excludedConnectionIds);

    public IClientProxy Client(string connectionId) => Clients([connectionId]);

    public IClientProxy Clients(IReadOnlyList<string> connectionIds) => Each("connections", connectionIds);

    public IClientProxy Group(string groupName) => Groups([groupName]);

    public IClientProxy GroupExcept(string groupName, IReadOnlyList<string> excludedConnectionIds) =>
        new Recipients(client, [RestHubContext.Part("groups", groupName)], excludedConnectionIds);

    public IClientProxy Groups(IReadOnlyList<string> groupNames) => Each("groups", groupNames);

    public IClientProxy User(string userId) => Users([userId]);

    public IClientProxy Users(IReadOnlyList<string> userIds) => Each("users", userIds);

    private Recipients Each(string kind, IReadOnlyList<string> names) =>
        new(client, [.. names.Select(name => RestHubContext.Part(kind, name))], []);

    private sealed class Recipients(RestClient client, string[] paths, IReadOnlyList<string> excluded) : IClientProxy
    {
        public Task SendCoreAsync(string method, object?[] args, CancellationToken cancellationToken = default) => paths is [var path]
            ? client.SendAsync(path, method, args, excluded, cancellationToken)
            : Task.WhenAll(paths.Select(path => client.SendAsync(path, method, args, excluded, cancellationToken)));
    }
}
