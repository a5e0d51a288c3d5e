using Xunit;

namespace Chat.Local.Tests.Metering;

public sealed class MeterTests
{
    private readonly TestClock _clock = new();
    private readonly Meter _meter;

    public MeterTests() => _meter = new Meter(_clock);

    [Fact]
    public void Small_parts_of_a_unit_add_up()
    {
        for (var i = 0; i < 3; i++)
        {
            _meter.Add("functions", "execution:A", 0.0125);
        }

        Assert.Equal([new MeterReading("functions", "execution:A", 3, 0.0375)], _meter.Read());
    }

    [Fact]
    public void What_is_over_leaves_the_minute_then_the_hour_and_stays_in_the_run()
    {
        _meter.Add("cosmos", "read", 2);
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal((1, 1, 1), Requests());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((0, 1, 1), Requests());
        _meter.Add("cosmos", "read", 3);
        Assert.Equal((1, 2, 2), Requests());
        Assert.Equal(3, Assert.Single(_meter.Read(MeterSpan.Minute)).Units);
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal((0, 1, 2), Requests());
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((0, 0, 2), Requests());
        Assert.Equal(5, Assert.Single(_meter.Read()).Units);
    }

    [Fact]
    public void Steady_use_is_counted_for_a_whole_minute_and_a_whole_hour()
    {
        for (var second = 0; second < 2 * 3600; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _meter.Add("cosmos", "read");
        }

        Assert.Equal((60, 59 * 60 + 1, 7200), Requests());
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_count_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                _meter.Add("cosmos", "read", 0.5);
                if (worker == 0 && i % 100 == 0)
                {
                    _clock.Advance(TimeSpan.FromMilliseconds(500));
                }
            }
        })));
        Assert.Equal([new MeterReading("cosmos", "read", 80_000, 40_000)], _meter.Read());
    }

    private (long Minute, long Hour, long Run) Requests() =>
        (Requests(MeterSpan.Minute), Requests(MeterSpan.Hour), Requests(MeterSpan.Run));

    private long Requests(MeterSpan span) => _meter.Read(span).Sum(reading => reading.Requests);
}
