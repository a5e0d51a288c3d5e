using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary>
/// <c>GET /conversations/{c}/messages</c>: a page after, before or around a position, or the newest. The page states the range of
/// <c>seq</c> that it covers. A number inside the range that isn't listed is no message, so clients needn't fetch it.
/// </summary>
public sealed class ListMessages(ConversationReader reader, MessagePages pages, MessageViews views, Limits limits, CurrentUser user)
{
    [Function(nameof(ListMessages))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/messages")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (after, before, around, limit) = (
            query.Seq("afterSeq", 0),
            query.Seq("beforeSeq", 1),
            query.Seq("aroundSeq", 1),
            query.Limit(limits));
        if (new[] { after, before, around }.Count(position => position is not null) > 1)
        {
            query.Fault("afterSeq", "not_both", "Give one of afterSeq, beforeSeq and aroundSeq.");
        }

        query.ThrowIfMalformed();

        if (await reader.ReadAsReaderAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var page = around is { } middle
            ? (await pages.ReadAsync(
                part,
                null,
                null,
                middle + 1,
                (limit + 1) / 2,
                cancellationToken)).Then(await pages.ReadAsync(part, null, middle, null, limit / 2, cancellationToken))
            : await pages.ReadAsync(part, null, after, before, limit, cancellationToken);
        var shown = page with { Messages = await views.ForAsync(part, page.Found, cancellationToken) };
        return new JsonResult<MessagePage>(StatusCodes.Status200OK, shown, ChatJson.Default.MessagePage);
    }
}
