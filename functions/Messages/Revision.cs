using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>A former text of an edited message.</summary>
public sealed record Revision : ConversationDocument
{
    public override string Id => DocumentId(MessageId, Number);

    public required MessageId MessageId { get; init; }

    /// <summary>0 for the text that was sent.</summary>
    public required int Number { get; init; }

    public required string Text { get; init; }

    /// <summary>From when on the message had this text.</summary>
    public required DateTimeOffset At { get; init; }

    public static string DocumentId(MessageId message, int number) => $"v:{message.Value}:{number}";
}
