namespace Chat.Local.SignalR;

/// <summary>Connections by a name, a user's or a group's: a name is there as long as it has connections.</summary>
internal sealed class ConnectionIndex
{
    private readonly Dictionary<string, ConnectionSet> _sets = new(StringComparer.Ordinal);
    private readonly Dictionary<ClientConnection, HashSet<string>> _names = [];

    public IReadOnlyCollection<string> Names => _sets.Keys;

    public ClientConnection[] Find(string name) => _sets.TryGetValue(name, out var set) ? set.Snapshot() : [];

    public bool Contains(string name, ClientConnection connection) => _sets.TryGetValue(name, out var set) && set.Contains(connection);

    public void Add(string name, ClientConnection connection)
    {
        if (!_sets.TryGetValue(name, out var set))
        {
            _sets[name] = set = new ConnectionSet();
        }

        if (!_names.TryGetValue(connection, out var names))
        {
            _names[connection] = names = new HashSet<string>(StringComparer.Ordinal);
        }

        set.Add(connection);
        names.Add(name);
    }

    public void Remove(string name, ClientConnection connection)
    {
        if (_names.TryGetValue(connection, out var names) && names.Remove(name))
        {
            RemoveFromSet(name, connection);
        }
    }

    /// <summary>Removes the connection wherever it is.</summary>
    public void Remove(ClientConnection connection)
    {
        if (_names.Remove(connection, out var names))
        {
            foreach (var name in names)
            {
                RemoveFromSet(name, connection);
            }
        }
    }

    private void RemoveFromSet(string name, ClientConnection connection)
    {
        var set = _sets[name];
        set.Remove(connection);
        if (set.IsEmpty)
        {
            _sets.Remove(name);
        }
    }
}
