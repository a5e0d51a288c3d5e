using System.Collections.Concurrent;

namespace Chat.Functions.Channels;

/// <summary>Keeps what many ask for at once, for five seconds: what a channel's followers are shown may be as old.</summary>
/// <param name="maxKept">How many are kept at most.</param>
internal sealed class ShortCache<TKey, TValue>(TimeProvider time, int maxKept = 10_000)
    where TKey : notnull
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<TKey, (TValue Value, DateTimeOffset Until)> _kept = new();
    private long _swept = time.GetUtcNow().UtcTicks;

    /// <summary>How many are kept, also those that are too old by now.</summary>
    public int Count => _kept.Count;

    public bool TryGet(TKey key, out TValue value)
    {
        var isKept = _kept.TryGetValue(key, out var kept) && kept.Until > time.GetUtcNow();
        value = kept.Value;
        return isKept;
    }

    public void Keep(TKey key, TValue value)
    {
        var now = time.GetUtcNow();
        Sweep(now);
        if (_kept.Count >= maxKept)
        {
            // Costs each key one more read, and no bookkeeping of what is oldest.
            _kept.Clear();
        }

        _kept[key] = (value, now + Lifetime);
    }

    /// <summary>Lets go of what is too old, once in a lifetime.</summary>
    private void Sweep(DateTimeOffset now)
    {
        var swept = Volatile.Read(ref _swept);
        if (now.UtcTicks - swept < Lifetime.Ticks || Interlocked.CompareExchange(ref _swept, now.UtcTicks, swept) != swept)
        {
            return;
        }

        foreach (var one in _kept.Where(one => one.Value.Until <= now))
        {
            // Not what was kept anew meanwhile.
            _kept.TryRemove(one);
        }
    }
}
