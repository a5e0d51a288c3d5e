using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Invites;

/// <summary>
/// <c>POST /conversations/{c}/join-requests/{u}/reject</c>: rejects a join request; 204. Afterwards the user can join only by
/// being added.
/// </summary>
public sealed class RejectJoinRequest(ConversationReader reader, JoinRequests requests, CurrentUser user)
{
    [Function(nameof(RejectJoinRequest))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/join-requests/{userId}/reject")]
        HttpRequest request,
        ConversationId conversationId,
        UserId userId,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (!part.Member.Role.Has(Right.DecideJoinRequests, part.Head.Kind))
        {
            return Problems.NotAllowed.ToResult();
        }

        var (isRejected, session) = await requests.RejectAsync(conversationId, userId, cancellationToken);
        return isRejected ? new NoContentResult(session) : Problems.JoinRequestNotFound.ToResult();
    }
}
