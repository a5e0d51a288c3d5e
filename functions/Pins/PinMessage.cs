using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Pins;

/// <summary><c>PUT /conversations/{c}/messages/{m}/pin</c>: pins a message for everyone; 204. Idempotent.</summary>
public sealed class PinMessage(ConversationLog log, Limits limits, CurrentUser user)
{
    [Function(nameof(PinMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "conversations/{conversationId}/messages/{messageId}/pin")]
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
            IsWanted = true,
            Limits = limits,
        };
        var appended = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return appended.Refusal?.ToResult() ?? new NoContentResult(appended.Session);
    }
}
