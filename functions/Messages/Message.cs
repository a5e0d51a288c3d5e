using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>A message as it is stored: a log entry whose id makes a repeated send find its first.</summary>
public sealed record Message : LogEntry
{
    public const string Created = "message.created";

    public override string Id => DocumentId(MessageId);

    public required MessageId MessageId { get; init; }

    /// <summary>Its number among the conversation's messages alone, from 1; what unread counts are made of.</summary>
    public required long Ordinal { get; init; }

    public required UserId SenderId { get; init; }

    public required string ClientMessageId { get; init; }

    public string Kind { get; init; } = "text";

    public required string Text { get; init; }

    /// <summary>The hash of what the first request said, by which a repeat with another body is told apart, also after edits.</summary>
    public required string BodyHash { get; init; }

    public static string DocumentId(MessageId id) => $"m:{id.Value}";

    public override ChatEvent ToEvent() => new(Created, ConversationId, Seq, At, MessageView.Of(this));
}

/// <summary>A message as clients see it.</summary>
/// <param name="Seq">Its place in the conversation's log.</param>
/// <param name="Ordinal">Its number among the conversation's messages.</param>
/// <param name="Kind"><c>text</c>.</param>
/// <param name="Text">1 to 4,000 Unicode scalar values, exactly as sent.</param>
/// <param name="At">When it was committed.</param>
public sealed record MessageView(
    MessageId MessageId,
    ConversationId ConversationId,
    long Seq,
    long Ordinal,
    UserId SenderId,
    string ClientMessageId,
    string Kind,
    string Text,
    DateTimeOffset At)
{
    public static MessageView Of(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new(
            message.MessageId,
            message.ConversationId,
            message.Seq,
            message.Ordinal,
            message.SenderId,
            message.ClientMessageId,
            message.Kind,
            message.Text,
            message.At);
    }
}
