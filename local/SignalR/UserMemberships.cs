namespace Chat.Local.SignalR;

/// <summary>
/// The groups that a user's future connections join, each until its time; of those given no time only the latest 100 are kept.
/// </summary>
internal sealed class UserMemberships(string hub, string user, MembershipJournal journal)
{
    private const int MaxUntimed = 100;
    private static readonly TimeSpan Untimed = TimeSpan.FromDays(365);

    private readonly Dictionary<string, StoredMembership> _memberships = new(StringComparer.Ordinal);
    private readonly List<string> _untimed = [];

    public bool Contains(string group, DateTimeOffset now) => _memberships.TryGetValue(group, out var membership) && membership.Until > now;

    public IReadOnlyList<string> At(DateTimeOffset now) =>
        [.. _memberships.Values.Where(membership => membership.Until > now).Select(membership => membership.Group)];

    public void Add(string group, TimeSpan? ttl, DateTimeOffset now)
    {
        foreach (var expired in _memberships.Values.Where(membership => membership.Until <= now).ToList())
        {
            Remove(expired.Group);
        }

        Remove(group);
        Restore(journal.Put(new StoredMembership(hub, user, group, now + (ttl ?? Untimed), Timed: ttl is not null)));
        if (_untimed.Count > MaxUntimed)
        {
            Remove(_untimed[0]);
        }
    }

    /// <summary>Takes a membership in that is written down already.</summary>
    public void Restore(StoredMembership membership)
    {
        _memberships[membership.Group] = membership;
        if (!membership.Timed)
        {
            _untimed.Add(membership.Group);
        }
    }

    public void Remove(string group)
    {
        if (_memberships.Remove(group, out var membership))
        {
            _untimed.Remove(group);
            journal.Delete(membership);
        }
    }

    public void RemoveAll()
    {
        foreach (var group in _memberships.Keys.ToList())
        {
            Remove(group);
        }
    }
}
