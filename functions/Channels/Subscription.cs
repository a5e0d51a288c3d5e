using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Channels;

/// <summary>Which posts of a channel a follower wants to be notified of.</summary>
public enum NotifyLevel
{
    All,
    Some,
    None,
}

/// <summary>Whether a user follows a channel.</summary>
public enum SubscriptionState
{
    Following,
    Left,

    /// <summary>Taken out by the channel's owner or an admin: can't follow it again.</summary>
    Excluded,
}

/// <summary>
/// That a user follows a channel, in the user's partition: the source of truth. <see cref="Followers"/> counts by it.
/// </summary>
/// <remarks>What ended stays for 35 days, longer than a sync cursor is valid; an exclusion for good.</remarks>
public sealed record Subscription
{
    /// <summary>The prefix of all subscriptions' ids.</summary>
    public const string Prefix = "sub:";

    private const int TombstoneLifetime = 35 * 24 * 60 * 60;

    [JsonPropertyOrder(-2)]
    public string Type => "subscription";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(ConversationId);

    public required UserId UserId { get; init; }

    public required ConversationId ConversationId { get; init; }

    public required SubscriptionState State { get; init; }

    /// <summary>How many posts there were when the user followed. They don't count as unread.</summary>
    public long JoinedOrdinal { get; init; }

    /// <summary>The ordinal up to which the user has read (watermark). Only rises while they follow.</summary>
    public long ReadOrdinal { get; init; }

    public NotifyLevel Notify { get; init; }

    /// <summary>When the user's mute ends; null when it isn't muted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? MutedUntil { get; init; }

    /// <summary>
    /// When the user's following ended: until then they may report what they saw. Null while they follow, and of who never did.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The clock's milliseconds when it was made, and higher with every change.</summary>
    public required long Version { get; init; }

    [JsonPropertyName("ttl")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeToLive => State == SubscriptionState.Left ? TombstoneLifetime : null;

    [JsonIgnore]
    public bool IsFollowing => State == SubscriptionState.Following;

    /// <summary>How many of a channel's posts the user hasn't read.</summary>
    public long Unread(long messageCount) => Math.Max(0, messageCount - Math.Max(ReadOrdinal, JoinedOrdinal));

    /// <summary>What readers of the log take a follower for: a member who sees everything.</summary>
    public Member AsMember() => new()
    {
        ConversationId = ConversationId,
        UserId = UserId,
        Role = MemberRole.Member,
        State = MemberState.Active,
        JoinedOrdinal = JoinedOrdinal,
        ReadOrdinal = ReadOrdinal,
    };

    public static string DocumentId(ConversationId channel) => Prefix + channel.Value;
}

/// <summary>A subscription as its user sees it; when they don't follow any more, only that.</summary>
/// <param name="Version">Of two the one with the higher version is the newer.</param>
public sealed record SubscriptionView(ConversationId ConversationId, bool IsFollowing, long Version)
{
    /// <summary>The event of which it is the data.</summary>
    public const string Updated = "subscription.updated";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NotifyLevel? Notify { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? MutedUntil { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? JoinedOrdinal { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ReadOrdinal { get; init; }

    public static SubscriptionView Of(Subscription subscription)
    {
        var view = new SubscriptionView(subscription.ConversationId, subscription.IsFollowing, subscription.Version);
        return !subscription.IsFollowing ? view : view with
        {
            Notify = subscription.Notify,
            MutedUntil = subscription.MutedUntil,
            JoinedOrdinal = subscription.JoinedOrdinal,
            ReadOrdinal = subscription.ReadOrdinal,
        };
    }
}
