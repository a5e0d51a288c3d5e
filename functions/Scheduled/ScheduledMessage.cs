using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Scheduled;

/// <summary>A message that waits to be sent; there until it is sent, cancelled, or refused when it is due. Only its sender sees it.</summary>
public sealed record ScheduledMessage : ConversationDocument
{
    public override string Id => DocumentId(SenderId, MessageId);

    /// <summary>The id that the message will have.</summary>
    public required MessageId MessageId { get; init; }

    public required UserId SenderId { get; init; }

    public required string ClientMessageId { get; init; }

    public required MessageContent Content { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    /// <summary>By which entry its sender had joined then; it ends with that membership. Null where it was written before that was noted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? JoinedSeq { get; init; }

    /// <summary>Whether it is of the membership that its sender has; one without a note of that is.</summary>
    public bool IsOf(Member? sender) => JoinedSeq is null || JoinedSeq == sender?.JoinedSeq;

    /// <summary>Whether another request asked for the same.</summary>
    public bool IsSameAs(ScheduledMessage other) =>
        DueAt == other.DueAt && Content.Hash == other.Content.Hash;

    public static string DocumentId(UserId sender, MessageId message) => Prefix(sender) + message.Value;

    /// <summary>What the ids of all that a user has scheduled in a conversation begin with; those of <c>a:b</c> begin as those of <c>a</c> do.</summary>
    public static string Prefix(UserId sender) => $"s:{sender.Value}:";
}

/// <summary>A message that waits to be sent, as its sender sees it.</summary>
/// <param name="ScheduledId">The id that the message will have.</param>
public sealed record ScheduledView(
    MessageId ScheduledId,
    ConversationId ConversationId,
    string ClientMessageId,
    DateTimeOffset DueAt,
    MessageContent Content)
{
    public static ScheduledView Of(ScheduledMessage scheduled) =>
        new(scheduled.MessageId, scheduled.ConversationId, scheduled.ClientMessageId, scheduled.DueAt, scheduled.Content);
}

/// <summary>All that a user has scheduled in a conversation, the next due first.</summary>
public sealed record ScheduledPage(IReadOnlyList<ScheduledView> Scheduled);
