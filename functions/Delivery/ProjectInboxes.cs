using Chat.Functions.Cards;
using Chat.Functions.Media;
using Chat.Functions.Messages;
using Chat.Functions.Previews;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// Follows the change feed of <c>conversations</c>: projects changes into the members' inboxes, and enqueues the delivery of every new
/// commit once more, in case its own process couldn't. It also enqueues checks of files that no message refers to any more, previews of
/// links, and the host app's news of cards, and folds the counts of channels' posts. The feed's lease moves on when a page is projected or
/// is on queue <c>fanout</c>.
/// </summary>
/// <remarks>
/// At-least-once: after a crash the page comes again. It comes as text, so that one document that can't be read doesn't hold up the others.
/// </remarks>
public sealed class ProjectInboxes(
    EntryProjection projection,
    DeliveryQueue queue,
    MediaQueue media,
    SharesHook shares,
    PreviewPolicy previews,
    PostCounting counting,
    FeedPace pace,
    TimeProvider time,
    ILogger<ProjectInboxes> logger)
{
    private const int MaxParallel = 16;

    /// <summary>How long a page waits for its projection. Changes that aren't projected by then go to <c>fanout</c>.</summary>
    private static readonly TimeSpan InlineTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Older commits aren't enqueued: a feed that begins anew would push the whole history.</summary>
    private static readonly TimeSpan MaxEnqueuedAge = TimeSpan.FromHours(1);

    // Without a retry policy the trigger skips a page whose function throws:
    // https://learn.microsoft.com/azure/cosmos-db/troubleshoot-changefeed-functions
    [Function(nameof(ProjectInboxes))]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:01:00")]
    public async Task RunAsync(
        [CosmosDBTrigger(
            ChatContainers.Database,
            ChatContainers.ConversationsName,
            Connection = DeliverySetup.CosmosConnection,
            LeaseContainerName = ChatContainers.LeasesName,
            LeaseContainerPrefix = "inboxes-",
            FeedPollDelay = FeedPace.PollDelay,
            MaxItemsPerInvocation = FeedPace.PageSize,
            StartFromBeginning = true)] string changes,
        CancellationToken cancellationToken)
    {
        var page = ChangedConversation.Read(changes, out var documents);
        var hold = pace.Repeats(page, documents) ? pace.HoldAsync(cancellationToken) : Task.CompletedTask;
        using var inline = new CancellationTokenSource(InlineTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(inline.Token, cancellationToken);
        await Task.WhenAll(
            counting.FoldPageAsync(changes, linked.Token, cancellationToken),
            Each.TryAsync(
                page,
                MaxParallel,
                (changed, cancel) => Task.WhenAll(
                    EnqueueDeliveriesAsync(changed, cancel),
                    EnqueueFollowUpsAsync(changed, cancel),
                    counting.FoldAsync(changed.Head, linked.Token, cancel),
                    ProjectAsync(changed, linked.Token, cancel)),
                cancellationToken),
            hold);
        pace.NoteEnd(page);
    }

    /// <summary>
    /// Enqueues the delivery of each commit in the page. A message that was changed since isn't pushed again: the change has an entry of
    /// its own.
    /// </summary>
    private Task EnqueueDeliveriesAsync(ChangedConversation changed, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - MaxEnqueuedAge;
        var commits = changed.Entries.Where(entry => entry.At >= since && entry is not Message { UpdatedSeq: not null })
            .Select(entry => entry.Commit is { } commit ? (commit.First, commit.Last) : (First: entry.Seq, Last: entry.Seq))
            .Distinct();
        return Task.WhenAll(commits.Select(commit => queue.EnqueueAsync(
            new EntriesCommitted { ConversationId = changed.ConversationId, First = commit.First, Last = commit.Last, IsFromFeed = true },
            cancellationToken)));
    }

    /// <summary>
    /// Enqueues what else follows from a change: files that nothing refers to any more, cards that were shared, and links to preview.
    /// </summary>
    private async Task EnqueueFollowUpsAsync(ChangedConversation changed, CancellationToken cancellationToken)
    {
        if (changed.Head is { DeletedAt: not null })
        {
            await media.SendAsync(new ConversationGone(changed.ConversationId, 0), null, cancellationToken);
        }

        foreach (var message in changed.Entries.OfType<Message>())
        {
            await shares.EnqueueAsync(message, cancellationToken);
            if (previews.DueOf(message) is { } link)
            {
                await media.SendAsync(link, null, cancellationToken);
            }

            foreach (var id in message.Released ?? [])
            {
                await media.SendAsync(MediaReference.DueOf(id, message), null, cancellationToken);
            }

            // Its deletion by time to live isn't in the feed.
            if (message is { ExpiresAt: { } end, UpdatedSeq: null })
            {
                foreach (var file in message.Attachments ?? [])
                {
                    var due = MediaReference.DueOf(file.MediaId, message) with { ExpiresAt = end };
                    await media.SendAsync(due, end + ReferenceDue.Margin, cancellationToken);
                }
            }
        }
    }

    /// <summary>Projects changes at once, or enqueues them on <c>fanout</c>.</summary>
    /// <param name="changed">The changes.</param>
    /// <param name="inline">Ends the projection at once.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Exception">Neither succeeded: the page is to come again.</exception>
    private async Task ProjectAsync(ChangedConversation changed, CancellationToken inline, CancellationToken cancellationToken)
    {
        foreach (var document in changed.Unreadable)
        {
            logger.DocumentUnreadable(changed.ConversationId);
            await queue.EnqueueAsync(document, null, cancellationToken);
        }

        try
        {
            await projection.ProjectPageAsync(changed, inline);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            foreach (var entries in changed.Ranges())
            {
                logger.EntriesNotProjected(exception, changed.ConversationId, entries.First, entries.Last);
                await queue.EnqueueAsync(entries, null, cancellationToken);
            }
        }
    }
}
