using System.Text.Json.Serialization;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;

namespace Chat.Functions.Responses;

/// <summary>A user's reactions to a channel's post, and their vote in its poll. Deleted with the last of them.</summary>
/// <param name="ConversationId">The shard, which is the partition.</param>
/// <param name="Ordinal">The post's number in its channel.</param>
/// <param name="By">The user. An index of this field, which no other document of the container has, finds all that one did.</param>
internal sealed record PostResponse(string ConversationId, long Ordinal, UserId By)
{
    [JsonPropertyOrder(-2)]
    public string Type => "response";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(Ordinal, By);

    /// <summary>In the order in which they were added; at most <see cref="Limits.ReactionsPerUser"/>.</summary>
    public IReadOnlyList<ReactionKey> Keys { get; init; } = [];

    /// <summary>The indexes of the options chosen, ascending; empty for no vote.</summary>
    public IReadOnlyList<int> Options { get; init; } = [];

    [JsonIgnore]
    public bool IsEmpty => Keys.Count == 0 && Options.Count == 0;

    public static string DocumentId(long ordinal, UserId user) => $"x:{ordinal}:{user.Value}";
}

/// <summary>What a user wants to change of their response.</summary>
internal abstract record ResponseChange
{
    /// <summary>The response afterwards; the same object where it is so already.</summary>
    public abstract PostResponse ApplyTo(PostResponse before);

    /// <summary>The refusal of what would change something; null when it may.</summary>
    public abstract Problem? Refusal(PostResponse before, PostTotals totals);
}

/// <summary>A reaction that a user adds or removes.</summary>
/// <param name="Key">The reaction.</param>
/// <param name="IsWanted">True to add it, false to remove it.</param>
/// <param name="KeyRefusal">The refusal of the key by word lists; null when it may be added.</param>
internal sealed record ReactionChange(ReactionKey Key, bool IsWanted, Problem? KeyRefusal, Limits Limits) : ResponseChange
{
    public override PostResponse ApplyTo(PostResponse before) =>
        before.Keys.Contains(Key) == IsWanted ? before
            : IsWanted ? before with { Keys = [.. before.Keys, Key] }
            : before with { Keys = [.. before.Keys.Where(key => key != Key)] };

    public override Problem? Refusal(PostResponse before, PostTotals totals) =>
        !IsWanted ? null
            : KeyRefusal is not null ? KeyRefusal
            : before.Keys.Count >= Limits.ReactionsPerUser ? Problems.LimitReached("reactionsPerUser", Limits.ReactionsPerUser)
            : !totals.Keys.Contains(Key) && totals.Keys.Count(key => key.IsCustom == Key.IsCustom) >= MaxKeys
                ? Problems.LimitReached("reactionKeys", MaxKeys)
            : null;

    /// <summary>Custom names count apart: a few users who make some up would leave no emoji to the others.</summary>
    private int MaxKeys => Key.IsCustom ? (Limits.ReactionKeys + 1) / 2 : Limits.ReactionKeys;
}

/// <summary>A vote that a user gives, changes or takes back.</summary>
/// <param name="Options">The indexes of the options chosen, ascending; empty takes the vote back.</param>
/// <param name="IsClosed">Whether voting has ended.</param>
internal sealed record VoteChange(IReadOnlyList<int> Options, bool IsClosed) : ResponseChange
{
    public override PostResponse ApplyTo(PostResponse before) =>
        before.Options.SequenceEqual(Options) ? before : before with { Options = Options };

    public override Problem? Refusal(PostResponse before, PostTotals totals) => IsClosed ? Problems.PollClosed : null;
}
