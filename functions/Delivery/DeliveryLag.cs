using Chat.Functions.Log;
using Chat.Functions.Telemetry;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// Measures how long after its commit a range was delivered. A late delivery is logged as a warning, at most once a second; an alert goes
/// by it.
/// </summary>
public sealed class DeliveryLag(DeliveryOptions options, TimeProvider time, ILogger<DeliveryLag> logger)
{
    private long _nextWarning;

    /// <summary>Records a range that was pushed just now, by the lag of its oldest entry.</summary>
    public void Record(EntriesCommitted range, IReadOnlyList<LogEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        // The clock of the instance that committed may be ahead.
        var lag = time.GetUtcNow() - entries[0].At;
        lag = lag > TimeSpan.Zero ? lag : TimeSpan.Zero;
        var by = Metrics.Tag(Metrics.DeliveredBy, range.IsFromFeed ? "feed" : "commit");
        Metrics.EntriesDelivered.Add(entries.Count, by);
        Metrics.DeliveryLag.Record(lag.TotalSeconds, by);
        if (lag > options.LateAfter && MayWarn())
        {
            logger.DeliveryIsLate(range.ConversationId, range.First, range.Last, lag);
        }
    }

    private bool MayWarn()
    {
        // Whoever sets the next instant warns; concurrent calls lose the exchange.
        var (now, next) = (time.GetTimestamp(), Volatile.Read(ref _nextWarning));
        return now >= next && Interlocked.CompareExchange(ref _nextWarning, now + time.TimestampFrequency, next) == next;
    }
}
