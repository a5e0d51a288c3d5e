namespace Chat.Local.Functions;

/// <summary>How a function's runs on this host went.</summary>
/// <remarks>Safe from any thread, without a lock per run.</remarks>
internal sealed class FunctionStatistics
{
    private readonly RecentDurations _durations = new();
    private long _begun;
    private long _ended;
    private long _failed;
    private volatile LastFailure? _last;

    public void Begin() => Interlocked.Increment(ref _begun);

    public void End(TimeSpan took, DateTimeOffset at, Failure? failure)
    {
        _durations.Add(took, at);
        if (failure is not null)
        {
            Interlocked.Increment(ref _failed);
            _last = new LastFailure(at, failure.Type, failure.Message);
        }

        Interlocked.Increment(ref _ended);
    }

    public FunctionReading Read(DateTimeOffset now)
    {
        var ended = Interlocked.Read(ref _ended);
        return new FunctionReading(
            Interlocked.Read(ref _begun) - ended,
            ended,
            Interlocked.Read(ref _failed),
            _last,
            _durations.Quantile(0.5, now)?.TotalMilliseconds,
            _durations.Quantile(0.99, now)?.TotalMilliseconds);
    }
}

/// <param name="Running">How many runs go on now.</param>
/// <param name="P50">The median duration of the last minutes in milliseconds; null when nothing ran.</param>
/// <param name="P99">What 99 of 100 of these runs didn't exceed, in milliseconds.</param>
internal sealed record FunctionReading(long Running, long Invocations, long Failures, LastFailure? LastFailure, double? P50, double? P99);

/// <summary>What went wrong when a function failed the last time.</summary>
internal sealed record LastFailure(DateTimeOffset At, string Type, string Message);
