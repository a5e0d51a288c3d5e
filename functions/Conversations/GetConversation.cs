using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Conversations;

/// <summary><c>GET /conversations/{c}</c>: a conversation of the caller's, a channel that they follow, or comments.</summary>
public sealed class GetConversation(ConversationReader reader, ConversationViews views, CurrentUser user)
{
    [Function(nameof(GetConversation))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var session = Session.Of(request);
        if (await reader.ReadHeadAsync(conversationId, session, cancellationToken) is not { DeletedAt: null } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        ConversationView view;
        if (await reader.IsMemberAsync(head, user.Id, cancellationToken))
        {
            view = await views.OfAsync(user.Id, head, session, cancellationToken);
        }
        else if (head.CommentsOf is { } of && await reader.ReadPostAsync(user.Id, of, session, cancellationToken) is { } channel)
        {
            view = views.OfComments(head, Guest.Of(channel));
        }
        else if (await reader.ReadSubscriptionAsync(head, user.Id, cancellationToken) is { } subscription)
        {
            view = await views.OfFollowerAsync(head, subscription, session, cancellationToken);
        }
        else
        {
            return Problems.ConversationNotFound.ToResult();
        }

        return new JsonResult<ConversationView>(StatusCodes.Status200OK, view, ChatJson.Default.ConversationView);
    }
}
