namespace Chat.Local.Metering;

/// <summary>One operation's requests and units, in all and lately.</summary>
internal sealed class Counter
{
    private const double PerUnit = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Marks _bySecond = new();
    private readonly Marks _byMinute = new();
    private long _second = -1;
    private long _requests;
    private long _millionths;

    public void Add(double units, long second)
    {
        if (second > Volatile.Read(ref _second))
        {
            Turn(second);
        }

        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _millionths, (long)Math.Round(units * PerUnit));
    }

    public Tally Read(MeterSpan span, long now)
    {
        lock (_lock)
        {
            var total = Total();
            return span switch
            {
                MeterSpan.Minute => total - (_bySecond.Since(now) ?? total),
                MeterSpan.Hour => total - (_byMinute.Since(now / 60) ?? total),
                _ => total,
            };
        }
    }

    /// <summary>
    /// Marks where the count stood when a new second, and perhaps a new minute, began. A racing add falls on either side of it.
    /// </summary>
    private void Turn(long second)
    {
        lock (_lock)
        {
            if (second <= _second)
            {
                return;
            }

            _bySecond.Add(second, Total());
            _byMinute.Add(second / 60, Total());
            Volatile.Write(ref _second, second);
        }
    }

    private Tally Total() => new(Interlocked.Read(ref _requests), Interlocked.Read(ref _millionths) / PerUnit);
}

/// <summary>How many requests, and how many units they took.</summary>
internal readonly record struct Tally(long Requests, double Units)
{
    public static Tally operator -(Tally left, Tally right) => new(left.Requests - right.Requests, Math.Round(left.Units - right.Units, 6));
}
