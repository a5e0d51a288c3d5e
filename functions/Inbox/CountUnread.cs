using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Inbox;

/// <summary>
/// <c>GET /unread</c>: the caller's unread totals over conversations that are neither muted nor archived, among the 1,000 with the newest
/// activity.
/// </summary>
public sealed class CountUnread(ChatContainers containers, TimeProvider time, CurrentUser user)
{
    [Function(nameof(CountUnread))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unread")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        // Unread counts are computed, not stored, so no index could find or sum them.
        var entries = await containers.Users.QueryPartitionAsync(
            new QueryDefinition(
                """
                SELECT TOP @take c.userId, c.conversationId, c.kind, c.activity, c.last, c.joinedOrdinal, c.readOrdinal, c.clearedOrdinal,
                c.hiddenOrdinals, c.markedUnreadOrdinal, c.mutedUntil, c.archivedOrdinal
                FROM c WHERE c.activity < '~' ORDER BY c.activity DESC
                """).WithParameter("@take", UnreadTotals.MaxConversations + 1),
            new PartitionKey(user.Id.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        var totals = UnreadTotals.Of(entries, time.GetUtcNow());
        return new JsonResult<UnreadTotals>(StatusCodes.Status200OK, totals, ChatJson.Default.UnreadTotals);
    }
}

/// <summary>The unread totals over a user's conversations.</summary>
/// <param name="Conversations">How many have unread messages or are marked as unread.</param>
/// <param name="Messages">How many messages are unread in them.</param>
/// <param name="More">Whether there are older conversations, which aren't counted.</param>
public sealed record UnreadTotals(int Conversations, long Messages, bool More)
{
    /// <summary>How many conversations a call counts: that many cost 45 RU.</summary>
    public const int MaxConversations = 1_000;

    /// <summary>The totals of a user's inbox entries.</summary>
    /// <param name="entries">The entries, newest activity first; one more than are counted if there are more.</param>
    /// <param name="now">The instant at which a mute ends and messages are gone.</param>
    public static UnreadTotals Of(IReadOnlyList<InboxEntry> entries, DateTimeOffset now)
    {
        var unread = entries.Take(MaxConversations).Where(entry => entry.IsListed && entry.IsUnread(now) && !entry.IsMuted(now)).ToList();
        return new(unread.Count, unread.Sum(entry => entry.UnreadCount(now)), entries.Count > MaxConversations);
    }
}
