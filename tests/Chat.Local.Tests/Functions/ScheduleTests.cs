using System.Globalization;
using Chat.Local.Functions.Timers;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("* * * * * *", "2026-01-01 00:00:00", "2026-01-01 00:00:01")]
    [InlineData("0 */5 * * * *", "2026-01-01 00:00:00", "2026-01-01 00:05:00")]
    [InlineData("0 */5 * * * *", "2026-01-01 00:55:01", "2026-01-01 01:00:00")]
    [InlineData("30 0 0 * * *", "2026-12-31 00:00:30", "2027-01-01 00:00:30")]
    [InlineData("0 0 9-17 * * 1-5", "2026-01-02 17:00:00", "2026-01-05 09:00:00")]
    [InlineData("0 0 0 1,15 * *", "2026-01-01 00:00:00", "2026-01-15 00:00:00")]
    [InlineData("0 0 0 29 2 *", "2026-01-01 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 0 13 * 5", "2026-01-01 00:00:00", "2026-02-13 00:00:00")]
    [InlineData("0 10-30/10 * * * *", "2026-01-01 00:10:00", "2026-01-01 00:20:00")]
    [InlineData("0 50/5 * * * *", "2026-01-01 00:50:00", "2026-01-01 00:55:00")]
    [InlineData("15,45 * * * * *", "2026-01-01 00:00:15", "2026-01-01 00:00:45")]
    [InlineData("0 0 0 31 * *", "2026-01-31 00:00:00", "2026-03-31 00:00:00")]
    public void Comes_true_next_at(string expression, string after, string next)
    {
        Assert.True(Schedule.TryParse(expression, out var schedule));
        Assert.Equal(At(next), schedule.Next(At(after)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* * 24 * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * * 13 *")]
    [InlineData("* * * * * 7")]
    [InlineData("5-1 * * * * *")]
    [InlineData("*/0 * * * * *")]
    [InlineData("*/2147483647 * * * * *")]
    [InlineData("1- * * * * *")]
    [InlineData("a * * * * *")]
    [InlineData("0 0 0 30 2 *")]
    public void Isnt_made_of(string expression) => Assert.False(Schedule.TryParse(expression, out _));

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
