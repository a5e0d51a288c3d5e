using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// Follows the change feed of conversations: moves the members' inboxes, and hands every new commit over again, in case whoever committed
/// it couldn't. The feed's lease moves on behind what is projected, or is a message on <c>fanout</c>.
/// </summary>
/// <remarks>The page comes as text, so that one document that can't be read doesn't hold up the others.</remarks>
public sealed class ProjectInboxes(EntryProjection projection, DeliveryQueue queue, TimeProvider time, ILogger<ProjectInboxes> logger)
{
    private const int MaxParallel = 16;

    /// <summary>How long the members' inboxes may take of a page; what isn't done by then goes to <c>fanout</c>.</summary>
    private static readonly TimeSpan InlineTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Older commits aren't handed over again: a feed that begins anew pushes no history.</summary>
    private static readonly TimeSpan MaxEnqueuedAge = TimeSpan.FromHours(1);

    // Without a retry policy the trigger would skip a page that throws.
    [Function(nameof(ProjectInboxes))]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:01:00")]
    public async Task RunAsync(
        [CosmosDBTrigger(
            ChatContainers.Database,
            ChatContainers.ConversationsName,
            Connection = DeliverySetup.CosmosConnection,
            LeaseContainerName = ChatContainers.LeasesName,
            LeaseContainerPrefix = "inboxes-",
            FeedPollDelay = 500,
            StartFromBeginning = true)] string changes,
        CancellationToken cancellationToken)
    {
        using var inline = new CancellationTokenSource(InlineTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(inline.Token, cancellationToken);
        await Each.TryAsync(
            ChangedConversation.Read(changes),
            MaxParallel,
            (changed, cancel) => Task.WhenAll(EnqueueDeliveriesAsync(changed, cancel), ProjectAsync(changed, linked.Token, cancel)),
            cancellationToken);
    }

    /// <summary>Hands over each commit of which an entry is as it was committed. Of one that was changed since, the change's entry tells.</summary>
    private Task EnqueueDeliveriesAsync(ChangedConversation changed, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - MaxEnqueuedAge;
        var commits = changed.Entries.Where(entry => entry.At >= since && entry is not Messages.Message { UpdatedSeq: not null })
            .Select(entry => entry.Commit is { } commit ? (commit.First, commit.Last) : (First: entry.Seq, Last: entry.Seq))
            .Distinct();
        return Task.WhenAll(commits.Select(commit => queue.EnqueueAsync(
            new EntriesCommitted { ConversationId = changed.ConversationId, First = commit.First, Last = commit.Last, IsFromFeed = true },
            cancellationToken)));
    }

    /// <param name="changed">The changes.</param>
    /// <param name="inline">Ends what is to be done at once.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Exception">Neither was it done, nor did <c>fanout</c> take it: the page is to come again.</exception>
    private async Task ProjectAsync(ChangedConversation changed, CancellationToken inline, CancellationToken cancellationToken)
    {
        foreach (var document in changed.Unreadable)
        {
            logger.DocumentUnreadable(changed.ConversationId);
            await queue.EnqueueAsync(document, null, cancellationToken);
        }

        try
        {
            await projection.ProjectAsync(changed, inline);
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
