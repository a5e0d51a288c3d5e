using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>What a message said before an edit.</summary>
public sealed record Revision : ConversationDocument
{
    public override string Id => DocumentId(MessageId, Number);

    public required MessageId MessageId { get; init; }

    /// <summary>0 is what was sent.</summary>
    public required int Number { get; init; }

    public required string Text { get; init; }

    /// <summary>Since when the message said this.</summary>
    public required DateTimeOffset At { get; init; }

    public static string DocumentId(MessageId message, int number) => $"v:{message.Value}:{number}";
}
