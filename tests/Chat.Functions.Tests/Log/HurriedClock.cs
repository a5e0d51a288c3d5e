namespace Chat.Functions.Tests.Log;

/// <summary>Time that passes five times as fast, so that patience ends and back-off is over soon.</summary>
internal sealed class HurriedClock : TimeProvider
{
    private const int Hurry = 5;
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private readonly long _startTimestamp = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _start + (System.GetElapsedTime(_startTimestamp) * Hurry);

    public override long GetTimestamp() => _startTimestamp + ((System.GetTimestamp() - _startTimestamp) * Hurry);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime / Hurry, period / Hurry);
}
