using Chat.Local.CosmosDb.Protocol;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>Removes a container's expired items when their time comes. They are invisible by then, whether removed or not.</summary>
internal sealed class Expiry : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Container _container;
    private readonly IndexName _index;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;

    public Expiry(Container container)
    {
        _container = container;
        _index = new IndexName(container.Record.Number, IndexKind.Expiry);
        _timer = container.Time.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks when the next item expires.</summary>
    public void Begin()
    {
        foreach (var first in Entries().Take(1))
        {
            Written(IndexKey.NumberOf(first.Key));
        }
    }

    /// <summary>Takes note of when an item expires.</summary>
    public void Written(long expiresAt)
    {
        if (expiresAt >= Volatile.Read(ref _armedFor))
        {
            return;
        }

        lock (_lock)
        {
            if (expiresAt < _armedFor)
            {
                _armedFor = expiresAt;
                var wait = DateTimeOffset.FromUnixTimeSeconds(expiresAt) - _container.Time.GetUtcNow();
                _timer.Change(TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, TimeSpan.TicksPerDay)), Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Removes what has expired.</summary>
    public void Purge()
    {
        foreach (var entry in Entries().TakeWhile(entry => IndexKey.NumberOf(entry.Key) <= _container.Now))
        {
            Purge(entry.Number);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Ring()
    {
        try
        {
            lock (_lock)
            {
                _armedFor = long.MaxValue;
            }

            Purge();
            Begin();
        }
        catch (Exception exception) when (exception is ObjectDisposedException or LocalStoreException or RefusedException)
        {
            // The store was closed meanwhile, or has failed: the next start finds what has expired. Or the container is gone.
        }
    }

    private IEnumerable<IndexEntry> Entries() => _container.Entries(_index, new Stretch(IndexRange.All));

    /// <summary>Removes an item unless it has gone or was given more time meanwhile.</summary>
    private void Purge(long number)
    {
        if (_container.PartitionOf(number) is var (partition, id))
        {
            Transaction.Purge(partition, id);
        }
    }
}
