using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Conversations;

/// <summary><c>GET /conversations/{c}</c>: a conversation of the caller's.</summary>
public sealed class GetConversation(ConversationReader reader, ConversationViews views, CurrentUser user)
{
    [Function(nameof(GetConversation))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var session = Session.Of(request);
        if (await reader.ReadHeadForAsync(user.Id, conversationId, session, cancellationToken) is not { } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var view = await views.OfAsync(user.Id, head, session, cancellationToken);
        return new JsonResult<ConversationView>(StatusCodes.Status200OK, view, ChatJson.Default.ConversationView);
    }
}
