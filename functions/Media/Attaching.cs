using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Standings;

namespace Chat.Functions.Media;

/// <summary>Attaches files to a message before it is committed: each gets a reference, and the message what it says of it.</summary>
/// <remarks>
/// What holds the reference against the message is on the queue before it. So nothing is lost if the message is committed, and nothing left
/// over if it isn't. A retry writes its references anew.
/// </remarks>
public sealed class Attaching(MediaStore store, MediaQueue queue, StandingList standings, TimeProvider time)
{
    /// <summary>
    /// The content with what it says of its files; with a refusal, for the log to decide on, if one of them isn't the sender's to attach:
    /// uploaded by them for this conversation, or in a message that they forward. Nor may those attach whom moderators restrict.
    /// </summary>
    public async Task<MessageContent> AttachAsync(
        ConversationId conversation,
        UserId sender,
        string clientMessageId,
        MessageContent content,
        CancellationToken cancellationToken)
    {
        if (content.Attachments is not { } files || content.Refusal is not null)
        {
            return content;
        }

        if (!standings.Of(sender).MaySendMedia())
        {
            return content with { Refusal = Problems.NotAllowed };
        }

        var message = MessageId.For(conversation, sender, clientMessageId);
        var attached = await Task.WhenAll(files.Select(file => AttachAsync(
            file.MediaId,
            new MediaReference { MediaId = file.MediaId, ConversationId = conversation, MessageId = message, At = time.GetUtcNow() },
            item => content.Forwarded || (item.OwnerId == sender && item.ConversationId == conversation),
            cancellationToken)));
        return Array.Find(attached, one => one.Refusal is not null).Refusal is { } refusal
            ? content with { Refusal = refusal }
            : content with { Snapshots = [.. attached.Select(one => one.Attachment!)] };
    }

    private async Task<(Attachment? Attachment, Problem? Refusal)> AttachAsync(
        MediaId id,
        MediaReference reference,
        Predicate<MediaItem> mayAttach,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (item, etag) = await store.ReadAsync(id, cancellationToken);
            if (item is null or { State: MediaState.Deleted } || !mayAttach(item))
            {
                return (null, Problems.MediaNotFound);
            }

            if (item.State is MediaState.Pending or MediaState.Failed)
            {
                return (null, item.State == MediaState.Failed ? Problems.MediaFailed : Problems.MediaNotReady);
            }

            if (attempt == 0)
            {
                await queue.SendAsync(reference.Due, reference.At + MediaReference.UncommittedFor, cancellationToken);
            }

            if (await store.TryReferAsync(item with { AttachedAt = reference.At }, etag!, reference, cancellationToken))
            {
                return (Attachment.Of(item), null);
            }

            // Forwarded by many at once.
            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }
    }
}
