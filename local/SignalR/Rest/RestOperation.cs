namespace Chat.Local.SignalR.Rest;

/// <summary>What a request may ask of a hub.</summary>
internal enum Verb
{
    Send,
    Close,
    Exists,
    AddUser,
    RemoveUser,
    RemoveUserFromAll,
    IsUserInGroup,
    AddConnection,
    RemoveConnection,
    RemoveConnectionFromAll,
}

/// <summary>What a request asks of a hub.</summary>
/// <param name="Name">Whom it concerns: a user, a group, a connection; empty for the whole hub.</param>
/// <param name="Group">The group that a user or a connection is put into, taken out of or looked for in.</param>
internal sealed record RestOperation(Verb Verb, Audience Audience, string Name, string? Group = null)
{
    private const int MaxName = 1024;

    /// <summary>The operation's name for faults.</summary>
    public string Kind => Verb switch
    {
        Verb.Send =>
            Audience switch
            {
                Audience.All => "send-all",
                Audience.User => "send-user",
                Audience.Group => "send-group",
                _ => "send-connection",
            },
        Verb.Close =>
            Audience switch { Audience.All => "close-all", Audience.User => "close-user", Audience.Group => "close-group", _ => "close" },
        Verb.Exists => Audience switch { Audience.User => "user-exists", Audience.Group => "group-exists", _ => "connection-exists" },
        Verb.AddUser or Verb.AddConnection => "group-add",
        Verb.IsUserInGroup => "group-check",
        _ => "group-remove",
    };

    /// <summary>For faults, what it is about: a user, a group, a connection, or <c>group/member</c>.</summary>
    public string Target => Group is null ? Name : $"{Group}/{Name}";

    /// <summary>
    /// What is asked for; null when the address is nobody's. GET asks what HEAD asks, as the package and the swagger differ there.
    /// </summary>
    /// <param name="path">The parts of the path, as they were sent.</param>
    public static RestOperation? Find(string method, string[] path) => (method, path) switch
    {
        ("POST", ["", "api", "hubs", _, ":send"]) => new(Verb.Send, Audience.All, ""),
        ("POST", ["", "api", "hubs", _, "users", var user, ":send"]) => new(Verb.Send, Audience.User, Read(user)),
        ("POST", ["", "api", "hubs", _, "groups", var group, ":send"]) => new(Verb.Send, Audience.Group, Read(group)),
        ("POST", ["", "api", "hubs", _, "connections", var connection, ":send"]) => new(Verb.Send, Audience.Connection, Read(connection)),
        ("POST", ["", "api", "hubs", _, ":closeConnections"]) => new(Verb.Close, Audience.All, ""),
        ("POST", ["", "api", "hubs", _, "users", var user, ":closeConnections"]) => new(Verb.Close, Audience.User, Read(user)),
        ("POST", ["", "api", "hubs", _, "groups", var group, ":closeConnections"]) => new(Verb.Close, Audience.Group, Read(group)),
        ("DELETE", ["", "api", "hubs", _, "connections", var connection]) => new(Verb.Close, Audience.Connection, Read(connection)),
        ("GET" or "HEAD", ["", "api", "hubs", _, "users", var user]) => new(Verb.Exists, Audience.User, Read(user)),
        ("GET" or "HEAD", ["", "api", "hubs", _, "groups", var group]) => new(Verb.Exists, Audience.Group, Read(group)),
        ("GET" or "HEAD", ["", "api", "hubs", _, "connections", var connection]) => new(Verb.Exists, Audience.Connection, Read(connection)),
        ("PUT", ["", "api", "hubs", _, "users", var user, "groups", var group]) =>
            new(Verb.AddUser, Audience.User, Read(user), Read(group)),
        ("DELETE", ["", "api", "hubs", _, "users", var user, "groups", var group]) =>
            new(Verb.RemoveUser, Audience.User, Read(user), Read(group)),
        ("GET" or "HEAD", ["", "api", "hubs", _, "users", var user, "groups", var group]) =>
            new(Verb.IsUserInGroup, Audience.User, Read(user), Read(group)),
        ("DELETE", ["", "api", "hubs", _, "users", var user, "groups"]) => new(Verb.RemoveUserFromAll, Audience.User, Read(user)),
        ("PUT", ["", "api", "hubs", _, "groups", var group, "connections", var connection]) =>
            new(Verb.AddConnection, Audience.Connection, Read(connection), Read(group)),
        ("DELETE", ["", "api", "hubs", _, "groups", var group, "connections", var connection]) =>
            new(Verb.RemoveConnection, Audience.Connection, Read(connection), Read(group)),
        ("DELETE", ["", "api", "hubs", _, "connections", var connection, "groups"]) =>
            new(Verb.RemoveConnectionFromAll, Audience.Connection, Read(connection)),
        _ => null,
    };

    /// <summary>What is wrong with the names; null if nothing is.</summary>
    public string? Fault()
    {
        if (Name.Length == 0 && Audience != Audience.All)
        {
            return $"The {Audience.ToString().ToLowerInvariant()} has no name.";
        }

        var group = Audience == Audience.Group ? Name : Group;
        if (group is not null && (group.Length > MaxName || string.IsNullOrWhiteSpace(group)))
        {
            return $"The name of a group has 1 to {MaxName} characters, not all of them white space.";
        }

        return this is { Verb: Verb.Close, Audience: Audience.User, Name.Length: > MaxName }
            ? $"The id of a user has at most {MaxName} characters."
            : null;
    }

    private static string Read(string part) => Uri.UnescapeDataString(part);
}
