using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Members;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Receipts;

/// <summary>
/// <c>PUT /conversations/{c}/read</c>: raises the caller's read watermark to a position, and ends "marked as unread"; 204.
/// Repeating it or going back doesn't move the watermark. Reading less than there was when it was marked as unread doesn't end that.
/// </summary>
public sealed class MarkRead(
    ConversationReader reader,
    MemberWatermarks marks,
    InboxProjection inbox,
    UnreadPush unread,
    PrivacyReader privacy,
    ReceiptPush push,
    FollowerMarks followed,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(MarkRead))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "conversations/{conversationId}/read")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var seq = body.Seq("seq");
        body.ThrowIfMalformed();

        if (await reader.ReadHeadAsync(conversationId, Session.Of(request), cancellationToken) is not { DeletedAt: null } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (!await reader.IsMemberAsync(head, user.Id, cancellationToken))
        {
            return await followed.MarkReadAsync(user.Id, head, seq, cancellationToken);
        }

        if (head.IsRequestTo(user.Id))
        {
            return Problems.RequestPending.ToResult();
        }

        if (seq > head.LastSeq)
        {
            return Problems.OutOfRange("/seq", "Must not be beyond the conversation's lastSeq.").ToResult();
        }

        // The member document first: the inbox is a projection of it. After a crash in between, a retry moves the inbox.
        var ordinal = await reader.OrdinalAtAsync(head, seq, cancellationToken);
        var isShown = !head.IsBlocked
            && !head.IsChannel
            && head.MemberCount <= limits.ReceiptMembers
            && (await privacy.OfAsync(user.Id, cancellationToken)).ReadReceipts;
        var mark = await marks.RaiseReadAsync(conversationId, user.Id, seq, ordinal, isShown, cancellationToken);
        if (await inbox.MarkReadAsync(user.Id, ConversationSnapshot.Of(head), ordinal, cancellationToken))
        {
            await unread.PushAsync(user.Id, conversationId, cancellationToken);
        }

        if (mark.Moved)
        {
            await push.PushAsync(head, new Receipt(Receipt.Read, user.Id, seq, isShown));
        }

        return new NoContentResult(mark.Session);
    }
}
