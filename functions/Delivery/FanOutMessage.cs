using System.Text.Json.Serialization;
using Chat.Functions.Blocks;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>On queue <c>fanout</c>: work for many members, or work that couldn't be done at once. Every kind is idempotent.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ProjectEntries), "projectEntries")]
[JsonDerivedType(typeof(ProjectDocument), "projectDocument")]
[JsonDerivedType(typeof(AdvanceInboxes), "advanceInboxes")]
[JsonDerivedType(typeof(AlignPushGroup), "alignPushGroup")]
[JsonDerivedType(typeof(AlignBlock), "alignBlock")]
public abstract record FanOutMessage
{
    public const string Queue = "fanout";

    public required ConversationId ConversationId { get; init; }

    /// <summary>The same for all requests of the same work, so that the queue's duplicate detection drops all but one.</summary>
    [JsonIgnore]
    public abstract string MessageId { get; }
}

/// <summary>Projects a closed range of entries as they are stored by then.</summary>
public sealed record ProjectEntries : FanOutMessage
{
    public required long First { get; init; }

    public required long Last { get; init; }

    [JsonIgnore]
    public override string MessageId => $"{ConversationId}:p{First}-{Last}";
}

/// <summary>Projects a document that a page of the change feed didn't show as it is stored, or that couldn't be read.</summary>
public sealed record ProjectDocument : FanOutMessage
{
    public required string DocumentId { get; init; }

    /// <summary>The version that the page showed. It only tells messages apart.</summary>
    public required string ETag { get; init; }

    [JsonIgnore]
    public override string MessageId => $"{ConversationId}:{OpaqueId.Hash("document", DocumentId, ETag)}";
}

/// <summary>Advances every member's inbox to the conversation's head.</summary>
public sealed record AdvanceInboxes : FanOutMessage
{
    /// <summary>The least <see cref="Conversations.Head.ListSeq"/>. A reader that finds an older head reads again.</summary>
    public required long ListSeq { get; init; }

    /// <summary>The end of the debounce window, in Unix milliseconds; 0 for the rest of a fan-out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long WindowEnd { get; init; }

    /// <summary>The members whose inboxes are left; null for everybody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UserId>? Members { get; init; }

    /// <summary>The rest of a fan-out has a random id: if the queue dropped it as a duplicate, the fan-out would end there.</summary>
    [JsonIgnore]
    public override string MessageId => Members is null ? $"{ConversationId}:{WindowEnd}" : OpaqueId.Random();
}

/// <summary>Adds users who joined to the conversation's push group, and removes users who left.</summary>
public sealed record AlignPushGroup : FanOutMessage
{
    public required IReadOnlyList<UserId> Users { get; init; }

    /// <summary>The entry by which they joined or left.</summary>
    public required long Seq { get; init; }

    [JsonIgnore]
    public override string MessageId => $"{ConversationId}:a{Seq}";
}
