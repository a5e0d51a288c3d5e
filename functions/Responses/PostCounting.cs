using Chat.Functions.Comments;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Responses;

/// <summary>Merges what shards counted into a post's counts, and schedules a push of them to members and watchers.</summary>
/// <remarks>
/// At-least-once, in any order, from any instance: see <see cref="FoldedCounts"/>. The change feed triggers it with the latest version of a
/// shard or of the comments' head, so a thousand reactions between two pages are merged once. What fails there is enqueued on
/// <c>fanout</c>. A push may be missed in a crash: the next change pushes all counts.
/// </remarks>
public sealed class PostCounting(ChatContainers containers, DeliveryQueue queue, CountsPush push, ILogger<PostCounting> logger)
{
    private const int MaxParallel = 16;

    private readonly Container _conversations = containers.Conversations;

    /// <summary>Folds the counts that a page of the change feed shows, or enqueues that on <c>fanout</c>.</summary>
    /// <param name="changes">The page.</param>
    /// <param name="inline">Ends folding by itself at the end of the page's time budget; what is left is enqueued.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Exception">Neither succeeded: the page must be redelivered.</exception>
    public Task FoldPageAsync(string changes, CancellationToken inline, CancellationToken cancellationToken) =>
        Each.TryAsync(ChangedCounts.Read(changes), MaxParallel, (post, cancel) => FoldAsync(post, inline, cancel), cancellationToken);

    /// <summary>Folds how many comments a head says that a post has, or enqueues that on <c>fanout</c>.</summary>
    /// <param name="comments">Any conversation's head; nothing happens unless it is of a post's comments.</param>
    /// <param name="inline">Ends folding by itself at the end of the page's time budget; then it is enqueued.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Exception">Neither succeeded.</exception>
    public async Task FoldAsync(Head? comments, CancellationToken inline, CancellationToken cancellationToken)
    {
        try
        {
            await FoldAsync(comments, inline);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.CountsNotFolded(exception, comments!.ConversationId);
            await queue.EnqueueAsync(new FoldComments { ConversationId = comments.ConversationId }, null, cancellationToken);
        }
    }

    /// <summary>Folds how many comments a post has by now.</summary>
    public async Task FoldAsync(FoldComments message, CancellationToken cancellationToken)
    {
        await _conversations.RefreshSessionAsync(Head.DocumentId, new PartitionKey(message.ConversationId.Value), cancellationToken);
        var (head, _) = await _conversations.ReadDocumentAsync(
            Head.DocumentId,
            message.ConversationId,
            ChatJson.Default.Head,
            cancellationToken: cancellationToken);
        await FoldAsync(head, cancellationToken);
    }

    private Task FoldAsync(Head? comments, CancellationToken cancellationToken) => comments is { CommentsOf: { } of, MessageCount: > 0 }
        ? FoldAsync(of.Channel, of.Ordinal, [(FoldedCounts.OfComments, CommentsOf.Count(comments))], cancellationToken)
        : Task.CompletedTask;

    /// <summary>Folds what a shard has counted by now.</summary>
    public async Task FoldAsync(FoldCounts message, CancellationToken cancellationToken)
    {
        var (channel, ordinal) = (message.ConversationId, message.Ordinal);
        var shard = ResponseShard.Of(channel, message.Shard, ordinal);
        await _conversations.RefreshSessionAsync(CountedShard.DocumentId(ordinal), shard.Partition, cancellationToken);
        var (counted, _) = await _conversations.ReadDocumentAsync(
            CountedShard.DocumentId(ordinal),
            shard.Partition,
            ChatJson.Default.CountedShard,
            cancellationToken: cancellationToken);
        if (counted is not null)
        {
            await FoldAsync(channel, ordinal, [(FoldedCounts.NameOf(message.Shard), counted.Counts)], cancellationToken);
        }
    }

    private async Task FoldAsync(ChangedCounts post, CancellationToken inline, CancellationToken cancellationToken)
    {
        var toEnqueue = post.Shards.Where(one => one.Counts is null).Select(one => one.Shard);
        try
        {
            await FoldAsync(
                post.Channel,
                post.Ordinal,
                [.. post.Shards.Where(one => one.Counts is not null).Select(one => (FoldedCounts.NameOf(one.Shard.Number), one.Counts!))],
                inline);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.CountsNotFolded(exception, post.Channel);
            toEnqueue = post.Shards.Select(one => one.Shard);
        }

        foreach (var shard in toEnqueue)
        {
            var later = new FoldCounts { ConversationId = post.Channel, Ordinal = post.Ordinal, Shard = shard.Number };
            await queue.EnqueueAsync(later, null, cancellationToken);
        }
    }

    private async Task FoldAsync(
        ConversationId channel,
        long ordinal,
        IReadOnlyList<(string Shard, PostCounts Counts)> changed,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; changed.Count > 0; attempt = Contention.Next(attempt))
        {
            var (known, etag) = await _conversations.ReadDocumentAsync(
                FoldedCounts.DocumentId(ordinal),
                channel,
                ChatJson.Default.FoldedCounts,
                cancellationToken: cancellationToken);
            var before = known ?? FoldedCounts.None(channel, ordinal);
            var after = changed.Aggregate(before, static (folded, one) => folded.With(one.Shard, one.Counts));
            if (ReferenceEquals(after, before))
            {
                return;
            }

            // Before the write: after a crash between the two, the retry finds nothing to merge and wouldn't push.
            var isOfViewsOnly = changed.All(one => one.Counts.EqualsBesidesViews(before.In(one.Shard)));
            await push.ScheduleAsync(channel, isOfViewsOnly, cancellationToken);
            if (await _conversations.TryWriteDocumentAsync(
                after,
                after.Id,
                new PartitionKey(channel.Value),
                etag,
                ChatJson.Default.FoldedCounts,
                cancellationToken))
            {
                // If that push ran before the write was visible, it sent the old counts. While its window is open, this does nothing.
                await push.ScheduleAsync(channel, isOfViewsOnly, cancellationToken);
                return;
            }

            // Another instance folded, or the read came from a lagging replica.
            await _conversations.RefreshSessionAsync(after.Id, new PartitionKey(channel.Value), cancellationToken);
        }
    }
}

/// <summary>Folds the counts of a post in one shard, as they are stored by then.</summary>
public sealed record FoldCounts : FanOutMessage
{
    public required long Ordinal { get; init; }

    public required int Shard { get; init; }

    /// <summary>Random, so that duplicate detection never drops it: the shard may have changed since the last one.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public override string MessageId => OpaqueId.Random();
}

/// <summary>Folds how many comments a post has, as their head says by then.</summary>
public sealed record FoldComments : FanOutMessage
{
    /// <summary>Random, so that duplicate detection never drops it: there may be more comments since the last one.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public override string MessageId => OpaqueId.Random();
}
