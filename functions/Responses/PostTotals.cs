using System.Collections.Frozen;
using System.Globalization;
using Chat.Functions.Messages;
using Chat.Functions.Polls;
using Chat.Functions.Reactions;

namespace Chat.Functions.Responses;

/// <summary>How many reacted to a channel's post, voted in it and have read it.</summary>
/// <param name="Version">Of two, the one with the higher version is the newer.</param>
internal sealed record PostTotals(long Version, long Views, long Voters)
{
    /// <summary>As many are shown.</summary>
    public const int MaxReactions = 50;

    public static readonly PostTotals None = new(0, 0, 0);

    /// <summary>The most frequent first.</summary>
    public IReadOnlyList<ReactionSummary> Reactions { get; init; } = [];

    /// <summary>What anybody reacts with, also what isn't shown.</summary>
    public IReadOnlySet<ReactionKey> Keys { get; init; } = FrozenSet<ReactionKey>.Empty;

    public IReadOnlyDictionary<string, long> Votes { get; init; } = PostCounts.Nothing;

    /// <summary>How many comments there are that weren't taken back.</summary>
    public long Comments { get; init; }

    /// <summary>The view of a post with its counts, for a viewer or for everybody.</summary>
    public MessageView ShownIn(MessageView post, UserResponse? viewer)
    {
        var view = post with { Counts = new(Version, Views, post.UnsentAt is null ? Comments : 0) };
        return view.UnsentAt is not null ? view : view with
        {
            Reactions = ReactionsFor(viewer),
            Poll = post.Poll is { } poll ? PollFor(poll, viewer) : null,
        };
    }

    public PostCountsView ToView(long ordinal) => new(ordinal, Version, Views, Reactions)
    {
        Voters = Voters,
        Comments = Comments,
        Votes = [.. Enumerable.Range(0, Most()).Select(VotesFor)],
    };

    private long VotesFor(int option) => Votes.GetValueOrDefault(PostCounts.NameOf(option));

    private int Most() => Votes.Keys.Select(name => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture) + 1).DefaultIfEmpty().Max();

    // What the viewer just did may not be in the totals yet.
    private IReadOnlyList<ReactionSummary> ReactionsFor(UserResponse? viewer)
    {
        if (viewer is not { } one)
        {
            return Reactions;
        }

        var mine = one.Response?.Keys ?? [];
        var others = mine.Where(key => Reactions.All(known => known.Key != key)).ToList();
        return
        [
            .. Reactions.Take(MaxReactions - others.Count).Select(known => known with { Mine = mine.Contains(known.Key) }),
            .. others.Select(key => new ReactionSummary(key, 1, []) { Mine = true }),
        ];
    }

    private Poll PollFor(Poll poll, UserResponse? viewer)
    {
        var mine = viewer?.Response?.Options ?? [];
        return poll with
        {
            Voters = (int)Math.Max(Voters, Math.Min(mine.Count, 1)),
            Options =
            [
                .. poll.Options.Select((option, index) => option with
                {
                    Votes = (int)Math.Max(VotesFor(index), mine.Contains(index) ? 1 : 0),
                    Mine = viewer is null ? null : mine.Contains(index),
                }),
            ],
        };
    }
}

/// <summary>What a viewer did to a post; nothing, where there is no response.</summary>
internal readonly record struct UserResponse(PostResponse? Response);

/// <summary>The data of <c>message.counts</c>, for who has the channel open.</summary>
/// <param name="Ordinal">The post's number in its channel.</param>
/// <param name="Version">Of two, the one with the higher version is the newer.</param>
/// <param name="Views">How many followers have read it since they follow: approximate.</param>
internal sealed record PostCountsView(long Ordinal, long Version, long Views, IReadOnlyList<ReactionSummary> Reactions)
{
    public const string Updated = "message.counts";

    public required long Voters { get; init; }

    /// <summary>How many comments there are.</summary>
    public required long Comments { get; init; }

    /// <summary>How many chose each option; those at the end may be missing while nobody did.</summary>
    public required IReadOnlyList<long> Votes { get; init; }
}

/// <summary>Of which version a post's counts are, how many followers have read it, approximately, and how many comments it has.</summary>
public sealed record ShownCounts(long Version, long Views, long Comments);
