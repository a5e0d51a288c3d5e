using Microsoft.AspNetCore.SignalR;

namespace Chat.Local.SignalR;

/// <summary>The clients of a hub, addressed through the methods of <typeparamref name="T"/>.</summary>
internal sealed class TypedClients<T>(IHubClients clients) : IHubClients<T>
    where T : class
{
    public T All => ClientMethods<T>.Over(clients.All);

    public T AllExcept(IReadOnlyList<string> excludedConnectionIds) => ClientMethods<T>.Over(clients.AllExcept(excludedConnectionIds));

    public T Client(string connectionId) => ClientMethods<T>.Over(clients.Client(connectionId));

    public T Clients(IReadOnlyList<string> connectionIds) => ClientMethods<T>.Over(clients.Clients(connectionIds));

    public T Group(string groupName) => ClientMethods<T>.Over(clients.Group(groupName));

    public T GroupExcept(string groupName, IReadOnlyList<string> excludedConnectionIds) =>
        ClientMethods<T>.Over(clients.GroupExcept(groupName, excludedConnectionIds));

    public T Groups(IReadOnlyList<string> groupNames) => ClientMethods<T>.Over(clients.Groups(groupNames));

    public T User(string userId) => ClientMethods<T>.Over(clients.User(userId));

    public T Users(IReadOnlyList<string> userIds) => ClientMethods<T>.Over(clients.Users(userIds));
}
