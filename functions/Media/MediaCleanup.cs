using Chat.Functions.Shared;

namespace Chat.Functions.Media;

/// <summary>Deletes what was uploaded and isn't needed: never completed, or referred to by no message.</summary>
/// <remarks>A file is marked as deleted under its ETag before its blobs are deleted, so that no message can refer to it any more.</remarks>
public sealed class MediaCleanup(MediaStore store, MediaBlobs blobs, MediaProcessing processing, TimeProvider time)
{
    /// <summary>An address isn't good any more: what wasn't completed is forgotten, and what was put there late is deleted.</summary>
    public async Task ExpireAsync(UploadExpired expired, bool isGivenUp, CancellationToken cancellationToken)
    {
        var id = expired.MediaId;
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (item, etag) = await store.ReadAsync(id, cancellationToken);
            if (item?.UrlExpiresAt > expired.UrlExpiresAt)
            {
                return;
            }

            if (item?.State == MediaState.Processing)
            {
                // Its own message may be lost: it has a time to live.
                await processing.ProcessAsync(id, isGivenUp, cancellationToken);
                return;
            }

            if (item?.State != MediaState.Pending || await store.TryDeleteAsync(id, etag!, cancellationToken))
            {
                await blobs.DeleteUploadAsync(id, cancellationToken);
                return;
            }
        }
    }

    /// <summary>Deletes a file that no message refers to. Idempotent.</summary>
    /// <param name="id">The file.</param>
    /// <param name="isNewKept">Whether it stays while its owner may still attach it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteUnusedAsync(MediaId id, bool isNewKept, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (item, etag) = await store.ReadAsync(id, cancellationToken);
            if (item is null or { State: MediaState.Deleted })
            {
                await blobs.DeleteAsync(id, cancellationToken);
                return;
            }

            // The references are read after the document: one that comes later changes its ETag.
            if ((isNewKept && time.GetUtcNow() < item.CreatedAt + MediaItem.UnusedFor)
                || await store.IsReferredToAsync(id, cancellationToken))
            {
                return;
            }

            var deleted = item with { State = MediaState.Deleted, Reason = null, Blurhash = null, Variants = null };
            if (await store.TryWriteAsync(deleted, etag, cancellationToken))
            {
                await blobs.DeleteAsync(id, cancellationToken);
                return;
            }
        }
    }
}
