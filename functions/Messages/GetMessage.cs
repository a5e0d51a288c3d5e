using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary><c>GET /conversations/{c}/messages/{m}</c>: a message in its current version, or its stub.</summary>
public sealed class GetMessage(MessageReader messages, MessageViews views, CurrentUser user)
{
    [Function(nameof(GetMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/messages/{messageId}")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        var (message, part, refusal) = await messages.ReadForAsync(
            user.Id,
            conversationId,
            messageId,
            Session.Of(request),
            cancellationToken);
        if (message is null)
        {
            return refusal!.ToResult();
        }

        var view = (await views.ForAsync(part!, [message], cancellationToken))[0];
        return new JsonResult<ShownMessage>(StatusCodes.Status200OK, view, ChatJson.Default.ShownMessage);
    }
}
