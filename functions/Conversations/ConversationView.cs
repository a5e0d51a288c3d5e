using System.Text.Json.Serialization;
using Chat.Functions.Channels;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>A conversation as one of its members sees it.</summary>
/// <param name="Title">A group's or channel's title; null for a direct conversation.</param>
/// <param name="LastSeq">The newest log entry's number.</param>
/// <param name="MessageCount">How many messages were ever sent.</param>
/// <param name="Members">At most 32 of them, the owner first; none for a channel's followers.</param>
/// <param name="UnreadCount">Messages after the caller's read watermark.</param>
public sealed record ConversationView(
    ConversationId ConversationId,
    ConversationKind Kind,
    string? Title,
    UserId CreatedBy,
    DateTimeOffset CreatedAt,
    long LastSeq,
    long MessageCount,
    int MemberCount,
    IReadOnlyList<HeadMember> Members,
    long UnreadCount,
    Preferences Preferences,
    bool MarkedUnread,
    long ClearedSeq)
{
    public const int MaxMembers = 32;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>The address of the group's picture; absent when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvatarUrl { get; init; }

    /// <summary>Only groups have this, and <see cref="JoinPolicy"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HistoryVisibility? HistoryVisibility { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JoinPolicy? JoinPolicy { get; init; }

    /// <summary>Only channels have this.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelVisibility? Visibility { get; init; }

    /// <summary>Seconds until a new message disappears; absent when messages stay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MessageTtl { get; init; }

    /// <summary>
    /// Seconds that must pass between two messages of a plain member, or between two comments of a channel's follower; absent while slow
    /// mode is off.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SlowModeSeconds { get; init; }

    /// <summary>Whether a channel's posts take comments, and whether a post still does; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Comments { get; init; }

    /// <summary>The post on which these are the comments; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CommentedPost? Post { get; init; }

    /// <summary>A request that isn't accepted. A declined one is shown the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RequestedBy? Request { get; init; }

    /// <summary>How many follow a channel, up to 5 s old; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? FollowerCount { get; init; }

    /// <summary>Of a channel that the caller follows; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SubscriptionView? Subscription { get; init; }

    /// <param name="head">The conversation.</param>
    /// <param name="profile">A group's profile; null while it has none.</param>
    /// <param name="members">Some or all of its members.</param>
    /// <param name="entry">The caller's inbox entry; null while there is none.</param>
    /// <param name="now">Messages that expired by then don't count as unread.</param>
    public static ConversationView Of(
        Head head,
        GroupProfile? profile,
        IReadOnlyList<HeadMember> members,
        InboxEntry? entry,
        DateTimeOffset now)
    {
        var settings = ConversationSettings.Of(head, profile);
        return new(
            head.ConversationId,
            head.Kind,
            head.Title,
            head.CreatedBy,
            head.CreatedAt,
            head.LastSeq,
            head.MessageCount,
            head.MemberCount,
            [.. members.OrderBy(member => member.Role).Take(MaxMembers).Select(member => new HeadMember(member.UserId, member.Role))],
            entry?.UnreadOf(head, now) ?? head.MessageCount,
            Preferences.Of(entry),
            entry is { MarkedUnread: true },
            entry?.ClearedSeq ?? 0)
        {
            Description = settings.Description,
            AvatarUrl = settings.AvatarUrl,
            HistoryVisibility = settings.HistoryVisibility,
            JoinPolicy = settings.JoinPolicy,
            Visibility = settings.Visibility,
            MessageTtl = settings.MessageTtl,
            SlowModeSeconds = settings.SlowModeSeconds,
            Comments = settings.Comments,
            Request = head.Request is { } request ? new(request.By) : null,
        };
    }
}

/// <summary>A post of a channel.</summary>
public sealed record CommentedPost(ConversationId ConversationId, MessageId MessageId);

/// <summary>Who sent a request.</summary>
public sealed record RequestedBy(UserId By);

/// <summary>The data of <c>conversation.created</c>.</summary>
internal sealed record ConversationCreated(ConversationKind Kind, string? Title, UserId CreatedBy, IReadOnlyList<HeadMember> Members);
