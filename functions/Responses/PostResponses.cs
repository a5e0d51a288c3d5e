using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Responses;

/// <summary>Changes users' responses to posts, and counts them.</summary>
/// <remarks>
/// A response and its shard's counts change in one transactional batch, under the response's ETag. So a shard's counts are exact, whatever
/// is repeated, races or breaks off. What isn't written is never what a lagging replica says. Different reactions are limited by what is
/// stored in the user's shard, and by what the others were up to some seconds ago: those of a burst may be a few more.
/// </remarks>
public sealed class PostResponses(ChatContainers containers, PostCountsReader counts, Limits limits)
{
    /// <summary>What one patch takes.</summary>
    private const int MaxPatched = 10;

    private static readonly TransactionalBatchItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };

    private readonly Container _conversations = containers.Conversations;

    /// <summary>The response and the post's totals afterwards, or the refusal.</summary>
    internal async Task<(PostResponse Response, PostTotals Totals, Problem? Refusal)> ChangeAsync(
        UserId user,
        ConversationId channel,
        long ordinal,
        ResponseChange change,
        CancellationToken cancellationToken)
    {
        var shard = ResponseShard.Of(channel, user, ordinal);
        var folded = await counts.ReadAsync(channel, ordinal, cancellationToken);
        for (var (attempt, isFresh) = (0, false); ; (attempt, isFresh) = (Contention.Next(attempt), true))
        {
            if (isFresh)
            {
                await _conversations.RefreshSessionAsync(CountedShard.DocumentId(ordinal), shard.Partition, cancellationToken);
            }

            var reading = ReadAsync(CountedShard.DocumentId(ordinal), shard, ChatJson.Default.CountedShard, cancellationToken);
            var stored = await ReadAsync(
                PostResponse.DocumentId(ordinal, user), shard, ChatJson.Default.PostResponse, cancellationToken);
            var counted = await reading;
            var before = stored.Document ?? new PostResponse(shard.Id, ordinal, user);
            var totals = TotalWith(counted.Document);
            var after = change.ApplyTo(before);
            var isSame = ReferenceEquals(after, before);
            var refusal = isSame ? null : change.Refusal(before, totals);
            if (isSame || refusal is not null)
            {
                if (isFresh)
                {
                    return (before, totals, refusal);
                }

                continue;
            }

            using var written = await WriteAsync(shard, stored.ETag, before, after, counted, cancellationToken);
            if (written.IsSuccessStatusCode)
            {
                var now = await JsonSerializer.DeserializeAsync(
                    written[1].ResourceStream, ChatJson.Default.CountedShard, cancellationToken);
                return (after, TotalWith(now), null);
            }

            // Somebody changed it since, or a replica that lags said how it is.
            if (written.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound))
            {
                throw new CosmosException(
                    written.ErrorMessage, written.StatusCode, 0, written.ActivityId, written.RequestCharge);
            }
        }

        PostTotals TotalWith(CountedShard? own) =>
            (own is null ? folded : folded.With(FoldedCounts.NameOf(shard.Number), own.Counts)).Total();
    }

    private Task<TransactionalBatchResponse> WriteAsync(
        ResponseShard shard,
        string? etag,
        PostResponse before,
        PostResponse after,
        StoredDocument<CountedShard> counted,
        CancellationToken cancellationToken)
    {
        var batch = _conversations.CreateTransactionalBatch(shard.Partition);
        var ifMatch = new TransactionalBatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false };
        batch = etag is null ? batch.CreateItemStream(Json(after, ChatJson.Default.PostResponse), NoContent)
            : after.IsEmpty ? batch.DeleteItem(after.Id, ifMatch)
            : batch.ReplaceItemStream(after.Id, Json(after, ChatJson.Default.PostResponse), ifMatch);
        var changes = PostCounts.Changes(before, after);
        if (counted.Document is not { } known)
        {
            var first = new CountedShard(shard.Id, after.Ordinal, PostCounts.None.With(changes));
            batch = batch.CreateItemStream(Json(first, ChatJson.Default.CountedShard));
        }
        else if (changes.Count <= MaxPatched && known.Counts.Reactions.Count <= 2 * limits.ReactionKeys)
        {
            batch = batch.PatchItem(known.Id, [.. changes.Select(one => PatchOperation.Increment("/counts" + one.Path, one.By))]);
        }
        else
        {
            // Leaves out what nobody reacts with any more: without end, the document would grow.
            batch = batch.ReplaceItemStream(
                known.Id,
                Json(known with { Counts = known.Counts.With(changes) }, ChatJson.Default.CountedShard),
                new TransactionalBatchItemRequestOptions { IfMatchEtag = counted.ETag });
        }

        return batch.ExecuteAsync(cancellationToken);
    }

    private Task<StoredDocument<T>> ReadAsync<T>(
        string id,
        ResponseShard shard,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken)
        where T : class =>
        _conversations.ReadDocumentAsync(id, shard.Partition, type, cancellationToken: cancellationToken);

    private static MemoryStream Json<T>(T document, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(document, type), writable: false);
}
