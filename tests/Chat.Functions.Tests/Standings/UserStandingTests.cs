using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Xunit;

namespace Chat.Functions.Tests.Standings;

public class UserStandingTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);
    private static readonly UserStanding None = new() { CaseId = UserStanding.Partition, UserId = new("mallory"), Sources = [] };

    [Fact]
    public void Should_be_that_of_each_cases_newest_decision_in_whatever_order_and_however_often_they_come()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var all = Enumerable.Range(0, random.Next(1, 12)).Select(version => new StandingSource(
                new($"case {random.Next(3)}"),
                new($"{version}"),
                version,
                random.GetItems(Enum.GetValues<Standing>(), 1)[0],
                random.Next(2) == 0 ? null : Now.AddMinutes(random.Next(1, 60)))).ToList();
            var shuffled = all.Concat(all).ToArray();
            random.Shuffle(shuffled);
            var standing = shuffled.Aggregate(None, (before, source) => before.With(source, Now));
            for (var minutes = 0; minutes < 61; minutes += 5)
            {
                var at = Now.AddMinutes(minutes);
                var newest = all.GroupBy(source => source.CaseId).Select(one => one.MaxBy(source => source.Version)!).Where(source => source.HoldsAt(at)).ToList();
                var expected = newest.Select(source => source.Standing).DefaultIfEmpty().Max();
                Assert.Equal(expected, standing.At(at));
                List<DateTimeOffset?> ends = [.. newest.Where(source => source.Standing == expected).Select(source => source.Until)];
                Assert.Equal(ends.Contains(null) ? null : ends.DefaultIfEmpty(null).Max(), standing.Until(at));
            }
        }
    }

    [Fact]
    public void Should_vanish_only_after_all_of_it_is_over()
    {
        StandingSource Source(string id, Standing standing, DateTimeOffset? until) => new(new(id), new(id), 1, standing, until);

        Assert.Null(None.With(Source("a", Standing.Banned, null), Now).With(Source("b", Standing.Restricted, Now.AddDays(1)), Now).TimeToLive);
        Assert.Equal(
            (int)(TimeSpan.FromDays(7) + UserStanding.KeptAfter).TotalSeconds,
            None.With(Source("a", Standing.Banned, Now.AddDays(7)), Now).With(Source("b", Standing.None, null), Now).TimeToLive);
    }

    [Theory]
    [InlineData(Standing.None, nameof(SendMessage), "POST", null)]
    [InlineData(Standing.Restricted, nameof(SendMessage), "POST", null)]
    [InlineData(Standing.Suspended, nameof(SendMessage), "POST", "suspended")]
    [InlineData(Standing.Suspended, nameof(ListConversations), "GET", null)]
    [InlineData(Standing.Suspended, nameof(Negotiate), "POST", null)]
    [InlineData(Standing.Suspended, "AppealDecision", "POST", null)]
    [InlineData(Standing.Banned, nameof(ListConversations), "GET", "banned")]
    [InlineData(Standing.Banned, nameof(Negotiate), "POST", "banned")]
    [InlineData(Standing.Banned, "GetPrivacy", "GET", null)]
    [InlineData(Standing.Banned, "ChangePrivacy", "PATCH", "banned")]
    [InlineData(Standing.Banned, "ListDecisions", "GET", null)]
    [InlineData(Standing.Banned, "AppealDecision", "POST", null)]
    [InlineData(Standing.Banned, nameof(UnknownRoute), "GET", "banned")]
    public void Should_keep_from_what_it_says(Standing standing, string function, string method, string? code) =>
        Assert.Equal(code, EnforceStandings.Refusal(standing, function, method)?.Code);
}
