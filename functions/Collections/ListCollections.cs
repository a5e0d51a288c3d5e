using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Collections;

/// <summary><c>GET /conversations/{c}/collections</c>: a conversation's collections, the oldest first.</summary>
public sealed class ListCollections(ConversationReader reader, ChatContainers containers, CurrentUser user)
{
    [Function(nameof(ListCollections))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/collections")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var session = Session.Of(request);
        if (await reader.ReadHeadForAsync(user.Id, conversationId, session, cancellationToken) is null)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var (all, _) = await containers.Conversations.ReadDocumentAsync(
            ConversationCollections.DocumentId,
            conversationId,
            ChatJson.Default.ConversationCollections,
            cancellationToken: cancellationToken);
        return new JsonResult<CollectionList>(
            StatusCodes.Status200OK,
            new CollectionList(all?.Collections ?? []),
            ChatJson.Default.CollectionList);
    }
}

/// <summary>A conversation's collections.</summary>
internal sealed record CollectionList(IReadOnlyList<NamedCollection> Collections);
