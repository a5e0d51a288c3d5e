namespace Chat.Functions.Tests;

/// <summary>A clock that shows what a test set; its timers are patient.</summary>
internal sealed class SetClock : PatientClock
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;
}
