using System.Text.Json;
using Chat.Local.Store;

namespace Chat.Local.SignalR;

/// <summary>
/// Keeps which users' future connections join which groups: one record each, so that they live on as they do in the service.
/// </summary>
internal sealed class MembershipJournal(LocalStore store)
{
    private const string Space = "signalr/memberships";
    private long _position;

    /// <summary>What was there when the store was opened, in the order in which it was made.</summary>
    public IEnumerable<StoredMembership> Load() =>
        store.TakeLoaded(Space).Select(record => JsonSerializer.Deserialize<StoredMembership>(record.Value)! with { RecordId = record.Id });

    /// <summary>Writes a new membership down, with the id of its record.</summary>
    public StoredMembership Put(StoredMembership membership)
    {
        var stored = membership with { RecordId = store.NewId() };
        if (!store.IsInMemory)
        {
            var key = $"{stored.Hub}/{stored.User}/{stored.Group}";
            _position = store.Put(new Record(stored.RecordId, Space, key, JsonSerializer.SerializeToUtf8Bytes(stored)));
        }

        return stored;
    }

    public void Delete(StoredMembership membership) => _position = store.Delete(membership.RecordId);

    /// <summary>Completes when all that was put and deleted so far is on disk.</summary>
    public ValueTask WhenDurableAsync() => store.WhenDurableAsync(Volatile.Read(ref _position));
}

/// <summary>A user's membership in a group, for connections to come.</summary>
/// <param name="Timed">Whether it was given a time to live; of a user's others only the latest 100 are kept.</param>
internal sealed record StoredMembership(string Hub, string User, string Group, DateTimeOffset Until, bool Timed)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public long RecordId { get; init; }
}
