namespace Chat.Local.Metering;

/// <summary>Where a count stood when each of the latest sixty periods (seconds, minutes) that changed it began.</summary>
internal sealed class Marks
{
    private const int Periods = 60;

    private readonly (long Period, Tally Before)[] _ring = new (long, Tally)[Periods];
    private int _count;

    /// <summary>Marks the begin of a period; one that has begun already stays as it is.</summary>
    public void Add(long period, Tally before)
    {
        if (_count == 0 || _ring[(_count - 1) % Periods].Period < period)
        {
            _ring[_count++ % Periods] = (period, before);
        }
    }

    /// <summary>
    /// Where the count stood before the last sixty periods up to <paramref name="now"/>; null when none of them changed it.
    /// </summary>
    public Tally? Since(long now)
    {
        for (var index = Math.Max(0, _count - Periods); index < _count; index++)
        {
            var (period, before) = _ring[index % Periods];
            if (period > now - Periods)
            {
                return before;
            }
        }

        return null;
    }
}
