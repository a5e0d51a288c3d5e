using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Receipts;

/// <summary>
/// <c>PUT /conversations/{c}/delivered</c>: raises the caller's delivered watermark: a device of theirs has everything up to a
/// position. Repeating it or going back changes nothing; 204. Nothing is stored in conversations too large for receipts,
/// and between two of whom one blocks the other, or of whom the caller restricts the other.
/// </summary>
public sealed class MarkDelivered(ConversationReader reader, MemberWatermarks marks, ReceiptPush push, Limits limits, CurrentUser user)
{
    [Function(nameof(MarkDelivered))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "conversations/{conversationId}/delivered")] HttpRequest request,
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

        if (head.IsChannel)
        {
            return Problems.NotAllowed.ToResult();
        }

        if (seq > head.LastSeq)
        {
            return Problems.OutOfRange("/seq", "Must not be beyond the conversation's lastSeq.").ToResult();
        }

        // A write per member and message would cost more than the message. And a block or restriction shows the other one nothing new.
        if (head.MemberCount > limits.ReceiptMembers || head.IsBlocked || head.Restricts(user.Id))
        {
            return Results.NoContent();
        }

        var mark = await marks.RaiseDeliveredAsync(conversationId, user.Id, seq, cancellationToken);
        if (mark.Moved)
        {
            await push.PushAsync(head, new Receipt(Receipt.Delivered, user.Id, seq, IsShown: true));
        }

        return new NoContentResult(mark.Session);
    }
}
