using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>A message that another one answers, in short. Only its id where it is gone or the viewer may not see it.</summary>
public sealed record QuoteView(MessageId MessageId)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Seq { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? SenderId { get; init; }

    /// <summary>At most its first 100 characters; empty when it was taken back or disappears.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Preview { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUnsent { get; init; }

    /// <summary>A message that the viewer sees, as others quote it.</summary>
    public static QuoteView Of(Message message) =>
        new(message.MessageId)
        {
            Seq = message.Seq,
            SenderId = message.SenderId,
            Preview = message.ToPreview().Preview,
            IsUnsent = message.IsUnsent,
        };
}
