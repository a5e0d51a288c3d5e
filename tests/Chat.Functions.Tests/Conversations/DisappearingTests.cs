using Chat.Functions.Conversations;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Conversations;

/// <summary>What is known of messages that disappear leaves out of a count only what is gone, and in the end all of it.</summary>
public class DisappearingTests
{
    private static readonly DateTimeOffset Then = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Messages one after another: seconds after the last one, and seconds that they stay; 0 for good.</summary>
    private static readonly Gen<(int Pause, int Stays)[]> Histories =
        Gen.Zip(Gen.Choose(0, 20), Gen.Elements(0, 5, 10, 10, 10, 60)).ArrayOf().Where(messages => messages.Length > 0);

    [Fact]
    public void Counts_nothing_as_gone_that_can_be_seen() => ForAll(Histories, (messages, disappearing, now) =>
        messages.All(message => disappearing?.IsGone(message.Ordinal, now) != true || message.ExpiresAt <= now)
        && Enumerable.Range(0, messages.Count + 1).All(after =>
            (disappearing?.CountGone(after, now) ?? 0) == messages.Count(
                message => message.Ordinal > after && disappearing?.IsGone(message.Ordinal, now) == true)));

    [Fact]
    public void Counts_all_as_gone_once_the_last_in_a_row_is() => ForAll(Histories, (messages, disappearing, now) =>
    {
        var row = messages.Reverse().TakeWhile(message => message.ExpiresAt is not null).ToList();
        return row.Exists(message => message.ExpiresAt > now)
            || row.TrueForAll(message => disappearing!.IsGone(message.Ordinal, now.AddSeconds(1)));
    });

    [Fact]
    public void Counts_exactly_where_all_stay_equally_long_and_few_are_there() =>
        ForAll(
            from pauses in Gen.Choose(0, 20).ArrayOf() where pauses.Length > 0 select pauses.Select(pause => (pause, 10)).ToArray(),
            (messages, disappearing, now) =>
                messages.Any(one =>
                    messages.Count(other => other.Ordinal <= one.Ordinal && other.ExpiresAt > one.At) >= Disappearing.MaxEnds)
                || messages.Count(message => message.ExpiresAt <= now) == disappearing!.CountGone(0, now));

    private static void ForAll(
        Gen<(int Pause, int Stays)[]> histories,
        Func<IReadOnlyList<Sent>, Disappearing?, DateTimeOffset, bool> holds) =>
        Prop.ForAll(Gen.Zip(histories, Gen.Choose(0, 60)).ToArbitrary(), drawn =>
        {
            var (history, later) = drawn;
            var (messages, at, disappearing) = (new List<Sent>(), Then, (Disappearing?)null);
            foreach (var (pause, stays) in history)
            {
                at = at.AddSeconds(pause);
                var sent = new Sent(messages.Count + 1, at, stays == 0 ? null : at.AddSeconds(stays));
                messages.Add(sent);
                disappearing = Disappearing.With(disappearing, sent.Ordinal, sent.At, sent.ExpiresAt);
            }

            return holds(messages, disappearing, at.AddSeconds(later)) && disappearing?.Ends.Count is null or <= Disappearing.MaxEnds;
        }).QuickCheckThrowOnFailure();

    private sealed record Sent(long Ordinal, DateTimeOffset At, DateTimeOffset? ExpiresAt);
}
