using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// Follows the change feed of <c>conversations</c>: projects changes into the members' inboxes, enqueues what else follows from them
/// (<see cref="FollowUps"/>), and folds the counts of channels' posts. The feed's lease moves on when a page is projected or is on queue
/// <c>fanout</c>.
/// </summary>
/// <remarks>
/// At-least-once: after a crash the page comes again. It comes as text, so that one document that can't be read doesn't hold up the others.
/// </remarks>
public sealed class ProjectInboxes(
    EntryProjection projection,
    DeliveryQueue queue,
    FollowUps followUps,
    PostCounting counting,
    FeedPace pace,
    FeedHistory history,
    TimeProvider time,
    ILogger<ProjectInboxes> logger)
{
    private const int MaxParallel = 16;

    /// <summary>How long a page waits for its projection. Changes that aren't projected by then go to <c>fanout</c>.</summary>
    private static readonly TimeSpan InlineTimeout = TimeSpan.FromSeconds(1);

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
        var since = history.End;
        using var inline = new CancellationTokenSource(InlineTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(inline.Token, cancellationToken);
        try
        {
            await Task.WhenAll(
                counting.FoldPageAsync(changes, linked.Token, cancellationToken),
                Each.TryAsync(
                    page,
                    MaxParallel,
                    (changed, cancel) => Task.WhenAll(
                        followUps.EnqueueAsync(changed, since, cancel),
                        counting.FoldAsync(changed.Head, linked.Token, cancel),
                        ProjectAsync(changed, since, linked.Token, cancel)),
                    cancellationToken),
                hold);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            history.NoteFailure();
            throw;
        }

        pace.NoteEnd(page);
    }

    /// <summary>Projects changes at once, or enqueues them on <c>fanout</c>.</summary>
    /// <param name="changed">The changes.</param>
    /// <param name="since">What is older is history.</param>
    /// <param name="inline">Ends the projection at once.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Exception">Neither succeeded: the page is to come again.</exception>
    private async Task ProjectAsync(
        ChangedConversation changed,
        DateTimeOffset since,
        CancellationToken inline,
        CancellationToken cancellationToken)
    {
        foreach (var document in changed.Unreadable)
        {
            logger.DocumentUnreadable(changed.ConversationId);
            await queue.EnqueueAsync(document with { Since = since }, null, cancellationToken);
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
