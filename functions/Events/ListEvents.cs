using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Events;

/// <summary>
/// <c>GET /conversations/{c}/events</c>: log entries after a position as events, for filling gaps. The page states the range of
/// <c>seq</c> that it covers. An entry inside the range that isn't listed has expired, or the caller may not see it.
/// </summary>
public sealed class ListEvents(ConversationReader reader, ChatContainers containers, EventViews views, Limits limits, CurrentUser user)
{
    [Function(nameof(ListEvents))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/events")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (after, limit) = (query.Seq("afterSeq", 0) ?? 0, query.Limit(limits));
        query.ThrowIfMalformed();

        if (await reader.ReadAsReaderAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        // Sequence numbers have no gaps, so a page is a range of them. Expired entries leave it shorter.
        var first = after + 1;
        var last = Math.Min(after + limit, part.Head.LastSeq);
        var found = await FindAsync(part, Math.Max(first, part.Member.FirstVisible), last, cancellationToken);
        var events = await views.ForAsync(part, found, cancellationToken);
        return new JsonResult<EventPage>(
            StatusCodes.Status200OK,
            new EventPage(events, first, Math.Max(last, after), last < part.Head.LastSeq),
            ChatJson.Default.EventPage);
    }

    private async Task<List<LogEntry>> FindAsync(MembershipContext part, long first, long last, CancellationToken cancellationToken)
    {
        if (first > last)
        {
            return [];
        }

        var query = new QueryDefinition("SELECT * FROM c WHERE c.seq >= @first AND c.seq <= @last ORDER BY c.seq")
            .WithParameter("@first", first)
            .WithParameter("@last", last);
        return await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(part.Head.ConversationId.Value),
            ChatJson.Default.DocumentsPageLogEntry,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
    }
}

/// <summary>A page of the log, ascending by <c>seq</c>.</summary>
/// <param name="FromSeq">The first position that the page covers.</param>
/// <param name="ToSeq">The last position that the page covers; less than <paramref name="FromSeq"/> when it covers none.</param>
/// <param name="HasMore">Whether there are entries after the page.</param>
internal sealed record EventPage(IReadOnlyList<ChatEvent> Events, long FromSeq, long ToSeq, bool HasMore);
