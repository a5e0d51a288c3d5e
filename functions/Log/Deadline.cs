using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>The instant at which a caller is told to try again.</summary>
internal readonly record struct Deadline(long Timestamp)
{
    /// <summary>So long after the call came in that this runs in, or from now on where there is none.</summary>
    public static Deadline ForCall(TimeSpan patience, TimeProvider time) =>
        From(InvocationStart.Timestamp ?? time.GetTimestamp(), patience, time);

    /// <summary>So long from now on.</summary>
    public static Deadline FromNow(TimeSpan patience, TimeProvider time) => From(time.GetTimestamp(), patience, time);

    public static Deadline Latest(IEnumerable<PendingAppend> appends) => new(appends.Max(pending => pending.Deadline.Timestamp));

    public static Deadline Earliest(IEnumerable<PendingAppend> appends) => new(appends.Min(pending => pending.Deadline.Timestamp));

    private static Deadline From(long timestamp, TimeSpan patience, TimeProvider time) =>
        new(timestamp + (long)(patience.TotalSeconds * time.TimestampFrequency));

    /// <summary>Zero once it has passed.</summary>
    public TimeSpan Remaining(TimeProvider time)
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), Timestamp);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Ends a call at the deadline: the SDK itself would repeat it for minutes while connections break.</summary>
    public CancellationTokenSource CreateCancellation(TimeProvider time) => new(Remaining(time), time);
}
