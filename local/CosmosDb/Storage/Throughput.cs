namespace Chat.Local.CosmosDb.Storage;

/// <summary>
/// A container's request units per second. As in the service, one operation may overdraw a second's budget; the next is throttled.
/// </summary>
internal sealed class Throughput(double unitsPerSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _unitsPerSecond = unitsPerSecond;
    private long _second;
    private double _used;

    public double UnitsPerSecond
    {
        set
        {
            lock (_lock)
            {
                _unitsPerSecond = value;
            }
        }
    }

    /// <summary>How long to wait before the next operation; zero when it may run.</summary>
    public TimeSpan Wait()
    {
        lock (_lock)
        {
            var now = Turn();
            return _used < _unitsPerSecond ? TimeSpan.Zero : DateTimeOffset.FromUnixTimeSeconds(_second + 1) - now;
        }
    }

    public void Use(double units)
    {
        lock (_lock)
        {
            Turn();
            _used += units;
        }
    }

    private DateTimeOffset Turn()
    {
        var now = time.GetUtcNow();
        if (now.ToUnixTimeSeconds() != _second)
        {
            _second = now.ToUnixTimeSeconds();
            _used = 0;
        }

        return now;
    }
}
