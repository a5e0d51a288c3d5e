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

    public required DateTimeOffset ActivityAt { get; init; }

    /// <summary>Both users of a direct conversation; null for groups.</summary>
    public IReadOnlyList<UserId>? Pair { get; init; }

    public static InboxChange Of(Head head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return new()
        {
            ConversationId = head.ConversationId,
            Kind = head.Kind,
            Title = head.Title,
            MemberCount = head.MemberCount,
            LastSeq = head.LastSeq,
            LastOrdinal = head.MessageCount,
            LastMessage = head.LastMessage,
            ActivityAt = head.LastMessage?.At ?? head.CreatedAt,
            Pair = head.Kind == ConversationKind.Direct ? [.. head.Members!.Select(member => member.UserId)] : null,
        };
    }

    /// <summary>The entry that the change makes where there is none yet.</summary>
    public InboxEntry ToEntry(UserId user) => new()
    {
        UserId = user,
        ConversationId = ConversationId,
        Kind = Kind,
        Title = Title,
        Peer = Pair?.First(one => one != user),
        MemberCount = MemberCount,
        LastSeq = LastSeq,
        LastOrdinal = LastOrdinal,
        LastMessage = LastMessage,
        Activity = Activity,
        PushUntil = Kind == ConversationKind.Group ? 0 : null,
    };

    public string Activity => $"{TimestampConverter.ToText(ActivityAt)}|{ConversationId}";
}
