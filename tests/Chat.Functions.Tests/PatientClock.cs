namespace Chat.Functions.Tests;

/// <summary>
/// The system's time of day, but time-outs that last twenty times as long: a busy machine may take longer for what is right than the app
/// waits. Shorter waits, such as those between retries, are as they are.
/// </summary>
internal class PatientClock : TimeProvider
{
    private const int Patience = 20;
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(500);

    public override long TimestampFrequency => System.TimestampFrequency * Patience;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime < ShortestTimeout ? dueTime : dueTime * Patience, period);
}
