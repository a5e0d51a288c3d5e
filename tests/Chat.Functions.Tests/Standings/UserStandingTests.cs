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
    public void Should_be_the_gravest_and_longest_since_each_cases_newest_appeal_in_whatever_order_and_however_often_they_come()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var all = Enumerable.Range(0, random.Next(1, 12)).Select(version => new StandingSource(
                new($"case {random.Next(3)}"),
                new($"{version}"),
                version,
                random.GetItems(Enum.GetValues<Standing>(), 1)[0],
                random.Next(2) == 0 ? null : Now.AddMinutes(random.Next(1, 60)))
            {
                IsOnAppeal = random.Next(4) == 0,
            }).ToList();
            var shuffled = all.Concat(all).ToArray();
            random.Shuffle(shuffled);
            var standing = shuffled.Aggregate(None, (before, source) => before.With(source, Now));
            for (var minutes = 0; minutes < 61; minutes += 5)
            {
                var at = Now.AddMinutes(minutes);
                var newest = all.GroupBy(source => source.CaseId)
                    .SelectMany(one => one.Where(source => source.Version >= one.Where(
                        other => other.IsOnAppeal).Select(other => other.Version).DefaultIfEmpty().Max()))
                    .Where(source => source.HoldsAt(at)).ToList();
                var expected = newest.Select(source => source.Standing).DefaultIfEmpty().Max();
                Assert.Equal(expected, standing.At(at));
                List<DateTimeOffset?> ends = [.. newest.Where(source => source.Standing == expected).Select(source => source.Until)];
                Assert.Equal(ends.Contains(null) ? null : ends.DefaultIfEmpty(null).Max(), standing.Until(at));
            }
        }
    }

    [Fact]
    public void Should_lose_nothing_by_a_milder_or_shorter_decision_but_on_an_appeal()
    {
        StandingSource Source(int version, Standing standing, DateTimeOffset? until) => new(
            new("a"), new($"{version}"), version, standing, until);

        var banned = None.With(Source(1, Standing.Banned, Now.AddDays(7)), Now);
        var milder = banned.With(Source(2, Standing.Restricted, null), Now).With(Source(3, Standing.Banned, Now.AddDays(1)), Now);
        Assert.Equal((Standing.Banned, Now.AddDays(7)), (milder.At(Now.AddDays(6)), milder.Until(Now)));
        Assert.Equal(Standing.Restricted, milder.At(Now.AddDays(8)));
        Assert.Equal(
            Standing.Suspended, milder.With(Source(4, Standing.Suspended, Now.AddDays(1)) with { IsOnAppeal = true }, Now).At(Now));
        Assert.Single(
            Enumerable.Range(5, 100).Aggregate(banned, (all, version) => all.With(Source(version, Standing.Banned, null), Now)).Sources);
    }

    [Fact]
    public void Should_vanish_only_after_all_of_it_is_over()
    {
        StandingSource Source(string id, Standing standing, DateTimeOffset? until) => new(new(id), new(id), 1, standing, until);

        Assert.Null(
            None.With(Source("a", Standing.Banned, null), Now).With(Source("b", Standing.Restricted, Now.AddDays(1)), Now).TimeToLive);
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
