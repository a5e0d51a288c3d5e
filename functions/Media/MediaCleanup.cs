using Chat.Functions.Shared;

namespace Chat.Functions.Media;

/// <summary>Deletes what was uploaded and isn't needed: never completed, or referred to by no message.</summary>
/// <remarks>A file is marked as deleted under its ETag before its blobs are deleted, so that no message can refer to it any more.</remarks>
public sealed class MediaCleanup(
    MediaStore store,
    MediaBlobs blobs,
    OpenUploads open,
    MediaProcessing processing,
    MediaQueue queue,
    TimeProvider time)
{
    /// <summary>An address isn't good any more: what was put there and isn't being processed is deleted.</summary>
    public async Task ExpireAsync(UploadExpired expired, bool isRepeated, CancellationToken cancellationToken)
    {
        var id = expired.MediaId;

        // There may be a newer address.
        var declared = await open.FindAsync(expired.UserId, id, isFresh: true, cancellationToken);
        if (declared?.UrlExpiresAt > expired.UrlExpiresAt)
        {
            return;
        }

        if ((await store.ReadAsync(id, cancellationToken)).Document is { State: MediaState.Processing or MediaState.Held })
        {
            // Its own message may be lost: it has a time to live.
            await processing.ProcessAsync(id, isRepeated, cancellationToken);
        }
        else
        {
            await blobs.DeleteUploadAsync(id, cancellationToken);
        }
    }

    /// <summary>Deletes a file that no message refers to, once it isn't held any more. Idempotent.</summary>
    /// <param name="id">The file.</param>
    /// <param name="isNewKept">Whether it stays while its owner may still attach it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteUnusedAsync(MediaId id, bool isNewKept, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (item, etag) = await store.ReadAsync(id, cancellationToken);
            if (item is null)
            {
                // Whoever stored pictures may have got no further. What was put at an address is its end's to delete.
                await blobs.DeleteVariantsAsync(id, cancellationToken);
                return;
            }

            if (item.State == MediaState.Deleted)
            {
                await blobs.DeleteAsync(id, cancellationToken);
                return;
            }

            // Further references are read after the document: one that comes later changes its ETag.
            if (isNewKept && time.GetUtcNow() < item.CreatedAt + MediaItem.UnusedFor)
            {
                return;
            }

            if (await store.IsReferredToAsync(item, cancellationToken))
            {
                if (item.State == MediaState.Held)
                {
                    // A day has passed: the queue message that ends the wait for a verdict may be lost.
                    await processing.FinishAsync(item, cancellationToken);
                }

                return;
            }

            if (item.HeldUntil > time.GetUtcNow())
            {
                // It is copied for moderators meanwhile.
                await queue.SendAsync(new MediaDue(id), item.HeldUntil, cancellationToken);
                return;
            }

            if (await store.TryWriteAsync(item.Deleted(), etag, cancellationToken))
            {
                await blobs.DeleteAsync(id, cancellationToken);
                return;
            }
        }
    }
}
