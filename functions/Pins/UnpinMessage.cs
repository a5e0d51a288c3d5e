using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Pins;

/// <summary><c>DELETE /conversations/{c}/messages/{m}/pin</c>: unpins a message; 204. Idempotent.</summary>
public sealed class UnpinMessage(ConversationLog log, Limits limits, CurrentUser user)
{
    [Function(nameof(UnpinMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "conversations/{conversationId}/messages/{messageId}/pin")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        var command = new ChangePinCommand
        {
            Actor = user.Id,
            Conversation = conversationId,
            MessageId = messageId,
            IsWanted = false,
            Limits = limits,
        };
        var appended = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return appended.Refusal?.ToResult() ?? new NoContentResult(appended.Session);
    }
}
