using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Inbox;

/// <summary>The state of a conversation to which its members' inbox entries advance.</summary>
public sealed record ConversationSnapshot
{
    public required ConversationId ConversationId { get; init; }

    public required ConversationKind Kind { get; init; }

    public string? Title { get; init; }

    public int MemberCount { get; init; }

    public long LastSeq { get; init; }

    public long LastOrdinal { get; init; }

    public MessagePreview? LastMessage { get; init; }

    /// <summary>The ordinal of the newest message that mentions everyone; 0 for none.</summary>
    public long MentionAllOrdinal { get; init; }

    public UserId? MentionAllBy { get; init; }

    public Disappearing? Disappearing { get; init; }

    public required DateTimeOffset ActivityAt { get; init; }

    public string? AvatarUrl { get; init; }

    /// <summary>The entry that last changed title or picture; 0 while they are as created, or when the profile wasn't read.</summary>
    public long ProfileSeq { get; init; }

    /// <summary>Both users of a direct conversation; null for groups.</summary>
    public IReadOnlyList<UserId>? Pair { get; init; }

    /// <summary>The members as far as they are known, which are those of the head if not set otherwise; null for none.</summary>
    public IReadOnlyList<CurrentMember>? Members { get; init; }

    /// <summary>
    /// The entry by which a member joined last, if their inbox entry may be of a membership before; 0 if it can't, or nobody knows.
    /// </summary>
    public long CameBackAt(UserId user) => Members?.FirstOrDefault(member => member.UserId == user).JoinedSeq is > 1 and var seq ? seq : 0;

    /// <summary>The state that a head shows.</summary>
    /// <param name="head">The conversation.</param>
    /// <param name="profile">The group's profile; null where title and picture aren't projected.</param>
    public static ConversationSnapshot Of(Head head, GroupProfile? profile = null)
    {
        // Title and picture must be of one version: the head may be older or newer than the profile beside it.
        var shown = profile?.UpdatedSeq == head.ProfileSeq ? profile : null;
        return new()
        {
            ConversationId = head.ConversationId,
            Kind = head.Kind,
            Title = head.Title,
            MemberCount = head.MemberCount,
            LastSeq = head.ListSeq,
            LastOrdinal = head.MessageCount,
            LastMessage = head.LastMessage,
            MentionAllOrdinal = head.MentionAllOrdinal,
            MentionAllBy = head.MentionAllBy,
            Disappearing = head.Disappearing,
            ActivityAt = head.LastMessage?.At ?? head.CreatedAt,
            AvatarUrl = shown?.AvatarUrl,
            ProfileSeq = shown?.UpdatedSeq ?? 0,
            Pair = head.Kind == ConversationKind.Direct ? [.. head.Members!.Select(member => member.UserId)] : null,
            Members = head.Members is { } members
                ? [.. members.Select(member => new CurrentMember(member.UserId, member.JoinedSeq))]
                : null,
        };
    }

    /// <summary>
    /// When the membership of joining users in the push group ends; null when nobody joins, or SignalR hasn't confirmed it.
    /// </summary>
    public DateTimeOffset? PushUntil { get; init; }

    /// <summary>A new inbox entry, where the user has none yet.</summary>
    public InboxEntry ToEntry(UserId user) => new()
    {
        UserId = user,
        ConversationId = ConversationId,
        Kind = Kind,
        Title = Title,
        // A member's new entry gets theirs. In a tombstone 0 is below every later join, which then begins anew.
        JoinedSeq = 0,
        Peer = Pair?.First(one => one != user),
        Last = Last,
        Activity = Activity,
        AvatarUrl = AvatarUrl,
        ProfileSeq = ProfileSeq,
        PushUntil = Kind != ConversationKind.Direct ? PushUntil?.ToUnixTimeSeconds() ?? 0 : null,
    };

    /// <summary>The part of the state that lists show.</summary>
    public InboxLast Last => new(LastSeq, LastOrdinal, LastMessage, MemberCount)
    {
        Disappearing = Disappearing,
        MentionAllOrdinal = MentionAllOrdinal,
        MentionAllBy = MentionAllBy,
    };

    /// <summary>The list's sort key; see <see cref="InboxEntry.Activity"/>.</summary>
    public string Activity => $"{TimestampConverter.ToText(ActivityAt)}|{ConversationId}";
}
