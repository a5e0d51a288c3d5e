namespace Chat.Local.SignalR;

/// <summary>The groups that a user's future connections join, each until its time; of those given no time only the latest 100 are kept.</summary>
internal sealed class UserMemberships
{
    private const int MaxUntimed = 100;
    private static readonly TimeSpan Untimed = TimeSpan.FromDays(365);

    private readonly Dictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);
    private readonly List<string> _untimed = [];

    public bool Contains(string group, DateTimeOffset now) => _until.TryGetValue(group, out var until) && until > now;

    public IReadOnlyList<string> At(DateTimeOffset now) => [.. _until.Where(entry => entry.Value > now).Select(entry => entry.Key)];

    public void Add(string group, TimeSpan? ttl, DateTimeOffset now)
    {
        foreach (var expired in _until.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToList())
        {
            Remove(expired);
        }

        Remove(group);
        _until[group] = now + (ttl ?? Untimed);
        if (ttl is not null)
        {
            return;
        }

        _untimed.Add(group);
        if (_untimed.Count > MaxUntimed)
        {
            Remove(_untimed[0]);
        }
    }

    public void Remove(string group)
    {
        if (_until.Remove(group))
        {
            _untimed.Remove(group);
        }
    }
}
