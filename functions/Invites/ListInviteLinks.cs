using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Invites;

/// <summary><c>GET /conversations/{c}/invite-links</c>: the valid links, without their secrets.</summary>
public sealed class ListInviteLinks(ConversationReader reader, InviteLinkStore store, TimeProvider time, CurrentUser user)
{
    [Function(nameof(ListInviteLinks))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/invite-links")] HttpRequest request,
        ConversationId conversationId,
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

        var (links, _) = await store.ReadAsync(conversationId, cancellationToken);
        var list = new InviteLinkList([.. links.LiveAt(time.GetUtcNow()).Links.Select(InviteLinkView.Of)]);
        return new JsonResult<InviteLinkList>(StatusCodes.Status200OK, list, ChatJson.Default.InviteLinkList);
    }
}
