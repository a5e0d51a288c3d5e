using System.Text.Json.Serialization;
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
public sealed class ListMessages(ConversationReader reader, ChatContainers containers, MessageViews views, TimeProvider time, Limits limits, CurrentUser user)
{
    [Function(nameof(ListMessages))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/messages")] HttpRequest request,
        string conversationId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (after, before, around, limit) = (query.Seq("afterSeq", 0), query.Seq("beforeSeq", 1), query.Seq("aroundSeq", 1), query.Limit(limits));
        if (new[] { after, before, around }.Count(position => position is not null) > 1)
        {
            query.Fault("afterSeq", "not_both", "Give one of afterSeq, beforeSeq and aroundSeq.");
        }

        if (query.Refusal is { } malformed)
        {
            return malformed.ToResult();
        }

        if (!ConversationId.TryParse(conversationId, out var conversation)
            || await reader.ReadForAsync(user.Id, conversation, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var page = around is { } middle
            ? (await PageAsync(part, null, middle + 1, (limit + 1) / 2, cancellationToken)).Then(await PageAsync(part, middle, null, limit / 2, cancellationToken))
            : await PageAsync(part, after, before, limit, cancellationToken);
        var shown = page with { Messages = await views.OfAsync(user.Id, page.Found, cancellationToken) };
        return new Answer<MessagePage>(StatusCodes.Status200OK, shown, ChatJson.Default.MessagePage);
    }

    private async Task<MessagePage> PageAsync(Participation part, long? after, long? before, int limit, CancellationToken cancellationToken)
    {
        // One more than asked for tells whether there are more.
        var (first, last) = (Math.Max((after ?? 0) + 1, part.Member.FirstVisible), (before ?? long.MaxValue) - 1);
        var query = new QueryDefinition(
                "SELECT TOP @take * FROM c WHERE c.type = 'message' AND c.seq >= @first AND c.seq <= @last AND (NOT IS_DEFINED(c.expiresAt) OR c.expiresAt > @now) ORDER BY c.seq "
                + (after is not null ? "ASC" : "DESC"))
            .WithParameter("@take", limit + 1)
            .WithParameter("@first", first)
            .WithParameter("@last", last)
            .WithParameter("@now", TimestampConverter.ToText(time.GetUtcNow()));
        var found = await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(part.Head.ConversationId.Value),
            ChatJson.Default.DocumentsPageMessage,
            pageSize: limit + 1,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        return MessagePage.Of(found, part.Head.LastSeq, after, before, limit);
    }
}

/// <summary>A page of messages, ascending by <c>seq</c>.</summary>
/// <param name="FromSeq">The first position that the page covers.</param>
/// <param name="ToSeq">The last position that the page covers; less than <paramref name="FromSeq"/> when it covers none.</param>
/// <param name="HasMore">Whether there are messages beyond the page in the direction asked for; around a position, after the page.</param>
public sealed record MessagePage(long FromSeq, long ToSeq, bool HasMore)
{
    public IReadOnlyList<MessageView> Messages { get; init; } = [];

    [JsonIgnore]
    internal IReadOnlyList<Message> Found { get; private init; } = [];

    /// <param name="found">In the direction of the query, one more than <paramref name="limit"/> when there are more.</param>
    /// <param name="lastSeq">The log's end, read before the query.</param>
    /// <param name="after">The position to begin after, when the page goes forward.</param>
    /// <param name="before">The position to end before, when the page goes backward from one; neither means from the end.</param>
    /// <param name="limit">The most messages on the page.</param>
    public static MessagePage Of(IReadOnlyList<Message> found, long lastSeq, long? after, long? before, int limit)
    {
        ArgumentNullException.ThrowIfNull(found);
        var hasMore = found.Count > limit;
        var messages = found.Take(limit).OrderBy(message => message.Seq).ToList();

        // What was committed between reading the head and the query is on the page, so it is covered as well.
        var end = Math.Max(lastSeq, messages.Count > 0 ? messages[^1].Seq : 0);
        var (first, last) = after is { } start
            ? (start + 1, hasMore ? messages.LastOrDefault()?.Seq ?? start : Math.Max(end, start))
            : (hasMore ? messages[0].Seq : 1, Math.Min(before - 1 ?? end, end));
        return new(first, last, hasMore) { Found = messages };
    }

    /// <summary>This page and the one that follows on it.</summary>
    public MessagePage Then(MessagePage next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new(FromSeq, Math.Max(ToSeq, next.ToSeq), next.HasMore) { Found = [.. Found, .. next.Found] };
    }
}
