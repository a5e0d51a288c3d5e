using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Collections;

/// <summary>
/// <c>PUT /conversations/{c}/collections/{k}/items/{i}</c>: adds what a message shares to a collection, or moves it there; 204. Idempotent.
/// </summary>
public sealed class PlaceCollectionItem(ConversationLog log, Limits limits, CurrentUser user)
{
    [Function(nameof(PlaceCollectionItem))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "put",
            Route = "conversations/{conversationId}/collections/{collectionId}/items/{itemId}")]
        HttpRequest request,
        ConversationId conversationId,
        CollectionId collectionId,
        CollectionItemId itemId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var (first, after) = (body.Flag("first"), body.OptionalItemId("after"));
        if (first && after is not null)
        {
            body.Fault("/after", "not_both", "Not beside first.");
        }

        body.ThrowIfMalformed();
        var command = new PlaceCollectionItemCommand
        {
            Actor = user.Id,
            Conversation = conversationId,
            CollectionId = collectionId,
            ItemId = itemId,
            IsFirst = first,
            After = after,
            Limits = limits,
        };
        var appended = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return appended.Refusal?.ToResult() ?? new NoContentResult(appended.Session);
    }
}

/// <summary>
/// Adds an item, or moves it. It is decided on the order that those before it left, so concurrent changes all count: what is to follow an
/// item that is gone by then comes last.
/// </summary>
internal sealed record PlaceCollectionItemCommand : CollectionItemCommand
{
    /// <summary>Whether it is to come first.</summary>
    public required bool IsFirst { get; init; }

    /// <summary>What it is to follow; null, unless it is to come first, leaves it where it is, or last.</summary>
    public required CollectionItemId? After { get; init; }

    public required Limits Limits { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [.. base.DocumentsToLoad, Message.DocumentId(ItemId.MessageId)];

    protected override Decision Decide(in DecisionContext context, Head head, Member member, CollectionItems items)
    {
        var isThere = items.Items.Contains(ItemId);
        if (!isThere && Refusal(context, member, items) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        List<CollectionItemId> placed = [.. items.Items.Where(one => one != ItemId)];
        var position = IsFirst ? 0
            : After is { } after && placed.IndexOf(after) is >= 0 and var at ? at + 1
            : isThere && (After is null || After == ItemId) ? items.Items.ToList().IndexOf(ItemId)
            : placed.Count;
        placed.Insert(position, ItemId);
        if (placed.SequenceEqual(items.Items))
        {
            return Decision.Unchanged(head);
        }

        var told = new CollectionItemPlaced(CollectionId, ItemId, position > 0 ? placed[position - 1] : null, Actor);
        return Append(
            head,
            LogEvent.Of(context, LogEvent.CollectionItemPlaced, Actor, told, ChatJson.Default.CollectionItemPlaced),
            items with { Items = placed });
    }

    private Problem? Refusal(in DecisionContext context, Member member, CollectionItems items) =>
        ItemId == CollectionItemId.None
            || Message.Find(context, ItemId.MessageId) is not { } message
            || !member.Sees(message)
            || message.IsExpiredAt(context.Now) ? Problems.MessageNotFound
        : message.IsUnsent ? Problems.MessageUnsent
        : message.Held is not null ? Problems.MessageHeld
        : ItemId.MediaId is { } media && message.Attachments?.Any(file => file.MediaId == media) != true ? Problems.MediaNotFound
        // What disappears stays out, and so do mere words.
        : message.ExpiresAt is not null || message.Shared is null ? Problems.NotAllowed
        : items.Items.Count >= Limits.CollectionItems ? Problems.LimitReached("collectionItems", Limits.CollectionItems)
        : null;
}
