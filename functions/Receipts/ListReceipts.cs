using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Receipts;

/// <summary>
/// <c>GET /conversations/{c}/receipts</c>: each member's delivered and read watermarks, in conversations of up to 100 members. A
/// member has read a message if their watermark is at its <c>seq</c> or beyond. A caller who hides their own read receipts sees
/// nobody's. A direct conversation shows the other user's once they have written in it. Blocks change nothing here, so that nobody learns
/// of one: they keep receipts from being pushed.
/// </summary>
public sealed class ListReceipts(
    ConversationReader reader,
    ChatContainers containers,
    PrivacyReader privacy,
    Limits limits,
    CurrentUser user)
{
    private static readonly QueryDefinition ActiveMembers = new("SELECT * FROM c WHERE c.type = 'member' AND c.state = 'active'");

    [Function(nameof(ListReceipts))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/receipts")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadHeadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (head.IsChannel)
        {
            return Problems.NotAllowed.ToResult();
        }

        if (head.MemberCount > limits.ReceiptMembers)
        {
            return Problems.TooManyMembers("receiptMembers", limits.ReceiptMembers).ToResult();
        }

        var members = await containers.Conversations.QueryPartitionAsync(
            ActiveMembers,
            new PartitionKey(conversationId.Value),
            ChatJson.Default.DocumentsPageMember,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        var showsRead = (await privacy.OfAsync(user.Id, cancellationToken)).ReadReceipts;
        var list = new ReceiptList([
            .. members.OrderBy(member => member.UserId).Select(member => ReceiptView.Of(head, member, user.Id, showsRead)),
        ]);
        return new JsonResult<ReceiptList>(StatusCodes.Status200OK, list, ChatJson.Default.ReceiptList);
    }
}

/// <summary>The receipts of all members, ordered by user id.</summary>
internal sealed record ReceiptList(IReadOnlyList<ReceiptView> Receipts);

/// <summary>One member's watermarks.</summary>
/// <param name="DeliveredSeq">A device of theirs has everything up to this entry. Reading implies it.</param>
/// <param name="ReadSeq">They have read everything up to this entry, as far as the caller may know; otherwise 0.</param>
internal sealed record ReceiptView(UserId UserId, long DeliveredSeq, long ReadSeq)
{
    public static ReceiptView Of(Head head, Member member, UserId viewer, bool showsRead)
    {
        if (member.UserId != viewer && !head.ShowsReceipts(member.UserId))
        {
            return new(member.UserId, 0, 0);
        }

        // Sending a message implies having read everything before it.
        var (sent, isOwn) = (head.Member(member.UserId), member.UserId == viewer);
        var read = Math.Max((isOwn ? sent?.SentSeq : sent?.ShownSeq) ?? 0, isOwn ? member.ReadSeq : member.ReceiptSeq);
        return new(member.UserId, Math.Max(member.DeliveredSeq, read), showsRead || isOwn ? read : 0);
    }
}
