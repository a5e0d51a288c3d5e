using System.Text.Json.Serialization;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Scheduled;

/// <summary>A scheduled message as stored, until it is sent, cancelled, or refused when due. Only its sender sees it.</summary>
public sealed record ScheduledMessage : ConversationDocument
{
    public override string Id => DocumentId(SenderId, MessageId);

    /// <summary>The id that the message will have.</summary>
    public required MessageId MessageId { get; init; }

    public required UserId SenderId { get; init; }

    public required string ClientMessageId { get; init; }

    public required MessageContent Content { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    /// <summary>
    /// The entry by which its sender had joined. The scheduled message ends with that membership. Null in documents from before
    /// this field existed.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? JoinedSeq { get; init; }

    /// <summary>
    /// Whether it belongs to its sender's membership, or to a later one than a lagging replica shows. Documents without
    /// <see cref="JoinedSeq"/> do.
    /// </summary>
    public bool IsOf(Member? sender) => JoinedSeq is null || JoinedSeq >= sender?.JoinedSeq;

    /// <summary>Whether both are for the same content and instant.</summary>
    public bool IsSameAs(ScheduledMessage other) =>
        DueAt == other.DueAt && Content.Hash == other.Content.Hash;

    public static string DocumentId(UserId sender, MessageId message) => Prefix(sender) + message.Value;

    /// <summary>
    /// The prefix of the ids of a user's scheduled messages. Not unique: user <c>a:b</c> has ids that begin like those of user
    /// <c>a</c>.
    /// </summary>
    public static string Prefix(UserId sender) => $"s:{sender.Value}:";
}

/// <summary>A scheduled message as its sender sees it.</summary>
/// <param name="ScheduledId">The id that the message will have.</param>
internal sealed record ScheduledView(
    MessageId ScheduledId,
    ConversationId ConversationId,
    string ClientMessageId,
    DateTimeOffset DueAt,
    MessageContent Content)
{
    public static ScheduledView Of(ScheduledMessage scheduled) =>
        new(scheduled.MessageId, scheduled.ConversationId, scheduled.ClientMessageId, scheduled.DueAt, scheduled.Content);
}

/// <summary>A user's scheduled messages in a conversation, the next due first.</summary>
internal sealed record ScheduledPage(IReadOnlyList<ScheduledView> Scheduled);
