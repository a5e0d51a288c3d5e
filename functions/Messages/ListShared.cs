using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary>
/// <c>GET /conversations/{c}/shared</c>: the messages that share something of a kind, the newest first. The page states the range of
/// <c>seq</c> that it covers. A number inside the range that isn't listed shares nothing of the kind with the caller.
/// </summary>
public sealed class ListShared(ConversationReader reader, MessagePages pages, MessageViews views, Limits limits, CurrentUser user)
{
    [Function(nameof(ListShared))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/shared")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (kind, before, limit) = (query.OneOf("kind", SharedKinds.All), query.Seq("beforeSeq", 1), query.Limit(limits));
        if (!request.Query.ContainsKey("kind"))
        {
            query.Fault("kind", "missing", $"Must be one of: {string.Join(", ", SharedKinds.All)}.");
        }

        query.ThrowIfMalformed();

        if (await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var page = await pages.ReadSharedAsync(part, kind!, before, limit, cancellationToken);
        var shown = await views.ForAsync(part, page.Found, cancellationToken);

        // What somebody shared whom the caller blocks isn't there for them.
        var listed = page with { Messages = [.. shown.OfType<MessageView>().Reverse()] };
        return new JsonResult<MessagePage>(StatusCodes.Status200OK, listed, ChatJson.Default.MessagePage);
    }
}
