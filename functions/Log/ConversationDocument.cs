using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>A document in a conversation's partition that commits write: an entry of the log, or what an entry changes.</summary>
/// <remarks>Features register their document types in <c>Shared/DocumentTypes.cs</c>.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
public abstract partial record ConversationDocument
{
    [JsonPropertyOrder(-1)]
    public abstract string Id { get; }

    public required ConversationId ConversationId { get; init; }

    /// <summary>Seconds from this write on after which Cosmos DB drops the document; null keeps it.</summary>
    [JsonPropertyName("ttl")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeToLive { get; init; }
}
