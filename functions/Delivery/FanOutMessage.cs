using System.Text.Json.Serialization;
using Chat.Functions.Blocks;
using Chat.Functions.Responses;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>On queue <c>fanout</c>: work for many members, or work that couldn't be done at once. Every kind is idempotent.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ProjectEntries), "projectEntries")]
[JsonDerivedType(typeof(ProjectDocument), "projectDocument")]
[JsonDerivedType(typeof(AdvanceInboxes), "advanceInboxes")]
[JsonDerivedType(typeof(AlignPushGroup), "alignPushGroup")]
[JsonDerivedType(typeof(AlignBlock), "alignBlock")]
[JsonDerivedType(typeof(FoldCounts), "foldCounts")]
[JsonDerivedType(typeof(FoldComments), "foldComments")]
[JsonDerivedType(typeof(PushCounts), "pushCounts")]
public abstract record FanOutMessage
{
    public const string Queue = "fanout";

    public required ConversationId ConversationId { get; init; }

    /// <summary>
    /// The queue's duplicate detection drops a message whose id it got before, even if that one was handled. So the id is the same only for
    /// requests after which nothing is left to do, whichever of them is handled.
    /// </summary>
    [JsonIgnore]
    public abstract string MessageId { get; }
}

/// <summary>Projects a closed range of entries as they are stored by then.</summary>
public sealed record ProjectEntries : FanOutMessage
{
    public required long First { get; init; }

    public required long Last { get; init; }

    /// <summary>Random: the entries may have changed since the same range was enqueued and projected.</summary>
    [JsonIgnore]
    public override string MessageId => OpaqueId.Random();
}

/// <summary>
/// Does what a page of the change feed does for a document that it didn't show as it is stored, or that couldn't be read.
/// </summary>
public sealed record ProjectDocument : FanOutMessage
{
    public required string DocumentId { get; init; }

    /// <summary>The version that the page showed. It only tells messages apart.</summary>
    public required string ETag { get; init; }

    /// <summary>What is older was history when the page came (<see cref="FeedHistory"/>); null in messages of older versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Since { get; init; }

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

    /// <summary>
    /// With the users: those whose inbox couldn't be written are missing at first, and who never was a member is in no entry.
    /// </summary>
    [JsonIgnore]
    public override string MessageId => $"{ConversationId}:a{Seq}-{OpaqueId.Hash([.. Users.Select(user => user.Value)])}";
}
