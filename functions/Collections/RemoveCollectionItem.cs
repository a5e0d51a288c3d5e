using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Collections;

/// <summary>
/// <c>DELETE /conversations/{c}/collections/{k}/items/{i}</c>: takes an item out of a collection; 204. Its message stays. Idempotent.
/// </summary>
public sealed class RemoveCollectionItem(ConversationLog log, CurrentUser user)
{
    [Function(nameof(RemoveCollectionItem))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "delete",
            Route = "conversations/{conversationId}/collections/{collectionId}/items/{itemId}")]
        HttpRequest request,
        ConversationId conversationId,
        CollectionId collectionId,
        CollectionItemId itemId,
        CancellationToken cancellationToken)
    {
        var command = new RemoveCollectionItemCommand
        {
            Actor = user.Id,
            Conversation = conversationId,
            CollectionId = collectionId,
            ItemId = itemId,
        };
        var appended = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return appended.Refusal?.ToResult() ?? new NoContentResult(appended.Session);
    }
}

internal sealed record RemoveCollectionItemCommand : CollectionItemCommand
{
    protected override Decision Decide(in DecisionContext context, Head head, Member member, CollectionItems items)
    {
        if (!items.Items.Contains(ItemId))
        {
            return Decision.Unchanged(head);
        }

        var removed = LogEvent.Of(
            context,
            LogEvent.CollectionItemRemoved,
            Actor,
            new CollectionItemRemoved(CollectionId, ItemId, Actor),
            ChatJson.Default.CollectionItemRemoved);
        return Append(head, removed, items with { Items = [.. items.Items.Where(one => one != ItemId)] });
    }
}
