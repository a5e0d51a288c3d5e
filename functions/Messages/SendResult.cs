using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>The results of messages that were sent together, in their order.</summary>
internal sealed record SendResults(IReadOnlyList<SendResult> Results);

/// <summary>The result of one message: 201 or 200 as for a message sent alone, or the status of its refusal.</summary>
public sealed record SendResult(int Status)
{
    /// <summary>Where the message was forwarded to; absent in a batch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConversationId? ConversationId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageView? Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Problem? Problem { get; init; }
}
