using Chat.Functions.Comments;
using Chat.Functions.Conversations;
using Chat.Functions.Reactions;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Responses;

/// <summary>What is counted of posts, and how what shards say becomes one.</summary>
public class PostCountsTests
{
    private static readonly ReactionKey Heart = new("❤️");
    private static readonly ReactionKey Custom = new(":party_parrot+1:");
    private static readonly PostResponse Nothing = new("c:0:0", 1, new UserId("ann"));

    [Fact]
    public void Changes_by_what_is_new_and_what_is_gone()
    {
        var first = Nothing with { Keys = [Heart], Options = [0, 2] };
        var second = Nothing with { Keys = [Custom], Options = [2] };
        var counts = PostCounts.None.With(PostCounts.Changes(Nothing, first));
        Assert.Equal((1, 1, 1), (counts.Version, counts.Voters, counts.Reactions[PostCounts.NameOf(Heart)]));
        Assert.Equal(["o0", "o2"], counts.Votes.Keys.Order(StringComparer.Ordinal));

        counts = counts.With(PostCounts.Changes(first, second));
        Assert.Equal((2, 1), (counts.Version, counts.Voters));
        Assert.Equal(Custom, PostCounts.KeyOf(Assert.Single(counts.Reactions).Key));
        Assert.Equal("o2", Assert.Single(counts.Votes).Key);

        counts = counts.With(PostCounts.Changes(second, Nothing));
        Assert.Equal((3, 0, 0, 0), (counts.Version, counts.Voters, counts.Reactions.Count, counts.Votes.Count));
    }

    [Fact]
    public void Tells_views_from_what_is_told_sooner()
    {
        var liked = PostCounts.None.With([("/version", 1), ("/reactions/k21", 1)]);
        Assert.True(liked.With([("/version", 1), ("/views", 3)]).EqualsBesidesViews(liked));
        Assert.True((liked with { Reactions = PostCounts.Nothing }).EqualsBesidesViews(PostCounts.None));
        Assert.False(liked.EqualsBesidesViews(PostCounts.None));
        Assert.False(liked.EqualsBesidesViews(liked.With([("/version", 1), ("/votes/o0", 1), ("/voters", 1)])));
    }

    [Fact]
    public void Names_are_what_a_path_may_hold()
    {
        foreach (var key in new[] { Heart, Custom, new ReactionKey("👩🏽‍🚀") })
        {
            var name = PostCounts.NameOf(key);
            Assert.All(name, character => Assert.True(char.IsAsciiLetterOrDigit(character)));
            Assert.Equal(key, PostCounts.KeyOf(name));
        }
    }

    [Fact]
    public void Takes_in_the_newest_of_each_shard_in_whatever_order_and_however_often() => Assert.All(Enumerable.Range(1, 200), seed =>
    {
        var dice = new Random(seed);
        var names = new[] { PostCounts.NameOf(Heart), PostCounts.NameOf(Custom) };
        var histories = Enumerable.Range(0, 3).Select(_ => Versions(dice, names)).ToList();
        var told = histories.SelectMany((history, shard) => history.Select(counts => (shard, counts))).ToArray();
        (int Shard, PostCounts Counts)[] all = [.. told, .. dice.GetItems(told, 20)];
        dice.Shuffle(all);

        var folded = FoldedCounts.None(new ConversationId("c"), 1);
        var before = 0L;
        foreach (var (shard, counts) in all)
        {
            folded = folded.With(FoldedCounts.NameOf(shard), counts);
            Assert.True(folded.Total().Version >= before);
            before = folded.Total().Version;
        }

        foreach (var name in names)
        {
            var shown = folded.Total().Reactions.SingleOrDefault(one => one.Key == PostCounts.KeyOf(name))?.Count ?? 0;
            Assert.Equal(histories.Sum(history => history[^1].Reactions.GetValueOrDefault(name)), shown);
        }
    });

    [Fact]
    public void Shows_the_most_frequent_first_and_nothing_of_what_nobody_reacts_with()
    {
        var counts = PostCounts.None with
        {
            Version = 4,
            Reactions = new Dictionary<string, long>(StringComparer.Ordinal)
            {
                [PostCounts.NameOf(Heart)] = 1,
                [PostCounts.NameOf(Custom)] = 3,
                ["k21"] = 0,
            },
        };
        var totals = FoldedCounts.None(new ConversationId("c"), 1).With(FoldedCounts.NameOf(1), counts).Total();
        Assert.Equal([(Custom, 3), (Heart, 1)], totals.Reactions.Select(one => (one.Key, one.Count)));
        Assert.Equal((0, 4), (totals.ToView(1).Votes.Count, totals.ToView(1).Version));
    }

    [Fact]
    public void Counts_comments_by_their_newest_head()
    {
        var of = new CommentsOf(new ConversationId("c"), new MessageId("m"), 1);
        Head[] heads =
        [
            Comments(1, 0, isClosed: false),
            Comments(2, 0, isClosed: false),
            Comments(2, 1, isClosed: false),
            Comments(3, 1, isClosed: false),
            Comments(3, 1, isClosed: true),
        ];
        var counts = heads.Select(CommentsOf.Count).ToList();
        Assert.Equal([1, 2, 1, 2, 0], counts.Select(one => one.Comments));
        Assert.Equal(counts.Select(one => one.Version).Order().Distinct(), counts.Select(one => one.Version));
        var none = FoldedCounts.None(new ConversationId("c"), 1);
        foreach (var last in Enumerable.Range(0, heads.Length))
        {
            // In whatever order, and more than once.
            var told = counts.Take(last + 1).Reverse().Concat(counts.Take(last + 1));
            var folded = told.Aggregate(none, (before, one) => before.With(FoldedCounts.OfComments, one));
            Assert.Equal((counts[last].Comments, counts[last].Version), (folded.Total().Comments, folded.Total().Version));
            Assert.Equal(counts[last].Comments, folded.Total().ToView(1).Comments);
        }

        Assert.False(counts[1].EqualsBesidesViews(counts[0]));

        Head Comments(long messages, long takenBack, bool isClosed) => new()
        {
            ConversationId = new ConversationId("d"),
            Kind = ConversationKind.Comments,
            CreatedBy = new UserId("alice"),
            CreatedAt = DateTimeOffset.UnixEpoch,
            MessageCount = messages,
            CommentsOf = of with { TakenBack = takenBack },
            DeletedAt = isClosed ? DateTimeOffset.UnixEpoch : null,
        };
    }

    [Fact]
    public void Leaves_room_for_emoji_however_many_custom_names_there_are()
    {
        var limits = new Limits { ReactionKeys = 4, ReactionsPerUser = 5 };
        ReactionKey[] names = [.. Enumerable.Range(0, 60).Select(n => new ReactionKey($":junk-{n:00}:"))];
        Assert.Null(Refusal(new(":one:"), names[..1]));
        Assert.Null(Refusal(Heart, names));
        Assert.Null(Refusal(names[59], names));
        Assert.Equal(Problems.LimitReached("reactionKeys", 2), Refusal(new(":one-more:"), names[..2]));

        ReactionKey[] emoji = [new("😀"), new("😁"), new("😂"), new("😃")];
        Assert.Equal(Problems.LimitReached("reactionKeys", 4), Refusal(Heart, emoji));
        Assert.Null(Refusal(new(":one:"), emoji));
        Assert.Null(Refusal(emoji[3], emoji));

        Problem? Refusal(ReactionKey key, ReactionKey[] known)
        {
            // In another shard than the user's.
            var counts = PostCounts.None with
            {
                Version = 1,
                Reactions = known.ToDictionary(one => PostCounts.NameOf(one), _ => 1L, StringComparer.Ordinal),
            };
            var totals = FoldedCounts.None(new ConversationId("c"), 1).With(FoldedCounts.NameOf(7), counts).Total();
            Assert.Equal(Math.Min(known.Length, PostTotals.MaxReactions), totals.Reactions.Count);
            return new ReactionChange(key, true, null, limits).Refusal(Nothing, totals);
        }
    }

    private static List<PostCounts> Versions(Random dice, string[] names)
    {
        var counts = new List<PostCounts> { PostCounts.None };
        for (var n = dice.Next(1, 10); n > 0; n--)
        {
            var name = dice.GetItems(names, 1)[0];
            var by = counts[^1].Reactions.GetValueOrDefault(name) > 0 && dice.Next(2) == 0 ? -1 : 1;
            counts.Add(counts[^1].With([("/version", 1), ("/reactions/" + name, by)]));
        }

        return counts;
    }
}
