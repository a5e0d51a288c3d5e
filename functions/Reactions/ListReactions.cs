using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Reactions;

/// <summary><c>GET /conversations/{c}/messages/{m}/reactions</c>: who reacted with what, ordered by user id, in pages.</summary>
public sealed class ListReactions(MessageReader messages, ChatContainers containers, Limits limits, CurrentUser user)
{
    [Function(nameof(ListReactions))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/messages/{messageId}/reactions")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (limit, after) = (query.Limit(limits), query.UserIdContinuation());
        query.ThrowIfMalformed();

        var (message, _, refusal) = await messages.ReadForAsync(user.Id, conversationId, messageId, Session.Of(request), cancellationToken);
        if (message is null)
        {
            return refusal!.ToResult();
        }

        var found = message.IsUnsent ? [] : await FindAsync(message, after, limit + 1, cancellationToken);
        var page = new ReactionPage(
            [.. found.Take(limit).Select(one => new MemberReactionsView(one.UserId, one.Keys, one.At))],
            found.Count > limit ? found[limit - 1].UserId.Value : null);
        return new JsonResult<ReactionPage>(StatusCodes.Status200OK, page, ChatJson.Default.ReactionPage);
    }

    private async Task<List<MemberReactions>> FindAsync(Message message, UserId? after, int take, CancellationToken cancellationToken)
    {
        var prefix = MemberReactions.Prefix(message.MessageId);
        var query = new QueryDefinition("SELECT TOP @take * FROM c WHERE c.id > @after AND c.id < @end ORDER BY c.id")
            .WithParameter("@take", take)
            .WithParameter("@after", prefix + after)
            .WithParameter("@end", prefix[..^1] + ';');
        return await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(message.ConversationId.Value),
            ChatJson.Default.DocumentsPageMemberReactions,
            pageSize: take,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
    }
}

/// <summary>A page of the members who reacted.</summary>
/// <param name="Continuation">Asks for the next page; null on the last.</param>
internal sealed record ReactionPage(IReadOnlyList<MemberReactionsView> Reactions, string? Continuation);

/// <summary>One member's reactions to a message.</summary>
/// <param name="At">When they first reacted.</param>
internal sealed record MemberReactionsView(UserId UserId, IReadOnlyList<ReactionKey> Keys, DateTimeOffset At);
