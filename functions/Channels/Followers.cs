using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Channels;

/// <summary>Counts who follows a channel. Nobody can list them.</summary>
/// <remarks>
/// A channel's followers are spread over partitions of their own (shards), by user. A document for each follower and their number change
/// in one transactional batch, so that the number is exact however often, and by whom, it is done again.
/// </remarks>
public sealed class Followers(ChatContainers containers, TimeProvider time)
{
    /// <summary>Each takes some hundred changes a second. Never change it: it decides where a follower is.</summary>
    private const int Shards = 8;

    private static readonly TransactionalBatchItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };

    private readonly Container _conversations = containers.Conversations;
    private readonly ShortCache<ConversationId, long> _counts = new(time);

    /// <summary>Counts a user as a follower, or not any more. What is so already stays.</summary>
    public async Task SetAsync(ConversationId channel, UserId user, bool isFollowing, CancellationToken cancellationToken)
    {
        // A shard's first follower finds no number to change, unless another one is first just then.
        for (var (attempt, isFirst) = (0, false); ; (attempt, isFirst) = (Contention.Next(attempt), !isFirst))
        {
            using var changed = await ChangeAsync(ShardOf(channel, user), user, isFollowing, isFirst, cancellationToken);
            if (IsDone(changed))
            {
                return;
            }
        }
    }

    /// <summary>How many follow a channel, up to 5 s old.</summary>
    public async Task<long> CountAsync(ConversationId channel, CancellationToken cancellationToken)
    {
        if (!_counts.TryGet(channel, out var count))
        {
            var shards = await _conversations.ReadDocumentsAsync(
                Enumerable.Range(0, Shards).Select(shard => (FollowerCount.DocumentId, new PartitionKey(Shard(channel, shard)))),
                ChatJson.Default.DocumentsPageFollowerCount,
                cancellationToken: cancellationToken);
            count = shards.Sum(shard => shard.Count);
            _counts.Keep(channel, count);
        }

        return count;
    }

    private Task<TransactionalBatchResponse> ChangeAsync(
        string shard,
        UserId user,
        bool isFollowing,
        bool isFirst,
        CancellationToken cancellationToken)
    {
        var batch = _conversations.CreateTransactionalBatch(new PartitionKey(shard));
        batch = isFollowing
            ? batch.CreateItemStream(Json(new Follower(shard, user), ChatJson.Default.Follower), NoContent)
            : batch.DeleteItem(Follower.DocumentId(user), NoContent);
        batch = isFirst
            ? batch.CreateItemStream(Json(new FollowerCount(shard, 1), ChatJson.Default.FollowerCount), NoContent)
            : batch.PatchItem(
                FollowerCount.DocumentId,
                [PatchOperation.Increment("/count", isFollowing ? 1 : -1)],
                new TransactionalBatchPatchItemRequestOptions { EnableContentResponseOnWrite = false });
        return batch.ExecuteAsync(cancellationToken);
    }

    /// <summary>Whether it is as wanted now, by this batch or before: the follower is there already, or is gone.</summary>
    /// <exception cref="CosmosException">The store couldn't do it.</exception>
    private static bool IsDone(TransactionalBatchResponse response)
    {
        if (response.IsSuccessStatusCode)
        {
            return true;
        }

        return response.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.NotFound)
            ? throw new CosmosException(response.ErrorMessage, response.StatusCode, 0, response.ActivityId, response.RequestCharge)
            : response[0].StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound;
    }

    private static MemoryStream Json<T>(T document, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(document, type), writable: false);

    private static string ShardOf(ConversationId channel, UserId user) =>
        Shard(channel, SHA256.HashData(Encoding.UTF8.GetBytes(user.Value))[0] % Shards);

    /// <summary>The channel whose followers are in a partition.</summary>
    internal static ConversationId ChannelOf(string shard) => new(shard[..shard.LastIndexOf(':')]);

    /// <summary>The key of a partition beside the channel's own. No conversation has such an id.</summary>
    private static string Shard(ConversationId channel, int shard) => $"{channel.Value}:{shard}";
}

/// <summary>That a user is counted as a follower.</summary>
/// <remarks>It carries no type, which would be indexed: its id tells what it is, and every follow writes one.</remarks>
/// <param name="ConversationId">The shard, which is the partition.</param>
internal sealed record Follower(string ConversationId, UserId UserId)
{
    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(UserId);

    public static string DocumentId(UserId user) => $"f:{user.Value}";
}

/// <summary>How many followers are in a shard.</summary>
/// <remarks>It carries no type, as <see cref="Follower"/>.</remarks>
/// <param name="ConversationId">The shard, which is the partition.</param>
internal sealed record FollowerCount(string ConversationId, long Count)
{
    public const string DocumentId = "followers";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;
}
