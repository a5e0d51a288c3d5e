using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Messages;

/// <summary>Reads pages of the messages that one member sees.</summary>
public sealed class MessagePages(ChatContainers containers, TimeProvider time)
{
    /// <summary>A page of messages or of a thread's replies: after a position, before one, or the newest.</summary>
    public Task<MessagePage> ReadAsync(
        MembershipContext part,
        MessageId? thread,
        long? after,
        long? before,
        int limit,
        CancellationToken cancellationToken) =>
        ReadAsync(
            part,
            thread is null ? "" : " AND c.threadId = @of",
            thread?.Value,
            after,
            before,
            limit,
            cancellationToken);

    /// <summary>A page of the messages that share something of a kind: before a position, or the newest.</summary>
    public Task<MessagePage> ReadSharedAsync(
        MembershipContext part,
        string kind,
        long? before,
        int limit,
        CancellationToken cancellationToken) =>
        ReadAsync(part, " AND ARRAY_CONTAINS(c.shared, @of)", kind, null, before, limit, cancellationToken);

    private async Task<MessagePage> ReadAsync(
        MembershipContext part,
        string condition,
        string? of,
        long? after,
        long? before,
        int limit,
        CancellationToken cancellationToken)
    {
        // One more than asked for tells whether there is a next page.
        var (first, last) = (Math.Max((after ?? 0) + 1, part.Member.FirstVisible), (before ?? long.MaxValue) - 1);
        var query = new QueryDefinition(
                "SELECT TOP @take * FROM c WHERE c.type = 'message' AND c.seq >= @first AND c.seq <= @last"
                + " AND (NOT IS_DEFINED(c.expiresAt) OR c.expiresAt > @now)"
                + condition
                + (after is null ? " ORDER BY c.seq DESC" : " ORDER BY c.seq ASC"))
            .WithParameter("@take", limit + 1)
            .WithParameter("@first", first)
            .WithParameter("@last", last)
            .WithParameter("@now", TimestampConverter.ToText(time.GetUtcNow()))
            .WithParameter("@of", of);
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
    public IReadOnlyList<ShownMessage> Messages { get; init; } = [];

    [JsonIgnore]
    internal IReadOnlyList<Message> Found { get; private init; } = [];

    /// <param name="found">
    /// In the direction of the query; one more than <paramref name="limit"/> when there is a next page.
    /// </param>
    /// <param name="lastSeq">The head's <c>lastSeq</c>, read before the query.</param>
    /// <param name="after">The position to begin after, when the page goes forward.</param>
    /// <param name="before">The position to end before, when the page goes backward from one; neither means from the end.</param>
    /// <param name="limit">The most messages on the page.</param>
    public static MessagePage Of(IReadOnlyList<Message> found, long lastSeq, long? after, long? before, int limit)
    {
        var hasMore = found.Count > limit;
        var messages = found.Take(limit).OrderBy(message => message.Seq).ToList();

        // The query may find messages committed after the head was read. The page covers them as well.
        var end = Math.Max(lastSeq, messages.Count > 0 ? messages[^1].Seq : 0);
        var (first, last) = after is { } start
            ? (start + 1, hasMore ? messages.LastOrDefault()?.Seq ?? start : Math.Max(end, start))
            : (hasMore ? messages[0].Seq : 1, Math.Min(before - 1 ?? end, end));
        return new(first, last, hasMore) { Found = messages };
    }

    /// <summary>The page without messages that the member doesn't see. It covers the same range.</summary>
    internal MessagePage Where(Func<Message, bool> isSeen) => this with { Found = [.. Found.Where(isSeen)] };

    /// <summary>This page joined with the one after it.</summary>
    public MessagePage Then(MessagePage next) =>
        new(FromSeq, Math.Max(ToSeq, next.ToSeq), next.HasMore) { Found = [.. Found, .. next.Found] };
}
