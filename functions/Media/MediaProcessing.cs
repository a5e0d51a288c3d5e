using System.Security.Cryptography;
using Azure;
using Chat.Functions.Media.Images;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Media;

/// <summary>Makes what others may see of an uploaded file: checked, decoded and encoded anew, in three sizes.</summary>
/// <remarks>
/// First the variants are stored, then the state is written, then messages are told and the upload is deleted: whoever comes after a crash
/// does the same again, or finds it done. One file at a time, since a decoded image may take 200 MB.
/// </remarks>
public sealed class MediaProcessing(MediaStore store, MediaBlobs blobs, MediaQueue queue, ILogger<MediaProcessing> logger)
    : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Processes a file that was uploaded. Idempotent.</summary>
    /// <param name="id">The file.</param>
    /// <param name="isGivenUp">Whether it fails without another try.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task ProcessAsync(MediaId id, bool isGivenUp, CancellationToken cancellationToken)
    {
        MediaItem? outcome = null;
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (item, etag) = await store.ReadAsync(id, cancellationToken);
            switch (item?.State)
            {
                case null or MediaState.Deleted:
                    await blobs.DeleteAsync(id, cancellationToken);
                    return;
                case MediaState.Pending:
                    return;
                case MediaState.Ready or MediaState.Failed:
                    await FinishAsync(item, cancellationToken);
                    return;
            }

            outcome ??= isGivenUp ? item.Failed(UnusableImageException.Unreadable) : await TransformAsync(item, cancellationToken);
            var processed = item with
            {
                State = outcome.State,
                Reason = outcome.Reason,
                Width = outcome.Width,
                Height = outcome.Height,
                Blurhash = outcome.Blurhash,
                Variants = outcome.Variants,
            };
            if (await store.TryWriteAsync(processed, etag, cancellationToken))
            {
                await FinishAsync(processed, cancellationToken);
                return;
            }
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task FinishAsync(MediaItem item, CancellationToken cancellationToken)
    {
        foreach (var reference in await store.ReferencesAsync(item.MediaId, cancellationToken))
        {
            await queue.SendAsync(reference.Due, null, cancellationToken);
        }

        await (item.State == MediaState.Failed
            ? blobs.DeleteAsync(item.MediaId, cancellationToken)
            : blobs.DeleteUploadAsync(item.MediaId, cancellationToken));
    }

    private async Task<MediaItem> TransformAsync(MediaItem item, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (await blobs.ReadUploadAsync(item.MediaId, new ETag(item.UploadETag!), cancellationToken) is not { } file)
            {
                return item.Failed("not_uploaded");
            }

            if (Convert.ToHexStringLower(SHA256.HashData(file.Span)) != item.Sha256)
            {
                return item.Failed("wrong_hash");
            }

            var image = await Task.Run(() => Process(file, item.ContentType, cancellationToken), cancellationToken);
            foreach (var variant in image.Variants)
            {
                await blobs.StoreAsync(item.MediaId, variant, cancellationToken);
            }

            return item with
            {
                State = MediaState.Ready,
                Width = image.Width,
                Height = image.Height,
                Blurhash = image.Blurhash,
                Variants =
                [
                    .. image.Variants.Select(one => new MediaVariant(
                        one.Name,
                        one.Width,
                        one.Height,
                        one.ContentType,
                        one.Content.Length)),
                ],
            };
        }
        catch (UnusableImageException unusable)
        {
            logger.ImageRefused(unusable.Reason);
            return item.Failed(unusable.Reason.Replace('-', '_'));
        }
        finally
        {
            _one.Release();
        }
    }

    private ProcessedImage Process(ReadOnlyMemory<byte> file, string contentType, CancellationToken cancellationToken)
    {
        try
        {
            return ImageProcessor.Process(file, contentType, cancellationToken);
        }
        catch (Exception exception) when (exception is not (UnusableImageException or OperationCanceledException))
        {
            // Whatever a file does to the library, another try ends the same.
            logger.ImageFailed(exception);
            throw new UnusableImageException(UnusableImageException.Unreadable, "The library failed on it.");
        }
    }
}

/// <summary>The log lines of media.</summary>
internal static partial class MediaLog
{
    [LoggerMessage(730, LogLevel.Information, "An uploaded image is refused: {Reason}.")]
    public static partial void ImageRefused(this ILogger logger, string reason);

    [LoggerMessage(731, LogLevel.Warning, "An uploaded image could not be processed.")]
    public static partial void ImageFailed(this ILogger logger, Exception exception);
}
