using Chat.Local.Functions;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class RecentDurationsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.5)]
    [InlineData(17)]
    [InlineData(90_000)]
    [InlineData(7_200_000)]
    public void A_duration_is_known_to_an_eighth(double milliseconds)
    {
        var durations = new RecentDurations();
        durations.Add(TimeSpan.FromMilliseconds(milliseconds), Start);
        Assert.InRange(durations.Quantile(0.5, Start)!.Value.TotalMilliseconds, milliseconds, milliseconds * 1.125 + 0.001);
    }

    [Fact]
    public void Half_and_the_slowest_of_a_hundred_are_told_apart()
    {
        var durations = new RecentDurations();
        for (var i = 0; i < 100; i++)
        {
            durations.Add(TimeSpan.FromMilliseconds(i < 98 ? 10 : 1000), Start);
        }

        Assert.InRange(durations.Quantile(0.5, Start)!.Value.TotalMilliseconds, 10, 11.25);
        Assert.InRange(durations.Quantile(0.99, Start)!.Value.TotalMilliseconds, 1000, 1125);
    }

    [Fact]
    public void Old_ones_are_forgotten_after_five_minutes()
    {
        var durations = new RecentDurations();
        durations.Add(TimeSpan.FromSeconds(1), Start);
        Assert.NotNull(durations.Quantile(0.5, Start.AddMinutes(4)));
        Assert.Null(durations.Quantile(0.5, Start.AddMinutes(5)));
        durations.Add(TimeSpan.FromMilliseconds(1), Start.AddMinutes(5));
        Assert.InRange(durations.Quantile(0.99, Start.AddMinutes(5))!.Value.TotalMilliseconds, 1, 1.125);
    }
}
