using Chat.Functions.Log;
using Chat.Functions.Telemetry;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>Notes how long after its commit a range was delivered, and warns of those that were late: once a second at most, for an alert.</summary>
public sealed class DeliveryLag(DeliveryOptions options, TimeProvider time, ILogger<DeliveryLag> logger)
{
    private long _nextWarning;

    /// <summary>Notes a range whose members were told just now; its oldest entry counts.</summary>
    public void Note(EntriesCommitted range, IReadOnlyList<LogEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(entries);
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
        var (now, next) = (time.GetTimestamp(), Volatile.Read(ref _nextWarning));
        return now >= next && Interlocked.CompareExchange(ref _nextWarning, now + time.TimestampFrequency, next) == next;
    }
}
