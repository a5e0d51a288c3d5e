using System.Collections.Concurrent;

namespace Chat.Local;

/// <summary>
/// Counts, per operation, what Azure would bill: requests, RU, Service Bus operations, SignalR messages of 2 KB, executions.
/// </summary>
/// <remarks>
/// Safe from any thread. Adding costs one look-up and two interlocked adds; once a second an operation also takes a lock of its own.
/// </remarks>
internal sealed class Meter(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Service, string Operation), Metering.Counter> _counters = new();
    private readonly long _start = time.GetTimestamp();

    /// <summary>How long it has been counting.</summary>
    public TimeSpan Running => time.GetElapsedTime(_start);

    /// <summary>
    /// Adds one request of an operation that Azure would bill at <paramref name="units"/> (RU, operations, 2 KB messages, GB-s).
    /// </summary>
    public void Add(string service, string operation, double units = 1) =>
        _counters.GetOrAdd((service, operation), static _ => new Metering.Counter()).Add(units, Second());

    /// <summary>What was counted within a span, by service and operation; what wasn't used within it is left out.</summary>
    public IReadOnlyList<MeterReading> Read(MeterSpan span = MeterSpan.Run)
    {
        var now = Second();
        return [.. _counters
            .Select(entry => (entry.Key, Tally: entry.Value.Read(span, now)))
            .Where(entry => entry.Tally.Requests > 0)
            .Select(entry => new MeterReading(entry.Key.Service, entry.Key.Operation, entry.Tally.Requests, entry.Tally.Units))
            .OrderBy(reading => reading.Service, StringComparer.Ordinal)
            .ThenBy(reading => reading.Operation, StringComparer.Ordinal)];
    }

    private long Second() => time.GetTimestamp() / time.TimestampFrequency;
}

/// <summary>The last minute and the last hour, to a second and to a minute; and everything since the start.</summary>
internal enum MeterSpan
{
    Minute,
    Hour,
    Run,
}

/// <summary>How often an operation ran and what it would be billed at, in the service's own unit.</summary>
internal sealed record MeterReading(string Service, string Operation, long Requests, double Units);
