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

    /// <summary>Whether one of them gets it.</summary>
    public bool Includes(ClientConnection connection) => Except.Count == 0 || !Except.Contains(connection.Id, StringComparer.Ordinal);
}
