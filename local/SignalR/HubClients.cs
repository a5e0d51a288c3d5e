using Microsoft.AspNetCore.SignalR;

namespace Chat.Local.SignalR;

/// <summary>Addresses the clients of a hub.</summary>
internal sealed class HubClients(HubContext context, string hub) : IHubClients
{
    public IClientProxy All => To(new Address(Audience.All, hub));

    public IClientProxy AllExcept(IReadOnlyList<string> excludedConnectionIds) => To(new Address(Audience.All, hub, excludedConnectionIds));

    public IClientProxy Client(string connectionId) => To(new Address(Audience.Connection, connectionId));

    public IClientProxy Clients(IReadOnlyList<string> connectionIds) => ToEach(Audience.Connection, connectionIds);

    public IClientProxy Group(string groupName) => To(new Address(Audience.Group, groupName));

    public IClientProxy GroupExcept(string groupName, IReadOnlyList<string> excludedConnectionIds) =>
        To(new Address(Audience.Group, groupName, excludedConnectionIds));

    public IClientProxy Groups(IReadOnlyList<string> groupNames) => ToEach(Audience.Group, groupNames);

    public IClientProxy User(string userId) => To(new Address(Audience.User, userId));

    public IClientProxy Users(IReadOnlyList<string> userIds) => ToEach(Audience.User, userIds);

    private Recipients To(Address address) => new(context, [address]);

    private Recipients ToEach(Audience audience, IReadOnlyList<string> names) => new(context, [.. names.Select(name => new Address(audience, name))]);

    private sealed class Recipients(HubContext context, Address[] addresses) : IClientProxy
    {
        public Task SendCoreAsync(string method, object?[] args, CancellationToken cancellationToken = default) =>
            context.SendAsync(addresses, method, args, cancellationToken);
    }
}
