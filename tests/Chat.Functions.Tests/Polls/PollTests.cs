using Chat.Functions.Polls;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Polls;

public class PollTests
{
    private static readonly Poll Asked = new([new("a", 0), new("b", 0), new("c", 0)], true, 0);

    [Fact]
    public void Counts_what_everyone_chose_last()
    {
        // Each vote is a voter and a set of options as bits; a later vote replaces the voter's earlier one.
        Prop.ForAll(ArbMap.Default.GeneratorFor<byte>().ArrayOf().ToArbitrary(), votes =>
        {
            var chosen = new Dictionary<int, int[]>();
            var poll = Asked;
            foreach (var vote in votes)
            {
                var voter = vote / 8 % 5;
                int[] options = [.. Enumerable.Range(0, 3).Where(option => (vote & (1 << option)) != 0)];
                poll = poll.With(chosen.GetValueOrDefault(voter) ?? [], options);
                chosen[voter] = options;
            }

            return poll.Voters == chosen.Values.Count(options => options.Length > 0)
                && Enumerable.Range(0, 3).All(
                    option => poll.Options[option].Votes == chosen.Values.Count(options => options.Contains(option)));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(365 * 24 * 60, true)]
    [InlineData((365 * 24 * 60) + 1, false)]
    public void Closes_in_the_future_within_a_year(int minutes, bool isRight)
    {
        var now = DateTimeOffset.UnixEpoch;
        Assert.Equal(isRight, (Asked with { ClosesAt = now.AddMinutes(minutes) }).Refusal(now) is null);
    }
}
