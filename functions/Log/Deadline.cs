using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>The instant at which a caller is answered 503. A monotonic timestamp: changes of the wall clock don't move it.</summary>
internal readonly record struct Deadline(long Timestamp)
{
    /// <summary>A time-out that counts from the arrival of the current call; from now on outside of a call.</summary>
    public static Deadline ForCall(TimeSpan timeout, TimeProvider time) =>
        From(InvocationStart.Timestamp ?? time.GetTimestamp(), timeout, time);

    /// <summary>A time-out that counts from now on.</summary>
    public static Deadline FromNow(TimeSpan timeout, TimeProvider time) => From(time.GetTimestamp(), timeout, time);

    public static Deadline Latest(IEnumerable<PendingAppend> appends) => new(appends.Max(pending => pending.Deadline.Timestamp));

    public static Deadline Earliest(IEnumerable<PendingAppend> appends) => new(appends.Min(pending => pending.Deadline.Timestamp));

    private static Deadline From(long timestamp, TimeSpan timeout, TimeProvider time) =>
        new(timestamp + (long)(timeout.TotalSeconds * time.TimestampFrequency));

    /// <summary>The time that is left; zero once the deadline has passed.</summary>
    public TimeSpan Remaining(TimeProvider time)
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), Timestamp);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Cancels a call at the deadline. Without it the SDK retries for minutes while connections break.</summary>
    public CancellationTokenSource CreateCancellation(TimeProvider time) => new(Remaining(time), time);
}
