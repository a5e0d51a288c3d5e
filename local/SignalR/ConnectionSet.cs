namespace Chat.Local.SignalR;

/// <summary>A set of connections that is read far more often than changed: readers share one array until the next change.</summary>
/// <remarks>Not safe from several threads by itself; an array once given out never changes.</remarks>
internal sealed class ConnectionSet
{
    private readonly HashSet<ClientConnection> _members = [];
    private ClientConnection[]? _snapshot;

    public bool IsEmpty => _members.Count == 0;

    public ClientConnection[] Snapshot() => _snapshot ??= [.. _members];

    public bool Contains(ClientConnection connection) => _members.Contains(connection);

    public void Add(ClientConnection connection)
    {
        if (_members.Add(connection))
        {
            _snapshot = null;
        }
    }

    public void Remove(ClientConnection connection)
    {
        if (_members.Remove(connection))
        {
            _snapshot = null;
        }
    }
}
