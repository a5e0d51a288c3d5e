using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Threads;

/// <summary>
/// <c>GET /conversations/{c}/messages/{m}/replies</c>: a page of a thread's replies, from the first one when no position is
/// given.
/// </summary>
public sealed class ListReplies(
    ConversationReader reader,
    MessageReader messages,
    MessagePages pages,
    MessageViews views,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(ListReplies))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/messages/{messageId}/replies")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (after, before, limit) = (query.Seq("afterSeq", 0), query.Seq("beforeSeq", 1), query.Limit(limits));
        if (after is not null && before is not null)
        {
            query.Fault("afterSeq", "not_both", "Give one of afterSeq and beforeSeq.");
        }

        query.ThrowIfMalformed();

        if (await reader.ReadAsViewerAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (await messages.ReadForAsync(part, messageId, cancellationToken) is null)
        {
            return Problems.MessageNotFound.ToResult();
        }

        var page = await pages.ReadAsync(part, messageId, before is null ? after ?? 0 : null, before, limit, cancellationToken);
        var shown = page with { Messages = await views.ForAsync(part, page.Found, cancellationToken) };
        return new JsonResult<MessagePage>(StatusCodes.Status200OK, shown, ChatJson.Default.MessagePage);
    }
}
