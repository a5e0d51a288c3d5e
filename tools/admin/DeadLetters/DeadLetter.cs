using System.Text.Json;
using System.Text.Json.Nodes;
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
    public string? Entries => First is null ? null : $"{First}-{Last}";

    /// <summary>Takes nothing from a body that isn't an id or a number: bodies may hold what people wrote.</summary>
    public static Subject Of(BinaryData body)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            if (JsonNode.Parse(body) is not JsonObject message)
            {
                return new(null, null, null);
            }

            var range = message["range"] as JsonObject ?? message;
            var (first, last) = (Number(range["first"]), Number(range["last"]));
            return new(
                Value<string>(message["conversationId"]) is { } text && ConversationId.TryParse(text, out _) ? text : null,
                last is null ? null : first,
                first is null ? null : last);
        }
        catch (JsonException)
        {
            return new(null, null, null);
        }
    }

    private static long? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    private static T? Value<T>(JsonNode? node)
        where T : class => node is JsonValue value && value.TryGetValue<T>(out var found) ? found : null;
}
