using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Inbox;

/// <summary>How a committed range moves its members' inbox entries forward: the conversation as the range left it.</summary>
public sealed record InboxChange
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

    public Disappearing? Disappearing { get; init; }

    public required DateTimeOffset ActivityAt { get; init; }

    public string? AvatarUrl { get; init; }

    /// <summary>The entry that made title and picture what they are; 0 while they are as created, or when that wasn't looked at.</summary>
    public long ProfileSeq { get; init; }

    /// <summary>Both users of a direct conversation; null for groups.</summary>
    public IReadOnlyList<UserId>? Pair { get; init; }

    /// <param name="head">The conversation.</param>
    /// <param name="profile">What is said profile it, where a change of that is to be shown.</param>
    public static InboxChange Of(Head head, GroupProfile? profile = null)
    {
        ArgumentNullException.ThrowIfNull(head);

        // A title of one version beside a picture of another would be taken for the newer one.
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
            Disappearing = head.Disappearing,
            ActivityAt = head.LastMessage?.At ?? head.CreatedAt,
            AvatarUrl = shown?.AvatarUrl,
            ProfileSeq = shown?.UpdatedSeq ?? 0,
            Pair = head.Kind == ConversationKind.Direct ? [.. head.Members!.Select(member => member.UserId)] : null,
        };
    }

    /// <summary>Until when those who come in with this have their place in the push group; null when nobody comes in, or that isn't certain.</summary>
    public DateTimeOffset? PushUntil { get; init; }

    /// <summary>The entry that the change makes where there is none yet.</summary>
    public InboxEntry ToEntry(UserId user) => new()
    {
        UserId = user,
        ConversationId = ConversationId,
        Kind = Kind,
        Title = Title,
        JoinedSeq = 0,
        Peer = Pair?.First(one => one != user),
        Last = Last,
        Activity = Activity,
        AvatarUrl = AvatarUrl,
        ProfileSeq = ProfileSeq,
        PushUntil = Kind == ConversationKind.Group ? PushUntil?.ToUnixTimeSeconds() ?? 0 : null,
    };

    /// <summary>What lists show of it.</summary>
    public InboxLast Last => new(LastSeq, LastOrdinal, LastMessage, MemberCount) { Disappearing = Disappearing, MentionAllOrdinal = MentionAllOrdinal };

    public string Activity => $"{TimestampConverter.ToText(ActivityAt)}|{ConversationId}";
}
