using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Inbox;

/// <summary>
/// <c>GET /unread</c>: how much the caller has unread in conversations that are neither muted nor archived, among the 1,000 with the newest
/// activity.
/// </summary>
public sealed class CountUnread(ChatContainers containers, TimeProvider time, CurrentUser user)
{
    [Function(nameof(CountUnread))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unread")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        // Computed here: what is unread isn't stored, so that no index could find it.
        var entries = await containers.Users.QueryPartitionAsync(
            new QueryDefinition(
                """
                SELECT TOP @take c.userId, c.conversationId, c.kind, c.activity, c.last, c.joinedOrdinal, c.readOrdinal, c.clearedOrdinal,
                c.hiddenOrdinals, c.markedUnreadOrdinal, c.mutedUntil, c.archivedOrdinal FROM c WHERE c.activity < '~' ORDER BY c.activity DESC
                """).WithParameter("@take", UnreadTotals.MaxConversations + 1),
            new PartitionKey(user.Id.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        return new JsonResult<UnreadTotals>(StatusCodes.Status200OK, UnreadTotals.Of(entries, time.GetUtcNow()), ChatJson.Default.UnreadTotals);
    }
}

/// <summary>What is unread over all of a user's conversations.</summary>
/// <param name="Conversations">With unread messages, or marked as unread.</param>
/// <param name="Messages">Unread messages in them.</param>
/// <param name="More">Whether there are older conversations, which aren't counted.</param>
public sealed record UnreadTotals(int Conversations, long Messages, bool More)
{
    /// <summary>A bound on the work of a call: 45 RU for that many.</summary>
    public const int MaxConversations = 1_000;

    /// <param name="entries">Newest activity first; one more than are counted when there are more.</param>
    public static UnreadTotals Of(IReadOnlyList<InboxEntry> entries, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var unread = entries.Take(MaxConversations).Where(entry => entry.IsListed && entry.IsUnread(now) && !entry.IsMuted(now)).ToList();
        return new(unread.Count, unread.Sum(entry => entry.UnreadCount(now)), entries.Count > MaxConversations);
    }
}
