using Chat.Functions.Delivery;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Delivery;

public class InboxMoveTests
{
    private static readonly ConversationId Conversation = ConversationId.New();
    private static readonly string[] Users = ["alice", "bob", "carol"];

    /// <summary>However moves are held together, every level ends where the highest of them was.</summary>
    [Fact]
    public void Add_up_to_the_highest_of_each_level_in_any_order() =>
        Prop.ForAll(Gen.Choose(1, int.MaxValue - 1).ToArbitrary(), AddsUp).QuickCheckThrowOnFailure();

    private static bool AddsUp(int seed)
    {
        var dice = new Random(seed);
        var moves = Enumerable.Range(1, dice.Next(1, 8)).Select(seq => Move(seq, dice)).ToArray();
        var shuffled = (InboxMove[])moves.Clone();
        dice.Shuffle(shuffled);

        var sum = shuffled.Aggregate((one, other) => one.With(other));

        return sum.Change.Change == (moves.LastOrDefault(move => !move.Change.IsQuiet) ?? moves[^1]).Change.Change
            && sum.Everyone.SequenceEqual(moves[^1].Everyone)
            && sum.Last == moves.Length
            && sum.Ranges.OrderBy(range => range.First).SequenceEqual(moves.SelectMany(move => move.Ranges))
            && sum.Change.IsQuiet == moves.All(move => move.Change.IsQuiet)
            && Array.TrueForAll(Users, user => sum.Change.MarksOf(new UserId(user)) == new InboxMarks(
                moves.Max(move => move.Change.MarksOf(new UserId(user)).Read),
                moves.Max(move => move.Change.MarksOf(new UserId(user)).Mentioned)));
    }

    private static InboxMove Move(long seq, Random dice)
    {
        var change = new InboxChange { ConversationId = Conversation, Kind = default, LastSeq = seq, LastOrdinal = seq, ActivityAt = DateTimeOffset.UnixEpoch.AddSeconds(seq) };
        return new(
            Conversation,
            [new SeqRange(seq, seq)],
            new InboxChangeOfRange(change, Ordinals(seq, dice), Ordinals(seq, dice), 0) { IsQuiet = dice.Next(3) == 0 },
            [.. Users.Take(dice.Next(1, 4)).Select(user => new UserId(user))]);
    }

    private static Dictionary<string, long> Ordinals(long seq, Random dice) =>
        Users.Where(_ => dice.Next(2) == 0).ToDictionary(user => user, _ => seq, StringComparer.Ordinal);
}
