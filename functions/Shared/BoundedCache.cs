using System.Diagnostics.CodeAnalysis;

namespace Chat.Functions.Shared;

/// <summary>
/// Keeps what can be had again, or done again, by its key. When it is full, all is forgotten: that costs each key one more read or so, and
/// no bookkeeping of what is oldest. Safe from any thread.
/// </summary>
/// <param name="maxEntries">How many entries are kept at most.</param>
internal sealed class BoundedCache<TKey, TValue>(int maxEntries)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, TValue> _entries = [];

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(key, out value);
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (_lock)
        {
            if (_entries.Count >= maxEntries)
            {
                _entries.Clear();
            }

            _entries[key] = value;
        }
    }

    public void Remove(TKey key)
    {
        lock (_lock)
        {
            _entries.Remove(key);
        }
    }
}
