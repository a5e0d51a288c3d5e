using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>The quote in a reply. It holds the id alone when the quoted message is gone or the viewer may not see it.</summary>
public sealed record QuoteView(MessageId MessageId)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? SenderId { get; init; }

    /// <summary>At most its first 100 characters; empty for unsent and disappearing messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Preview { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUnsent { get; init; }

    /// <summary>The quote of a message that the viewer may see.</summary>
    public static QuoteView Of(Message message) =>
        new(message.MessageId)
        {
            Seq = message.Seq,
            SenderId = message.SenderId,
            Preview = message.ToPreview().Preview,
            IsUnsent = message.IsUnsent,
        };
}
