using Chat.Local.SignalR.Protocols;

namespace Chat.Local.SignalR;

/// <summary>Who is connected to a hub, and who is in which group.</summary>
/// <remarks>
/// Adding a user to a group joins the connections that the user has, and notes it for those to come; the time to live is about the note: a
/// connection that joined stays until it ends or is removed. The notes are durable, the connections aren't.
/// </remarks>
internal sealed class HubConnections(string name, MembershipJournal journal, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ClientConnection> _connections = new(StringComparer.Ordinal);
    private readonly ConnectionSet _all = new();
    private readonly ConnectionIndex _users = new();
    private readonly ConnectionIndex _groups = new();
    private readonly Dictionary<string, UserMemberships> _memberships = new(StringComparer.Ordinal);

    public string Name => name;

    /// <summary>
    /// Takes a connection in and answers its handshake in one step: once its client knows, it gets all that is sent. False if its id is
    /// taken.
    /// </summary>
    public bool TryOpen(ClientConnection connection, ClientProtocol protocol)
    {
        lock (_lock)
        {
            if (!_connections.TryAdd(connection.Id, connection))
            {
                return false;
            }

            connection.Open(protocol);
            _all.Add(connection);
            if (connection.UserId is { } user)
            {
                _users.Add(user, connection);
                foreach (var group in NotedGroups(user))
                {
                    _groups.Add(group, connection);
                }
            }

            return true;
        }
    }

    public void Remove(ClientConnection connection)
    {
        lock (_lock)
        {
            // Whoever came with an id that was taken isn't the one that has it.
            if (_connections.GetValueOrDefault(connection.Id) != connection)
            {
                return;
            }

            _connections.Remove(connection.Id);

            _all.Remove(connection);
            _groups.Remove(connection);
            if (connection.UserId is { } user)
            {
                _users.Remove(user, connection);
            }
        }
    }

    public ClientConnection[] Find(Address address)
    {
        lock (_lock)
        {
            return address.Audience switch
            {
                Audience.All => _all.Snapshot(),
                Audience.User => _users.Find(address.Name),
                Audience.Group => _groups.Find(address.Name),
                _ => _connections.TryGetValue(address.Name, out var connection) ? [connection] : [],
            };
        }
    }

    /// <returns>False if there is no such connection.</returns>
    public bool AddConnection(string connectionId, string group)
    {
        lock (_lock)
        {
            if (!_connections.TryGetValue(connectionId, out var connection))
            {
                return false;
            }

            _groups.Add(group, connection);
            return true;
        }
    }

    /// <returns>False if there is no such connection.</returns>
    public bool RemoveConnection(string connectionId, string group)
    {
        lock (_lock)
        {
            if (!_connections.TryGetValue(connectionId, out var connection))
            {
                return false;
            }

            _groups.Remove(group, connection);
            return true;
        }
    }

    public void RemoveConnectionFromAll(string connectionId)
    {
        lock (_lock)
        {
            if (_connections.TryGetValue(connectionId, out var connection))
            {
                _groups.Remove(connection);
            }
        }
    }

    /// <param name="ttl">How long connections to come join too; null for the service's own limits, zero for none of them.</param>
    public void AddUser(string user, string group, TimeSpan? ttl)
    {
        lock (_lock)
        {
            foreach (var connection in _users.Find(user))
            {
                _groups.Add(group, connection);
            }

            if (ttl == TimeSpan.Zero)
            {
                return;
            }

            MembershipsOf(user).Add(group, ttl, time.GetUtcNow());
        }
    }

    /// <summary>Takes a note in that is written down already.</summary>
    public void Restore(StoredMembership membership)
    {
        lock (_lock)
        {
            MembershipsOf(membership.User).Restore(membership);
        }
    }

    /// <summary>Completes when every note so far is on disk.</summary>
    public ValueTask WhenDurableAsync() => journal.WhenDurableAsync();

    public void RemoveUser(string user, string group)
    {
        lock (_lock)
        {
            _memberships.GetValueOrDefault(user)?.Remove(group);
            foreach (var connection in _users.Find(user))
            {
                _groups.Remove(group, connection);
            }
        }
    }

    public void RemoveUserFromAll(string user)
    {
        lock (_lock)
        {
            if (_memberships.Remove(user, out var memberships))
            {
                memberships.RemoveAll();
            }

            foreach (var connection in _users.Find(user))
            {
                _groups.Remove(connection);
            }
        }
    }

    public bool IsUserInGroup(string user, string group)
    {
        lock (_lock)
        {
            return _memberships.GetValueOrDefault(user)?.Contains(group, time.GetUtcNow()) == true
                || _users.Find(user).Any(connection => _groups.Contains(group, connection));
        }
    }

    public HubReading Read()
    {
        lock (_lock)
        {
            return new HubReading(
                name,
                [.. _all.Snapshot().Select(connection => new ConnectionReading(connection.Id, connection.UserId, connection.Since))],
                [.. _groups.Names.Select(group => new GroupReading(group, [.. _groups.Find(group).Select(connection => connection.Id)]))],
                [.. _memberships.Keys.Select(user => new UserReading(user, NotedGroups(user)))]);
        }
    }

    private UserMemberships MembershipsOf(string user) =>
        _memberships.TryGetValue(user, out var memberships) ? memberships : _memberships[user] = new UserMemberships(name, user, journal);

    private IReadOnlyList<string> NotedGroups(string user) => _memberships.GetValueOrDefault(user)?.At(time.GetUtcNow()) ?? [];
}
