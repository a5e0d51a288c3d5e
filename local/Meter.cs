using System.Collections.Concurrent;

namespace Chat.Local;

/// <summary>Counts, per operation, what Azure would bill: requests, RU, Service Bus operations, SignalR messages of 2 KB, executions.</summary>
/// <remarks>Safe from any thread; adding costs one dictionary look-up and an interlocked add.</remarks>
internal sealed class Meter
{
    private readonly ConcurrentDictionary<(string Service, string Operation), Count> _counts = new();

    /// <summary>Adds one request of an operation that Azure would bill at <paramref name="units"/> (RU, operations, 2 KB messages, GB-s).</summary>
    public void Add(string service, string operation, double units = 1)
    {
        var count = _counts.GetOrAdd((service, operation), static _ => new Count());
        Interlocked.Increment(ref count.Requests);
        Interlocked.Add(ref count.Millionths, (long)Math.Round(units * 1_000_000));
    }

    /// <summary>What was counted since the start, by service and operation.</summary>
    public IReadOnlyList<MeterReading> Read() =>
        [.. _counts
            .Select(entry => new MeterReading(entry.Key.Service, entry.Key.Operation, Interlocked.Read(ref entry.Value.Requests), Interlocked.Read(ref entry.Value.Millionths) / 1_000_000.0))
            .OrderBy(reading => reading.Service, StringComparer.Ordinal)
            .ThenBy(reading => reading.Operation, StringComparer.Ordinal)];

    private sealed class Count
    {
        public long Requests;
        public long Millionths;
    }
}

/// <summary>How often an operation ran and what it would be billed at, in the service's own unit.</summary>
internal sealed record MeterReading(string Service, string Operation, long Requests, double Units);
