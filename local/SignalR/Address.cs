namespace Chat.Local.SignalR;

/// <summary>Kinds of recipients of a send.</summary>
internal enum Audience
{
    All,
    User,
    Group,
    Connection,
}

/// <summary>The recipients of one send.</summary>
/// <param name="Name">The user, group or connection; the hub for <see cref="Audience.All"/>.</param>
/// <param name="Except">Connections that don't get it.</param>
internal sealed record Address(Audience Audience, string Name, IReadOnlyList<string> Except)
{
    public Address(Audience audience, string name)
        : this(audience, name, [])
    {
    }

    /// <summary>The operation's name for faults.</summary>
    public string Operation => Audience switch
    {
        Audience.All => "send-all",
        Audience.User => "send-user",
        Audience.Group => "send-group",
        _ => "send-connection",
    };
}
