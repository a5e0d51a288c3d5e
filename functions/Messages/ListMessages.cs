using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary>
/// <c>GET /conversations/{c}/messages</c>: a page after or before a position, or the newest. The page states the range of <c>seq</c> that it
/// covers: what isn't listed inside it isn't a message, so no client chases a hole there.
/// </summary>
public sealed class ListMessages(ConversationReader reader, ChatContainers containers, Limits limits, CurrentUser user)
{
    [Function(nameof(ListMessages))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/messages")] HttpRequest request,
        string conversationId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (after, before, limit) = (query.Seq("afterSeq", 0), query.Seq("beforeSeq", 1), query.Limit(limits));
        if (after is not null && before is not null)
        {
            query.Fault("afterSeq", "not_both", "Give afterSeq or beforeSeq, not both.");
        }

        if (query.Refusal is { } malformed)
        {
            return malformed.ToResult();
        }

        var session = Session.Of(request);
        if (!ConversationId.TryParse(conversationId, out var conversation)
            || await reader.ReadHeadForAsync(user.Id, conversation, session, cancellationToken) is not { } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        // One more than asked for tells whether there are more. What the caller cleared is gone for them.
        var ascending = after is not null;
        var cleared = (await reader.ReadMemberAsync(conversation, user.Id, cancellationToken))?.ClearedSeq ?? 0;
        var found = await FindAsync(head, Math.Max(after ?? 0, cleared) + 1, ascending ? long.MaxValue : (before ?? long.MaxValue) - 1, ascending, limit + 1, cancellationToken);
        return new Answer<MessagePage>(StatusCodes.Status200OK, MessagePage.Of(found, head.LastSeq, after, before, limit), ChatJson.Default.MessagePage);
    }

    private async Task<List<Message>> FindAsync(Head head, long from, long to, bool ascending, int take, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition(
                "SELECT TOP @take * FROM c WHERE c.type = 'message' AND c.seq >= @from AND c.seq <= @to ORDER BY c.seq " + (ascending ? "ASC" : "DESC"))
            .WithParameter("@take", take)
            .WithParameter("@from", from)
            .WithParameter("@to", to);
        return await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(head.ConversationId.Value),
            ChatJson.Default.DocumentsPageMessage,
            pageSize: take,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
    }
}

/// <summary>A page of messages, ascending by <c>seq</c>.</summary>
/// <param name="FromSeq">The first position that the page covers.</param>
/// <param name="ToSeq">The last position that the page covers; less than <paramref name="FromSeq"/> when it covers none.</param>
/// <param name="HasMore">Whether there are messages beyond the page in the direction asked for.</param>
public sealed record MessagePage(IReadOnlyList<MessageView> Messages, long FromSeq, long ToSeq, bool HasMore)
{
    /// <param name="found">In the direction of the query, one more than <paramref name="limit"/> when there are more.</param>
    /// <param name="lastSeq">The log's end, read before the query.</param>
    /// <param name="after">The position to begin after, when the page goes forward.</param>
    /// <param name="before">The position to end before, when the page goes backward from one; neither means from the end.</param>
    /// <param name="limit">The most messages on the page.</param>
    public static MessagePage Of(IReadOnlyList<Message> found, long lastSeq, long? after, long? before, int limit)
    {
        ArgumentNullException.ThrowIfNull(found);
        var hasMore = found.Count > limit;
        var messages = found.Take(limit).Select(MessageView.Of).OrderBy(message => message.Seq).ToList();

        // What was committed between reading the head and the query is on the page, so it is covered as well.
        var end = Math.Max(lastSeq, messages.Count > 0 ? messages[^1].Seq : 0);
        return after is { } start
            ? new(messages, start + 1, hasMore ? messages[^1].Seq : Math.Max(end, start), hasMore)
            : new(messages, hasMore ? messages[0].Seq : 1, Math.Min(before - 1 ?? end, end), hasMore);
    }
}
