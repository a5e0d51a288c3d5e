using System.Text.Json;
using Chat.Functions.Shared;

namespace Chat.Admin.DeadLetters;

/// <summary>A message that a queue gave up on.</summary>
/// <param name="Id">Its sequence number: the only name that no other in the queue has.</param>
/// <param name="MessageId">What its sender called it; a replay gets another.</param>
internal sealed record DeadLetter(
    long Id,
    string MessageId,
    string? Reason,
    string? Description,
    DateTimeOffset? EnqueuedAt,
    int DeliveryCount,
    BinaryData Body)
{
    /// <summary>What it is about, as far as its body says that.</summary>
    public Subject Subject => Subject.Of(Body);
}

/// <summary>The conversation and the entries that a queue message is about; null where its body doesn't say.</summary>
internal sealed record Subject(string? Conversation, long? First, long? Last)
{
    public string? Entries => First is null || Last is null ? null : $"{First}-{Last}";

    /// <summary>Takes nothing from a body that isn't an id or a number: bodies may hold anything, also what people wrote.</summary>
    public static Subject Of(BinaryData body)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            var message = JsonSerializer.Deserialize<QueueMessage>(body, JsonSerializerOptions.Web);
            return new(
                ConversationId.TryParse(message?.ConversationId, out var conversation) ? conversation.Value : null,
                message?.First,
                message?.Last);
        }
        catch (JsonException)
        {
            return new(null, null, null);
        }
    }

    /// <summary>What the messages of all queues say alike.</summary>
    private sealed record QueueMessage(string? ConversationId, long? First, long? Last);
}
