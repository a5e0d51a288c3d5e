using System.Numerics;

namespace Chat.Local.Functions;

/// <summary>
/// How long things took during the last five minutes, to an eighth: eight steps for each power of two, from a microsecond on.
/// </summary>
/// <remarks>Safe from any thread; adding takes a lock only once a minute.</remarks>
internal sealed class RecentDurations
{
    private const int Minutes = 5;
    private const int Steps = 8;
    private static readonly int LastStep = StepOf(long.MaxValue);

    private readonly Lock _lock = new();
    private readonly long[] _minutes = new long[Minutes];
    private readonly int[][] _counts = [.. Enumerable.Range(0, Minutes).Select(_ => new int[LastStep + 1])];

    public void Add(TimeSpan took, DateTimeOffset at)
    {
        var minute = MinuteOf(at);
        var slot = minute % Minutes;
        if (Volatile.Read(ref _minutes[slot]) < minute)
        {
            Turn(slot, minute);
        }

        Interlocked.Increment(ref _counts[slot][StepOf((long)Math.Max(0, took.TotalMicroseconds))]);
    }

    /// <summary>The duration that this share of all didn't exceed; null when there were none.</summary>
    public TimeSpan? Quantile(double share, DateTimeOffset now)
    {
        var total = new long[LastStep + 1];
        for (var slot = 0; slot < Minutes; slot++)
        {
            if (Volatile.Read(ref _minutes[slot]) > MinuteOf(now) - Minutes)
            {
                for (var step = 0; step < total.Length; step++)
                {
                    total[step] += _counts[slot][step];
                }
            }
        }

        var left = (long)Math.Ceiling(total.Sum() * share);
        if (left == 0)
        {
            return null;
        }

        var found = -1;
        do
        {
            left -= total[++found];
        }
        while (left > 0);
        return TimeSpan.FromMicroseconds(EndOf(found));
    }

    private static long MinuteOf(DateTimeOffset at) => at.Ticks / TimeSpan.TicksPerMinute;

    private static int StepOf(long microseconds)
    {
        if (microseconds < Steps)
        {
            return (int)microseconds;
        }

        var power = BitOperations.Log2((ulong)microseconds);
        return ((power - 2) * Steps) + (int)((microseconds >> (power - 3)) & (Steps - 1));
    }

    private static double EndOf(int step) => step < Steps ? step : (Steps + (step % Steps) + 1.0) * Math.Pow(2, (step / Steps) - 1);

    private void Turn(long slot, long minute)
    {
        lock (_lock)
        {
            if (_minutes[slot] < minute)
            {
                Array.Clear(_counts[slot]);
                Volatile.Write(ref _minutes[slot], minute);
            }
        }
    }
}
