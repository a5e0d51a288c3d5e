namespace Chat.Functions.Log;

/// <summary>The instant at which a caller is told to try again.</summary>
internal readonly record struct Deadline(long Timestamp)
{
    public static Deadline After(TimeSpan patience, TimeProvider time) => new(time.GetTimestamp() + (long)(patience.TotalSeconds * time.TimestampFrequency));

    public static Deadline Latest(IEnumerable<PendingAppend> appends) => new(appends.Max(pending => pending.Deadline.Timestamp));

    public TimeSpan Left(TimeProvider time) => time.GetElapsedTime(time.GetTimestamp(), Timestamp);

    /// <summary>Ends a call at the deadline: the SDK itself would repeat it for minutes while connections break.</summary>
    public CancellationTokenSource Cancellation(TimeProvider time)
    {
        var left = Left(time);
        return new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
    }
}
