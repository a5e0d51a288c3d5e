using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>An entry of a conversation's log: a document in its partition, which deliveries carry too.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
public abstract partial record LogEntry : ConversationDocument
{
    /// <summary>The entry's sequence number in its conversation, from 1 without gaps.</summary>
    public required long Seq { get; init; }

    /// <summary>The commit that appended it; null for entries that are older than this field.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Commit? Commit { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Whether the entry leaves the conversation where it is in its members' lists.</summary>
    [JsonIgnore]
    public virtual bool IsQuiet => false;

    /// <summary>When it expires: nobody sees it from then on. Null for an entry that stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether it has expired. It may still be stored: Cosmos DB counts its <c>ttl</c> in whole seconds.</summary>
    public bool IsExpiredAt(DateTimeOffset now) => ExpiresAt <= now;

    /// <summary>
    /// The <c>ttl</c> that a write at an instant gives the document; null for an entry that stays. Cosmos DB counts it from the last
    /// write on, so every write computes what is left.
    /// </summary>
    public int? TimeToLiveAt(DateTimeOffset now) => ExpiresAt is { } end ? (int)Math.Max(1, Math.Ceiling((end - now).TotalSeconds)) : null;
}

/// <summary>A commit to a conversation's log: a closed range. Each of its entries carries it, so any one tells the whole range.</summary>
/// <param name="Id">The <see cref="Head.CommitId"/> of the head that was written with it.</param>
/// <param name="First">The <c>seq</c> of its first entry.</param>
/// <param name="Last">The <c>seq</c> of its last entry.</param>
public sealed record Commit(string Id, long First, long Last);

/// <summary>A log entry that isn't a message: the event's type, who caused it, and what it changed.</summary>
internal sealed record LogEvent : LogEntry
{
    public const string ConversationCreated = "conversation.created";
    public const string ConversationUpdated = "conversation.updated";
    public const string ConversationDeleted = "conversation.deleted";
    public const string MemberJoined = "member.joined";
    public const string MemberLeft = "member.left";
    public const string MemberRemoved = "member.removed";
    public const string MemberUpdated = "member.updated";
    public const string MessageUpdated = "message.updated";
    public const string MessageDeleted = "message.deleted";
    public const string ReactionAdded = "reaction.added";
    public const string ReactionRemoved = "reaction.removed";
    public const string MessagePinned = "message.pinned";
    public const string MessageUnpinned = "message.unpinned";

    public const string CollectionUpdated = "collection.updated";
    public const string CollectionDeleted = "collection.deleted";
    public const string CollectionItemPlaced = "collection.item.placed";
    public const string CollectionItemRemoved = "collection.item.removed";

    /// <summary>What a follower is told of an entry that isn't theirs to see. It is never stored.</summary>
    public const string EntryHidden = "entry.hidden";

    public override string Id => DocumentId(Seq);

    /// <summary>The event's type as clients know it.</summary>
    [JsonPropertyName("what")]
    public required string EventType { get; init; }

    public required UserId ActorId { get; init; }

    /// <summary>The event's own fields, as clients get them.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>Whether lists don't show it, such as a reaction, or an edit of a message that isn't the last.</summary>
    [JsonPropertyName("quiet")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Quiet { get; init; }

    [JsonIgnore]
    public override bool IsQuiet => Quiet;

    /// <summary>The hash of the creating request's body, which tells a repeat from a reused idempotency key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestHash { get; init; }

    /// <summary>The members of a new group for whom its first commit had no room; they join by later entries. Null if all fit.</summary>
    [JsonPropertyName("further")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UserId>? FurtherMembers { get; init; }

    /// <summary>The message that the event changes; null for other events.</summary>
    [JsonIgnore]
    public MessageId? MessageId => Data.TryGetProperty("messageId", out var id) ? new MessageId(id.GetString()!) : null;

    /// <summary>An event as the next entry of the log.</summary>
    public static LogEvent Of<T>(in DecisionContext context, string eventType, UserId actor, T data, JsonTypeInfo<T> type) => new()
    {
        ConversationId = context.Head!.ConversationId,
        Seq = context.Head.LastSeq + 1,
        Commit = context.Commit,
        At = context.Now,
        EventType = eventType,
        ActorId = actor,
        Data = JsonSerializer.SerializeToElement(data, type),
    };

    public static string DocumentId(long seq) => $"e:{seq}";

    /// <summary>The entry as every member sees it.</summary>
    public ChatEvent ToEvent() => new(EventType, ConversationId, Seq, At, Data);
}

/// <summary>What clients receive through the SignalR method <c>events</c>, in an array.</summary>
/// <param name="Type">The event's name, such as <c>message.created</c>.</param>
/// <param name="ConversationId">Null for what is about a user and no conversation.</param>
/// <param name="Seq">The entry's sequence number, by which clients order and find gaps; null for what isn't in the log.</param>
/// <param name="Data">The event's content; for messages the message as <c>GET</c> answers it.</param>
public sealed record ChatEvent(
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ConversationId? ConversationId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Seq,
    DateTimeOffset At,
    object Data)
{
    /// <summary>The session token by which a reader sees what the event tells; null where that isn't in the conversation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Session { get; init; }

    /// <summary>The store's epoch, from the second on. A client that knows another epoch begins anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StoreEpoch { get; init; }
}
