namespace Chat.Local.CosmosDb.Storage;

/// <summary>Keeps what was used lately, up to a size.</summary>
/// <remarks>
/// Two generations: what is used moves to the young one. When that holds half of the size it becomes the old one, and what was in the old
/// one goes. So what is used stays, at the cost of a look-up or two.
/// </remarks>
internal sealed class RecentlyUsed<TKey, TValue>(long capacity, Func<TValue, long> sizeOf)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _lock = new();
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];
    private long _size;

    public TValue? Find(TKey key)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(key, out var value))
            {
                return value;
            }

            if (_old.Remove(key, out value))
            {
                Add(key, value);
            }

            return value;
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (_lock)
        {
            Forget(key);
            Add(key, value);
        }
    }

    public void Remove(TKey key)
    {
        lock (_lock)
        {
            Forget(key);
        }
    }

    private void Add(TKey key, TValue value)
    {
        _young.Add(key, value);
        _size += sizeOf(value);
        if (_size > capacity / 2)
        {
            (_old, _young) = (_young, []);
            _size = 0;
        }
    }

    private void Forget(TKey key)
    {
        if (_young.Remove(key, out var replaced))
        {
            _size -= sizeOf(replaced);
        }
        else
        {
            _old.Remove(key);
        }
    }
}
