using Chat.Functions.Blocks;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Requests;

/// <summary>
/// <c>POST /requests/{c}/decline</c>: declines a request, and with <c>block</c> blocks who sent it; 204. Nobody but the caller's own
/// devices learns of it. Idempotent.
/// </summary>
public sealed class DeclineRequest(
    ConversationLog log,
    ContactRequests requests,
    Blocking blocking,
    EventPush push,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(DeclineRequest))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "requests/{conversationId}/decline")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var blocks = body.Flag("block");
        body.ThrowIfMalformed();

        var note = await requests.ReadAsync(user.Id, conversationId, cancellationToken);
        var command = new AnswerRequestCommand { Actor = user.Id, IsAccepted = false, Limits = limits };
        var declined = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        if (declined.Refusal is { } refusal)
        {
            return (refusal == Problems.ConversationNotFound ? Problems.RequestNotFound : refusal).ToResult();
        }

        // The head or the member document says whom to block, also to a repeat after the note is gone.
        var sender = declined.Head!.Request?.By ?? declined.Documents.OfType<Member>().FirstOrDefault()?.InvitedBy ?? note?.By;
        if (blocks && !(sender is { } other && await blocking.SetAsync(user.Id, other, isActive: true, cancellationToken)))
        {
            return Problems.Unavailable.ToResult();
        }

        if (note is not null)
        {
            await requests.RemoveAsync(note, cancellationToken);
        }

        await push.PushToUserAsync(
            user.Id,
            RequestResolved.What,
            conversationId,
            new RequestResolved("declined"),
            cancellationToken);
        return new NoContentResult(declined.Session);
    }
}
