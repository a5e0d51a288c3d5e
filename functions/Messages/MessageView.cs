using System.Text.Json.Serialization;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>A message as clients see it. Of two versions the one with the higher <see cref="UpdatedSeq"/> is the newer.</summary>
/// <param name="Seq">Its place in the conversation's log.</param>
/// <param name="Ordinal">Its number among the conversation's messages.</param>
/// <param name="Kind"><c>text</c>.</param>
/// <param name="Text">1 to 4,000 Unicode scalar values, exactly as sent; empty once unsent.</param>
/// <param name="At">When it was committed.</param>
/// <param name="UpdatedSeq">The newest log entry that made it what it is; its own <paramref name="Seq"/> at first.</param>
/// <param name="Revision">How often it was edited.</param>
/// <param name="Reactions">In the order of each key's first reaction.</param>
public sealed record MessageView(
    MessageId MessageId,
    ConversationId ConversationId,
    long Seq,
    long Ordinal,
    UserId SenderId,
    string ClientMessageId,
    string Kind,
    string Text,
    DateTimeOffset At,
    long UpdatedSeq,
    int Revision,
    IReadOnlyList<ReactionSummary> Reactions)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? EditedAt { get; init; }

    /// <summary>When it was taken back, after which it says nothing; absent else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? UnsentAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? UnsentBy { get; init; }

    /// <summary>When it disappears; absent when it doesn't.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <param name="message">The message as it is stored.</param>
    /// <param name="mine">The viewer's own reactions; null when the view is for everyone.</param>
    public static MessageView Of(Message message, IReadOnlyList<ReactionKey>? mine)
    {
        ArgumentNullException.ThrowIfNull(message);
        var reactions = message.Reactions ?? [];
        return new(
            message.MessageId,
            message.ConversationId,
            message.Seq,
            message.Ordinal,
            message.SenderId,
            message.ClientMessageId,
            message.Kind,
            message.Text,
            message.At,
            message.UpdatedSeq ?? message.Seq,
            message.Revision,
            mine is null || reactions.Count == 0 ? reactions : [.. reactions.Select(one => one with { Mine = mine.Contains(one.Key) })])
        {
            EditedAt = message.EditedAt,
            UnsentAt = message.UnsentAt,
            UnsentBy = message.UnsentBy,
            ExpiresAt = message.ExpiresAt,
        };
    }
}
