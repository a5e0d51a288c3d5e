using System.Net;

namespace Chat.Local.SignalR;

/// <summary>A request of the app's to the service, with the path that the Management SDK writes for it.</summary>
/// <remarks>
/// The SDK escapes each id by <see cref="Uri.EscapeDataString(string)"/>, which leaves dots alone, and every HTTP client takes the segments
/// <c>.</c> and <c>..</c> away: a send to the user <c>..</c> would arrive as one to everybody. A request whose path doesn't stay as it is written
/// is refused.
/// </remarks>
internal sealed record RestRequest
{
    private const string Hub = "http://localhost/api/hubs/hub";
    private const int MaxGroupName = 1024;

    private RestRequest(string operation, string target, string path)
    {
        if (new Uri(Hub + path).AbsoluteUri != Hub + path)
        {
            throw new InvalidOperationException($"SignalR Service can't be asked for {path}: what HTTP makes of that is the address of something else.");
        }

        (Operation, Target, Path) = (operation, target, path);
    }

    /// <summary>The operation's name for faults.</summary>
    public string Operation { get; }

    /// <summary>For faults, what it is about: a user, a group, a connection, or <c>group/member</c>.</summary>
    public string Target { get; }

    /// <summary>After the hub's.</summary>
    public string Path { get; }

    public static RestRequest Send(Address to) => new(to.Operation, to.Name, $"{PathOf(to)}/:send");

    public static RestRequest Exists(string operation, Address whom) => new(operation, whom.Name, PathOf(whom));

    public static RestRequest UserInGroup(string operation, string user, string group) => new(operation, $"{group}/{user}", User(user) + Group(group));

    public static RestRequest UserOutOfAllGroups(string user) => new("group-remove", user, $"{User(user)}/groups");

    public static RestRequest ConnectionInGroup(string operation, string connection, string group) =>
        new(operation, $"{group}/{connection}", Group(group) + Connection(connection));

    public static RestRequest ConnectionOutOfAllGroups(string connection) => new("group-remove", connection, $"{Connection(connection)}/groups");

    public static RestRequest Close(string connection) => new("close", connection, Connection(connection));

    public static RestRequest CloseUser(string user) => new("close-user", user, $"{User(user)}/:closeConnections");

    private static string PathOf(Address address) => address.Audience switch
    {
        Audience.All => "",
        Audience.User => User(address.Name),
        Audience.Group => Group(address.Name),
        _ => Connection(address.Name),
    };

    private static string User(string id) => Part("users", id);

    private static string Group(string name) =>
        name?.Length > MaxGroupName ? throw RestCallFailedException.Refused(HttpStatusCode.BadRequest, "groups", name) : Part("groups", name);

    private static string Connection(string id) => Part("connections", id);

    private static string Part(string kind, string? id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return $"/{kind}/{Uri.EscapeDataString(id)}";
    }
}
