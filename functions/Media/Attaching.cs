using Chat.Functions.Cards;
using Chat.Functions.Locations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Chat.Functions.Stickers;

namespace Chat.Functions.Media;

/// <summary>
/// Attaches what a message shows besides text before it is committed: each file gets a reference, and the message what it says of it; a
/// place is looked at by <see cref="LocationPolicy"/>, and a sticker is found in its pack.
/// </summary>
/// <remarks>
/// What holds the reference against the message is on the queue before it. So nothing is lost if the message is committed, and nothing left
/// over if it isn't. A retry writes its references anew, but one of the last minutes.
/// </remarks>
public sealed class Attaching(
    MediaStore store,
    MediaQueue queue,
    CardPolicy cards,
    LocationPolicy locations,
    StickerPackStore stickers,
    StandingList standings,
    OpenUploads open,
    TimeProvider time)
{
    /// <summary>
    /// The content with what it says of its files; with a refusal, for the log to decide on, if one of them isn't the sender's to attach:
    /// uploaded by them for this conversation, or in a message that they forward; or if a card can't be sent. Nor may those attach whom
    /// moderators restrict.
    /// </summary>
    public async Task<MessageContent> AttachAsync(
        ConversationId conversation,
        UserId sender,
        string clientMessageId,
        MessageContent content,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (content.Refusal is not null || content is { Attachments: null, Cards: null, Location: null, Sticker: null })
        {
            return content;
        }

        if (!standings.Of(sender).MaySendMedia())
        {
            return content with { Refusal = Problems.NotAllowed };
        }

        if (content.Cards is { } shown && await cards.RefusalAsync(shown, cancellationToken) is { } cardRefusal)
        {
            return content with { Refusal = cardRefusal };
        }

        content = await locations.CheckAsync(conversation, sender, content, session, cancellationToken);
        content = await stickers.ShowAsync(content, cancellationToken);
        if (content.Attachments is not { } files)
        {
            return content;
        }

        var message = MessageId.For(conversation, sender, clientMessageId);
        var attached = await Task.WhenAll(files.Select(file => AttachAsync(
            file.MediaId,
            sender,
            new MediaReference { MediaId = file.MediaId, ConversationId = conversation, MessageId = message, At = time.GetUtcNow() },
            item => content.Forwarded || (item.OwnerId == sender && item.ConversationId == conversation),
            cancellationToken)));
        return Array.Find(attached, one => one.Refusal is not null).Refusal is { } refusal
            ? content with { Refusal = refusal }
            : attached.Length > 1 && Array.Exists(attached, one => one.Attachment!.Kind is MediaItem.Voice or MediaItem.File)
                ? content with { Refusal = Problems.AttachmentIsAlone }
                : content with { Snapshots = [.. attached.Select(one => one.Attachment!)] };
    }

    private async Task<(Attachment? Attachment, Problem? Refusal)> AttachAsync(
        MediaId id,
        UserId sender,
        MediaReference reference,
        Predicate<MediaItem> mayAttach,
        CancellationToken cancellationToken)
    {
        var isEnqueued = false;
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            // At first as any replica has it. Nothing is refused on that.
            var isFresh = attempt > 0;
            var (item, etag) = isFresh ? await store.ReadAsync(id, cancellationToken) : await store.PeekAsync(id, cancellationToken);
            if (item is { State: MediaState.Processing or MediaState.Held or MediaState.Ready } && mayAttach(item))
            {
                if (item.FirstReference?.IsGoodAt(reference) == true)
                {
                    return (Attachment.Of(item), null);
                }

                if (!isEnqueued)
                {
                    await queue.SendAsync(reference.Due, reference.At + MediaReference.UncommittedFor, cancellationToken);
                    isEnqueued = true;
                }

                if (await store.TryReferAsync(item, etag!, reference, cancellationToken))
                {
                    return (Attachment.Of(item), null);
                }

                // Forwarded by many at once.
                await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
            }
            else if (isFresh)
            {
                return (null, await RefusalAsync(id, sender, item, mayAttach, cancellationToken));
            }
        }
    }

    private async Task<Problem> RefusalAsync(
        MediaId id,
        UserId sender,
        MediaItem? item,
        Predicate<MediaItem> mayAttach,
        CancellationToken cancellationToken)
    {
        item ??= await open.FindAsync(sender, id, isFresh: false, cancellationToken);
        return item is null or { State: MediaState.Deleted } || !mayAttach(item) ? Problems.MediaNotFound
            : item.State == MediaState.Failed ? Problems.MediaFailed
            : Problems.MediaNotReady;
    }
}
