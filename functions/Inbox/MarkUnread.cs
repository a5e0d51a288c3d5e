using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Inbox;

/// <summary>
/// <c>POST /conversations/{c}/unread</c>: marks a conversation as unread for the caller, until they read on or write in it.
/// </summary>
public sealed class MarkUnread(ConversationReader reader, InboxProjection inbox, UnreadPush push, CurrentUser user)
{
    [Function(nameof(MarkUnread))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/unread")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var part = await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken);
        if (part?.Head.IsRequestTo(user.Id) == true)
        {
            return Problems.RequestPending.ToResult();
        }

        if (part is null || !await inbox.MarkUnreadAsync(part.Member, ConversationSnapshot.Of(part.Head), cancellationToken))
        {
            return Problems.ConversationNotFound.ToResult();
        }

        await push.PushAsync(user.Id, conversationId, cancellationToken);
        return Results.NoContent();
    }
}
