using System.Text.Json;
using Chat.Functions.Blocks;
using Chat.Functions.Channels;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Sync;

/// <summary>
/// <c>GET /sync</c>: the changes of the caller's list, and of what they follow, since a cursor. Without a valid cursor the whole list,
/// marked as a new snapshot.
/// </summary>
public sealed class SyncInbox(
    ChatContainers containers,
    BlockReader blocks,
    SyncOptions options,
    Limits limits,
    TimeProvider time,
    CurrentUser user)
{
    /// <summary>
    /// How long <c>/sync</c> lists conversations that the user left (tombstones): longer than a cursor is valid, so that no
    /// client misses one.
    /// </summary>
    private static readonly TimeSpan TombstoneLifetime = TimeSpan.FromDays(35);

    [Function(nameof(SyncInbox))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "sync")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (limit, text) = (query.Limit(limits), query.Single("cursor"));
        query.ThrowIfMalformed();

        var now = time.GetUtcNow();
        var given = SyncCursor.Parse(text, user.Id, options.StoreEpoch, now);
        var cursor = given?.At(now) ?? SyncCursor.FromTheStart(now);
        // One more than asked for tells whether there is a next page.
        var found = await FindAsync(cursor, limit + 1, cancellationToken);
        var page = found.Take(limit).ToList();
        var next = page is [.., var last] ? cursor.Served(last.StoredAt, last.Id) : cursor;
        var hasMore = found.Count > limit;
        var blocked = await blocks.BlockedAsync(user.Id, page.SelectMany(one => one.Entry?.Speakers ?? []), cancellationToken);
        var forgotten = (now - TombstoneLifetime).ToUnixTimeSeconds();
        return new JsonResult<SyncPage>(
            StatusCodes.Status200OK,
            new SyncPage(
                given is null,
                [
                    .. page.Where(one => !one.IsGone || (one.StoredAt >= forgotten && !one.IsOfStranger))
                        .Select(one => one.Entry is { } entry
                            ? SyncItem.Of(entry, limits.Page, now, blocked)
                            : SyncItem.Of(one.Subscription!)),
                ],
                (hasMore ? next : next.Ended()).ToText(user.Id, options.StoreEpoch),
                hasMore),
            ChatJson.Default.SyncPage);
    }

    private async Task<List<SyncedDocument>> FindAsync(SyncCursor cursor, int take, CancellationToken cancellationToken) =>
        await containers.Users.QueryPartitionAsync(
            new QueryDefinition(
                "SELECT TOP @take * FROM c WHERE c._ts >= @from AND (c._ts > @from OR c.id > @after)"
                + " AND c.type IN ('inbox', 'subscription')"
                + " ORDER BY c._ts, c.id")
                .WithParameter("@take", take)
                .WithParameter("@from", cursor.From)
                .WithParameter("@after", cursor.After ?? ""),
            new PartitionKey(user.Id.Value),
            ChatJson.Default.DocumentsPageJsonElement,
            pageSize: take,
            cancellationToken: cancellationToken).Select(SyncedDocument.Of).ToListAsync(cancellationToken);

    /// <summary>What is synced: an entry of the user's list, or a subscription.</summary>
    private sealed record SyncedDocument(string Id, long StoredAt, InboxEntry? Entry, Subscription? Subscription)
    {
        /// <summary>Whether it is a tombstone.</summary>
        public bool IsGone => Entry is { IsTombstone: true } || Subscription is { IsFollowing: false };

        /// <summary>Whether it keeps the user from following a channel that they never followed, and needn't know of.</summary>
        public bool IsOfStranger => Subscription is { State: SubscriptionState.Excluded, EndedAt: null };

        public static SyncedDocument Of(JsonElement document)
        {
            var isEntry = document.GetProperty("type").ValueEquals("inbox");
            return new(
                document.GetProperty("id").GetString()!,
                document.GetProperty("_ts").GetInt64(),
                isEntry ? document.Deserialize(ChatJson.Default.InboxEntry) : null,
                isEntry ? null : document.Deserialize(ChatJson.Default.Subscription));
        }
    }
}
