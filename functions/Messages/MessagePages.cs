using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Messages;

/// <summary>Reads pages of a conversation's messages as one of its members sees them.</summary>
public sealed class MessagePages(ChatContainers containers, TimeProvider time)
{
    /// <summary>A page of all messages or of a thread's replies, after or before a position, or the newest.</summary>
    public async Task<MessagePage> ReadAsync(
        MembershipContext part,
        MessageId? thread,
        long? after,
        long? before,
        int limit,
        CancellationToken cancellationToken)
    {
        // One more than asked for tells whether there are more.
        var (first, last) = (Math.Max((after ?? 0) + 1, part.Member.FirstVisible), (before ?? long.MaxValue) - 1);
        var query = new QueryDefinition(
                "SELECT TOP @take * FROM c WHERE c.type = 'message' AND c.seq >= @first AND c.seq <= @last"
                + " AND (NOT IS_DEFINED(c.expiresAt) OR c.expiresAt > @now)"
                + (thread is null ? "" : " AND c.threadId = @thread")
                + (after is null ? " ORDER BY c.seq DESC" : " ORDER BY c.seq ASC"))
            .WithParameter("@take", limit + 1)
            .WithParameter("@first", first)
            .WithParameter("@last", last)
            .WithParameter("@now", TimestampConverter.ToText(time.GetUtcNow()))
            .WithParameter("@thread", thread?.Value);
        var found = await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(part.Head.ConversationId.Value),
            ChatJson.Default.DocumentsPageMessage,
            pageSize: limit + 1,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        return MessagePage.Of(found, part.Head.LastSeq, after, before, limit).Where(part.Member.Sees);
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
        var hasMore = found.Count > limit;
        var messages = found.Take(limit).OrderBy(message => message.Seq).ToList();

        // What was committed between reading the head and the query is on the page, so it is covered as well.
        var end = Math.Max(lastSeq, messages.Count > 0 ? messages[^1].Seq : 0);
        var (first, last) = after is { } start
            ? (start + 1, hasMore ? messages.LastOrDefault()?.Seq ?? start : Math.Max(end, start))
            : (hasMore ? messages[0].Seq : 1, Math.Min(before - 1 ?? end, end));
        return new(first, last, hasMore) { Found = messages };
    }

    /// <summary>The same page for somebody who doesn't see all of it: it covers what they don't see.</summary>
    internal MessagePage Where(Func<Message, bool> isSeen) => this with { Found = [.. Found.Where(isSeen)] };

    /// <summary>This page and the one that follows on it.</summary>
    public MessagePage Then(MessagePage next) =>
        new(FromSeq, Math.Max(ToSeq, next.ToSeq), next.HasMore) { Found = [.. Found, .. next.Found] };
}
