using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Delivery;

public class DeliveredMarkTests
{
    private static readonly Gen<SeqRange[]> Ranges =
        Gen.Choose(1, 40).SelectMany(first => Gen.Choose(0, 6).Select(length => new SeqRange(first, first + length))).ArrayOf();

    [Fact]
    public void Knows_the_same_as_a_set_of_all_delivered_positions()
    {
        Prop.ForAll(Ranges.ToArbitrary(), ranges =>
        {
            var mark = new DeliveredMark { ConversationId = ConversationId.New() };
            var naive = new HashSet<long>();
            foreach (var range in ranges)
            {
                mark = mark.With(range);
                naive.UnionWith(Positions(range));
            }

            var prefix = Enumerable.Range(1, 100).TakeWhile(seq => naive.Contains(seq)).Count();
            var known = mark.Early.SelectMany(Positions).Concat(Positions(new SeqRange(1, mark.DeliveredSeq)));
            return mark.DeliveredSeq == prefix
                && naive.SetEquals(known)
                && mark.Early.Zip(mark.Early.Skip(1)).All(pair => pair.First.Last + 1 < pair.Second.First)
                && mark.Early.All(early => early.First > mark.DeliveredSeq + 1);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Misses_exactly_what_was_not_delivered()
    {
        Prop.ForAll(Ranges.ToArbitrary(), Gen.Choose(1, 40).Two().ToArbitrary(), (ranges, ends) =>
        {
            var mark = ranges.Aggregate(new DeliveredMark { ConversationId = ConversationId.New() }, (sum, range) => sum.With(range));
            var asked = new SeqRange(Math.Min(ends.Item1, ends.Item2), Math.Max(ends.Item1, ends.Item2));
            var delivered = ranges.SelectMany(Positions).ToHashSet();
            return mark.Missing(asked).SelectMany(Positions).SequenceEqual(Positions(asked).Where(seq => !delivered.Contains(seq)))
                && mark.Covers(asked) == !mark.Missing(asked).Any();
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Forgets_the_latest_of_too_many_early_ranges_so_that_they_are_delivered_again()
    {
        var mark = new DeliveredMark { ConversationId = ConversationId.New() };
        for (var n = 1; n <= 150; n++)
        {
            mark = mark.With(new SeqRange(n * 10, n * 10));
        }

        Assert.Equal(100, mark.Early.Count);
        Assert.Equal(new SeqRange(1000, 1000), mark.Early[^1]);
    }

    private static IEnumerable<long> Positions(SeqRange range)
    {
        for (var seq = range.First; seq <= range.Last; seq++)
        {
            yield return seq;
        }
    }
}
