using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Requests;

/// <summary>
/// <c>POST /requests/{c}/accept</c>: accepts a request; 204. The conversation is in the caller's list from then on. Idempotent.
/// Answering a message accepts it, too.
/// </summary>
public sealed class AcceptRequest(
    ConversationLog log,
    ConversationReader reader,
    ContactRequests requests,
    InboxProjection inbox,
    PushGroups groups,
    EventPush push,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(AcceptRequest))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "requests/{conversationId}/accept")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var note = await requests.ReadAsync(user.Id, conversationId, cancellationToken);
        var command = new AnswerRequestCommand { Actor = user.Id, IsAccepted = true, Limits = limits };
        var accepted = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        if (accepted.Refusal is { } refusal)
        {
            return (refusal == Problems.ConversationNotFound ? Problems.RequestNotFound : refusal).ToResult();
        }

        // The caller's list is moved here, so that the next read shows the conversation. A repeat does it once more.
        await (accepted.Head!.Kind == ConversationKind.Direct
            ? inbox.RaiseAsync(user.Id, InboxChange.Of(accepted.Head), cancellationToken)
            : WelcomeAsync(accepted, cancellationToken));
        if (note is not null)
        {
            await requests.RemoveAsync(note, cancellationToken);
        }

        var others = accepted.Head.Kind == ConversationKind.Direct ? accepted.Head.Members!.Select(member => member.UserId) : [user.Id];
        await Task.WhenAll(others.Select(one => push.PushToUserAsync(
            one,
            RequestResolved.What,
            conversationId,
            new RequestResolved("accepted"),
            cancellationToken)));
        return new NoContentResult(accepted.Session);
    }

    private async Task WelcomeAsync(AppendResult joined, CancellationToken cancellationToken)
    {
        var until = await groups.TryAlignAsync(joined.Head!, [user.Id], joined.Session, cancellationToken);
        var profile = await reader.ReadProfileAsync(joined.Head!, joined.Session, cancellationToken);
        await inbox.JoinAsync(
            joined.Document<Member>(),
            InboxChange.Of(joined.Head!, profile) with { PushUntil = until },
            cancellationToken);
    }
}
