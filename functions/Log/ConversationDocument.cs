using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Invites;
using Chat.Functions.Messages;
using Chat.Functions.Pins;
using Chat.Functions.Polls;
using Chat.Functions.Reactions;
using Chat.Functions.Scheduled;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>A document of a conversation's partition that commits to its log write: an entry, or what an entry changes.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Message), "message")]
[JsonDerivedType(typeof(LogEvent), "event")]
[JsonDerivedType(typeof(Member), "member")]
[JsonDerivedType(typeof(Revision), "revision")]
[JsonDerivedType(typeof(MemberReactions), "reactions")]
[JsonDerivedType(typeof(MemberVote), "vote")]
[JsonDerivedType(typeof(ConversationPins), "pins")]
[JsonDerivedType(typeof(ScheduledMessage), "scheduled")]
[JsonDerivedType(typeof(About), "about")]
[JsonDerivedType(typeof(InviteLinks), "invites")]
public abstract record ConversationDocument
{
    [JsonPropertyOrder(-1)]
    public abstract string Id { get; }

    public required ConversationId ConversationId { get; init; }

    /// <summary>Seconds from this write on after which Cosmos DB drops the document; null keeps it.</summary>
    [JsonPropertyName("ttl")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeToLive { get; init; }
}
