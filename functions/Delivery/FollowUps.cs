using Chat.Functions.Cards;
using Chat.Functions.Media;
using Chat.Functions.Messages;
using Chat.Functions.Previews;

namespace Chat.Functions.Delivery;

/// <summary>
/// Enqueues what follows from a conversation's changes besides lists: the delivery of every commit once more, in case its own process
/// couldn't, checks of files that no message refers to any more, previews of links, and the host app's news of cards.
/// </summary>
/// <remarks>At-least-once: it may be done again, all of it, if a part fails.</remarks>
public sealed class FollowUps(DeliveryQueue queue, MediaQueue media, SharesHook shares, PreviewPolicy previews)
{
    /// <summary>Enqueues what follows from changes.</summary>
    /// <param name="changed">The changes.</param>
    /// <param name="since">What is older is history (<see cref="FeedHistory"/>): it isn't delivered, and its cards aren't told.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task EnqueueAsync(ChangedConversation changed, DateTimeOffset since, CancellationToken cancellationToken) =>
        Task.WhenAll(EnqueueDeliveriesAsync(changed, since, cancellationToken), EnqueueOthersAsync(changed, since, cancellationToken));

    /// <summary>
    /// Enqueues the delivery of each commit. A message that was changed since isn't pushed again: the change has an entry of its own.
    /// </summary>
    private Task EnqueueDeliveriesAsync(ChangedConversation changed, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var commits = changed.Entries.Where(entry => entry.At >= since && entry is not Message { UpdatedSeq: not null })
            .Select(entry => entry.Commit is { } commit ? (commit.First, commit.Last) : (First: entry.Seq, Last: entry.Seq))
            .Distinct();
        return Task.WhenAll(commits.Select(commit => queue.EnqueueAsync(
            new EntriesCommitted { ConversationId = changed.ConversationId, First = commit.First, Last = commit.Last, IsFromFeed = true },
            cancellationToken)));
    }

    /// <summary>Enqueues files that nothing refers to any more, cards that were shared, and links to preview.</summary>
    private async Task EnqueueOthersAsync(ChangedConversation changed, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (changed.Head is { DeletedAt: not null })
        {
            await media.SendAsync(new ConversationGone(changed.ConversationId, 0), null, cancellationToken);
        }

        foreach (var message in changed.Entries.OfType<Message>())
        {
            await (message.At >= since ? shares.EnqueueAsync(message, cancellationToken) : Task.CompletedTask);
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
}
