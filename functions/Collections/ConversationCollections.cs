using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Collections;

/// <summary>A conversation's collections, in one document, the oldest first.</summary>
internal sealed record ConversationCollections : ConversationDocument
{
    /// <summary>The document's id in every conversation's partition.</summary>
    public const string DocumentId = "collections";

    public override string Id => DocumentId;

    public required IReadOnlyList<NamedCollection> Collections { get; init; }

    public NamedCollection? Find(CollectionId id) => Collections.FirstOrDefault(one => one.CollectionId == id);
}

/// <summary>A collection as stored, without what is in it, and as answers show it.</summary>
internal sealed record NamedCollection(CollectionId CollectionId, string Title, UserId CreatedBy, DateTimeOffset CreatedAt);

/// <summary>What is in a collection, in order. It is there as long as the collection.</summary>
/// <remarks>
/// It refers to messages and copies nothing: an item is seen by whoever sees its message, and as long. So a file in a collection stays
/// as long as its message, whose reference keeps it. An item is some 50 bytes, a full collection 50 KB, written by each change.
/// </remarks>
internal sealed record CollectionItems : ConversationDocument
{
    public override string Id => DocumentId(CollectionId);

    public required CollectionId CollectionId { get; init; }

    public required IReadOnlyList<CollectionItemId> Items { get; init; }

    public static string DocumentId(CollectionId collection) => $"k:{collection.Value}";
}

/// <summary>The data of <c>collection.updated</c>.</summary>
internal sealed record CollectionUpdated(CollectionId CollectionId, string Title, UserId By);

/// <summary>The data of <c>collection.deleted</c>.</summary>
internal sealed record CollectionDeleted(CollectionId CollectionId, UserId By);

/// <summary>The data of <c>collection.item.placed</c>.</summary>
/// <param name="After">The item that it follows; null for none: it is the first.</param>
internal sealed record CollectionItemPlaced(CollectionId CollectionId, CollectionItemId ItemId, CollectionItemId? After, UserId By);

/// <summary>The data of <c>collection.item.removed</c>.</summary>
internal sealed record CollectionItemRemoved(CollectionId CollectionId, CollectionItemId ItemId, UserId By);
