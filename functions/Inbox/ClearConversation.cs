using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Inbox;

/// <summary>
/// <c>POST /conversations/{c}/clear</c>: hides everything up to a position from the caller, for good; the others keep it. The position only
/// rises, so repeats and lower positions change nothing.
/// </summary>
public sealed class ClearConversation(
    ConversationReader reader,
    MemberWatermarks watermarks,
    InboxProjection inbox,
    UnreadPush push,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(ClearConversation))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/clear")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var seq = body.Seq("seq");
        body.ThrowIfMalformed();

        if (await reader.ReadHeadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (head.IsRequestTo(user.Id))
        {
            return Problems.RequestPending.ToResult();
        }

        if (seq > head.LastSeq)
        {
            return Problems.OutOfRange("/seq", "Must not be beyond the conversation's lastSeq.").ToResult();
        }

        // The member document first: pages of messages go by it, and the inbox can be rebuilt from it.
        var ordinal = await reader.OrdinalAtAsync(head, seq, cancellationToken);
        var (_, session) = await watermarks.RaiseClearedAsync(conversationId, user.Id, seq, ordinal, cancellationToken);
        await inbox.RaiseClearedAsync(user.Id, ConversationSnapshot.Of(head), seq, ordinal, cancellationToken);
        await push.PushAsync(user.Id, conversationId, cancellationToken);
        return new NoContentResult(session);
    }
}
