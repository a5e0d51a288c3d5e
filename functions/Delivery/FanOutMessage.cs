using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>On queue <c>fanout</c>: what is to be done for many members, or couldn't be done at once. Every kind may be repeated.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ProjectEntries), "projectEntries")]
[JsonDerivedType(typeof(ProjectDocument), "projectDocument")]
[JsonDerivedType(typeof(AdvanceInboxes), "advanceInboxes")]
[JsonDerivedType(typeof(AlignPushGroup), "alignPushGroup")]
public abstract record FanOutMessage
{
    public const string Queue = "fanout";

    public required ConversationId ConversationId { get; init; }

    /// <summary>The same for all that ask for the same, so that the queue takes it once.</summary>
    [JsonIgnore]
    public abstract string MessageId { get; }
}

/// <summary>Entries are to be projected once more, as they are stored then.</summary>
public sealed record ProjectEntries : FanOutMessage
{
    public required long First { get; init; }

    public required long Last { get; init; }

    [JsonIgnore]
    public override string MessageId => $"{ConversationId}:p{First}-{Last}";
}

/// <summary>A document is to be projected that the change feed's page didn't show as it is stored, or that wasn't read.</summary>
public sealed record ProjectDocument : FanOutMessage
{
    public required string DocumentId { get; init; }

    /// <summary>Which of its versions the page showed.</summary>
    public required string ETag { get; init; }

    [JsonIgnore]
    public override string MessageId => $"{ConversationId}:{OpaqueId.Hash("document", DocumentId, ETag)}";
}

/// <summary>Every member's inbox is to move to where the conversation is.</summary>
public sealed record AdvanceInboxes : FanOutMessage
{
    /// <summary>How far the conversation is at least: whoever reads less reads again.</summary>
    public required long ListSeq { get; init; }

    /// <summary>The end of the window in which it was asked for, in Unix milliseconds; 0 for the rest of one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long WindowEnd { get; init; }

    /// <summary>Those whose inboxes are still to move; null for everybody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UserId>? Members { get; init; }

    /// <summary>The rest of a fan-out has an id of its own: a dropped duplicate would end it.</summary>
    [JsonIgnore]
    public override string MessageId => Members is null ? $"{ConversationId}:{WindowEnd}" : OpaqueId.Random();
}

/// <summary>Users joined or left: their places in the conversation's push group are to be in line with that.</summary>
public sealed record AlignPushGroup : FanOutMessage
{
    public required IReadOnlyList<UserId> Users { get; init; }

    /// <summary>The entry by which they did.</summary>
    public required long Seq { get; init; }

    [JsonIgnore]
    public override string MessageId => $"{ConversationId}:a{Seq}";
}
