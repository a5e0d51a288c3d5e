using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Invites;

/// <summary><c>DELETE /conversations/{c}/invite-links/{linkId}</c>: revokes a link; 204, even when there is none.</summary>
public sealed class DeleteInviteLink(ConversationReader reader, InviteLinkStore store, CurrentUser user)
{
    [Function(nameof(DeleteInviteLink))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "conversations/{conversationId}/invite-links/{linkId}")]
        HttpRequest request,
        ConversationId conversationId,
        string linkId,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (!part.Member.Role.Has(Right.ManageInviteLinks, part.Head.Kind))
        {
            return Problems.NotAllowed.ToResult();
        }

        var (_, session) = await store.ChangeAsync(
            conversationId,
            links => links.Without(linkId),
            cancellationToken);
        return new NoContentResult(session);
    }
}
