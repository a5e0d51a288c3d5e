using System.Net;
using System.Text.Json;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Responses;

/// <summary>
/// Counts which posts followers have read: approximately, for next to nothing. A follower's read watermark passes each post once while they
/// follow; how many passed one within two seconds is added at once, in the background.
/// </summary>
/// <remarks>What isn't written when the instance ends, or can't be, isn't counted.</remarks>
public sealed class PostViews(ChatContainers containers, TimeProvider time, ILogger<PostViews> logger)
{
    /// <summary>Of the posts that a watermark passes at once, the newest count: who was long away hasn't seen them all.</summary>
    private const int MaxPassed = 20;

    /// <summary>Of how many channels views wait. Those of more aren't counted.</summary>
    private const int MaxChannels = 1_000;

    private const int MaxParallel = 8;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ConversationId, Dictionary<long, long>> _waiting = [];

    /// <summary>Counts the posts that a follower's read watermark passed, in the background.</summary>
    public void Count(UserId user, ConversationId channel, long before, long after)
    {
        bool isFirst;
        lock (_waiting)
        {
            isFirst = !_waiting.TryGetValue(channel, out var waiting);
            if (isFirst && _waiting.Count >= MaxChannels)
            {
                return;
            }

            waiting ??= _waiting[channel] = [];
            for (var ordinal = Math.Max(before, after - MaxPassed) + 1; ordinal <= after; ordinal++)
            {
                waiting[ordinal] = waiting.GetValueOrDefault(ordinal) + 1;
            }
        }

        if (isFirst)
        {
            // Not awaited: no call waits for it.
            _ = AddLaterAsync(user, channel);
        }
    }

    private async Task AddLaterAsync(UserId user, ConversationId channel)
    {
        try
        {
            await Task.Delay(Window, time);
            Dictionary<long, long>? passed;
            lock (_waiting)
            {
                _waiting.Remove(channel, out passed);
            }

            // All in one shard: any will do, and views are no secret of the user's.
            await Each.TryAsync(
                passed ?? [],
                MaxParallel,
                (post, cancel) => AddAsync(ResponseShard.Of(channel, user, post.Key), post.Key, post.Value, cancel),
                CancellationToken.None);
        }
        catch (Exception exception)
        {
            logger.ViewsNotCounted(exception, channel);
        }
    }

    private async Task AddAsync(ResponseShard shard, long ordinal, long views, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            using var patched = await containers.Conversations.PatchItemStreamAsync(
                CountedShard.DocumentId(ordinal),
                shard.Partition,
                [PatchOperation.Increment("/counts/version", 1), PatchOperation.Increment("/counts/views", views)],
                new PatchItemRequestOptions { EnableContentResponseOnWrite = false },
                cancellationToken);
            if (patched.StatusCode != HttpStatusCode.NotFound)
            {
                patched.EnsureSuccessStatusCode();
                return;
            }

            var first = new CountedShard(shard.Id, ordinal, PostCounts.None.With([("/version", 1), ("/views", views)]));
            using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(first, ChatJson.Default.CountedShard), writable: false);
            using var created = await containers.Conversations.CreateItemStreamAsync(
                body,
                shard.Partition,
                new ItemRequestOptions { EnableContentResponseOnWrite = false },
                cancellationToken);
            if (created.StatusCode != HttpStatusCode.Conflict)
            {
                created.EnsureSuccessStatusCode();
                return;
            }
        }
    }
}
