using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Collections;

/// <summary>
/// <c>DELETE /conversations/{c}/collections/{k}</c>: deletes a collection, not what it shows; 204. In a group who made it may, its owner
/// and admins; in a direct conversation both. Idempotent.
/// </summary>
public sealed class DeleteCollection(ConversationLog log, CurrentUser user)
{
    [Function(nameof(DeleteCollection))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "conversations/{conversationId}/collections/{collectionId}")]
        HttpRequest request,
        ConversationId conversationId,
        CollectionId collectionId,
        CancellationToken cancellationToken)
    {
        var command = new DeleteCollectionCommand { Actor = user.Id, Conversation = conversationId, CollectionId = collectionId };
        var appended = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return appended.Refusal?.ToResult() ?? new NoContentResult(appended.Session);
    }
}

internal sealed record DeleteCollectionCommand : CollectionCommand
{
    protected override Decision Decide(in DecisionContext context, Head head, Member member, ConversationCollections all)
    {
        if (all.Find(CollectionId) is not { } found)
        {
            return Decision.Unchanged(head);
        }

        if (head.Kind == ConversationKind.Group && found.CreatedBy != Actor && !member.Role.Has(Right.Moderate, head.Kind))
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        var deleted = LogEvent.Of(
            context,
            LogEvent.CollectionDeleted,
            Actor,
            new CollectionDeleted(CollectionId, Actor),
            ChatJson.Default.CollectionDeleted);
        return Append(head, deleted, all with { Collections = [.. all.Collections.Where(one => one != found)] }) with
        {
            Removed = [CollectionItems.DocumentId(CollectionId)],
        };
    }
}
