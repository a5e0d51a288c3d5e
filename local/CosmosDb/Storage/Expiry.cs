namespace Chat.Local.CosmosDb.Storage;

/// <summary>Removes a container's expired items when their time comes. They are invisible by then, whether removed or not.</summary>
/// <remarks>An item is queued under a time at or before its expiry: later writes that only postpone it leave the queue alone.</remarks>
internal sealed class Expiry : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<(LogicalPartition Partition, string Id), long> _queue = new();
    private readonly Container _container;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;

    public Expiry(Container container)
    {
        _container = container;
        _timer = container.Time.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Written(LogicalPartition partition, Item? before, Item after)
    {
        if (after.ExpiresAt == long.MaxValue || before?.ExpiresAt <= after.ExpiresAt)
        {
            return;
        }

        lock (_lock)
        {
            _queue.Enqueue((partition, after.Id), after.ExpiresAt);
            Arm();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Ring()
    {
        try
        {
            Purge();
        }
        catch (ObjectDisposedException)
        {
            // The store was closed meanwhile: the next start finds what has expired.
        }
    }

    private void Purge()
    {
        foreach (var (partition, id) in TakeDue())
        {
            var next = Transaction.Purge(partition, id);
            if (next != long.MaxValue)
            {
                lock (_lock)
                {
                    _queue.Enqueue((partition, id), next);
                }
            }
        }

        lock (_lock)
        {
            Arm();
        }
    }

    private List<(LogicalPartition Partition, string Id)> TakeDue()
    {
        var due = new List<(LogicalPartition, string)>();
        lock (_lock)
        {
            _armedFor = long.MaxValue;
            while (_queue.TryPeek(out var entry, out var at) && at <= _container.Now)
            {
                _queue.Dequeue();
                due.Add(entry);
            }
        }

        return due;
    }

    private void Arm()
    {
        if (!_queue.TryPeek(out _, out var at) || at >= _armedFor)
        {
            return;
        }

        _armedFor = at;
        var wait = DateTimeOffset.FromUnixTimeSeconds(at) - _container.Time.GetUtcNow();
        _timer.Change(TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, TimeSpan.TicksPerDay)), Timeout.InfiniteTimeSpan);
    }
}
