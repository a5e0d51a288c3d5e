using System.Security.Cryptography;
using Azure;
using Chat.Functions.Hooks;
using Chat.Functions.Log;
using Chat.Functions.Media.Images;
using Chat.Functions.Media.Recordings;
using Chat.Functions.Media.Videos;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Media;

/// <summary>
/// Makes what others may see of an uploaded file: a picture is decoded and encoded anew, in three sizes, and a recording is put into a
/// container of our own.
/// </summary>
/// <remarks>
/// First the variants are stored, then the state is written, then messages are told and the upload is deleted: whoever comes after a crash
/// does the same again, or finds it done. Where files are scanned, the state is <see cref="MediaState.Held"/>, and no message is told yet.
/// One picture at a time, since a decoded one may take 600 MB; beside it a few of what is copied.
/// </remarks>
public sealed class MediaProcessing(
    MediaStore store,
    MediaBlobs blobs,
    MediaQueue queue,
    ConversationLog log,
    HostAddress<MediaScan> scan,
    TimeProvider time,
    ILogger<MediaProcessing> logger)
    : IDisposable
{
    /// <summary>After so many repeats a file is given up: it must have ended its process each time, or taken too long to decode.</summary>
    private const int MaxRepeats = 3;

    private const string NotUploaded = "not_uploaded";
    private const string WrongHash = "wrong_hash";

    /// <summary>Each has some MB in memory.</summary>
    private const int MaxCopied = 4;

    /// <summary>How long a file may take with all waits: less than the 5 min for which the host renews its message's lock.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(4);

    /// <summary>
    /// How long one may be decoded: the largest takes 12 s of a processor, of which the smallest instance has a quarter.
    /// </summary>
    private static readonly TimeSpan MaxDecoding = TimeSpan.FromMinutes(2);

    private readonly ConcurrencyLimit _decoding = new(1, time);
    private readonly ConcurrencyLimit _copying = new(MaxCopied, time);

    /// <summary>Processes a file that was uploaded. Idempotent.</summary>
    /// <param name="id">The file.</param>
    /// <param name="isRepeated">Whether it may have been begun before. Only then is it counted, as that costs a write.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="TimeoutException">It took too long: it is to be tried again.</exception>
    public async Task ProcessAsync(MediaId id, bool isRepeated, CancellationToken cancellationToken)
    {
        using var bound = new CancellationTokenSource(MaxTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            await ProcessInTimeAsync(id, isRepeated, either.Token);
        }
        catch (TooSlowException)
        {
            await CountAsync(id, cancellationToken);
            throw;
        }
        catch (OperationCanceledException ended) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("Processing a file took too long.", ended);
        }
    }

    private async Task ProcessInTimeAsync(MediaId id, bool isRepeated, CancellationToken cancellationToken)
    {
        MediaItem? outcome = null;
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            // Its state only goes on: at first it may be as any replica has it.
            var (item, etag) = attempt == 0 ? await store.PeekAsync(id, cancellationToken) : default;
            if (item is null)
            {
                (item, etag) = await store.ReadAsync(id, cancellationToken);
            }

            switch (item?.State)
            {
                case null:
                    return;
                case MediaState.Deleted:
                    await blobs.DeleteAsync(id, cancellationToken);
                    return;
                case MediaState.Held or MediaState.Ready or MediaState.Failed:
                    await FinishAsync(item, cancellationToken);
                    return;
            }

            outcome ??= item.Repeats >= MaxRepeats
                ? item.Failed(UnusableMediaException.Unreadable)
                : await TransformAsync(item, isRepeated ? etag : null, cancellationToken);
            if (outcome is null)
            {
                continue;
            }

            var processed = item with
            {
                State = outcome.State,
                Reason = outcome.Reason,
                Width = outcome.Width,
                Height = outcome.Height,
                Blurhash = outcome.Blurhash,
                DurationMs = outcome.DurationMs,
                Variants = outcome.Variants,
                Scan = outcome.Scan,
                UploadETag = null,
            };
            if (await store.TryWriteAsync(processed, etag, cancellationToken))
            {
                await FinishAsync(processed, cancellationToken);
                return;
            }
        }
    }

    /// <summary>Processes a picture that nobody uploaded; null if it can't be shown, or has more pixels than are taken.</summary>
    public async Task<ProcessedImage?> TryProcessAsync(ReadOnlyMemory<byte> file, int maxPixels, CancellationToken cancellationToken)
    {
        using var slot = await _decoding.TakeAsync(cancellationToken);
        try
        {
            return ImageFormats.Of(file.Span) is { } format
                ? await slot.RunAsync(
                    cancel => Guarded(() => ImageProcessor.Process(
                        file, $"image/{format.ToString().ToLowerInvariant()}", maxPixels, cancel)),
                    MaxDecoding,
                    cancellationToken)
                : null;
        }
        catch (UnusableMediaException unusable)
        {
            logger.FileRefused(unusable.Reason);
            return null;
        }
        catch (TooSlowException slow)
        {
            logger.FileFailed(slow);
            return null;
        }
    }

    public void Dispose()
    {
        _decoding.Dispose();
        _copying.Dispose();
    }

    /// <summary>Counts that a file was decoded in vain.</summary>
    private async Task CountAsync(MediaId id, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (item, etag) = await store.ReadAsync(id, cancellationToken);
            if (item is not { State: MediaState.Processing }
                || await store.TryWriteAsync(item with { Repeats = item.Repeats + 1 }, etag, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Does what follows from a state that was written: messages say so, or a scan is asked for, and what isn't needed is deleted.
    /// Idempotent.
    /// </summary>
    public async Task FinishAsync(MediaItem item, CancellationToken cancellationToken)
    {
        if (item.State == MediaState.Held)
        {
            await queue.SendAsync(new ScanDue(item.MediaId, Asked: 0), null, cancellationToken);
            await blobs.DeleteUploadAsync(item.MediaId, cancellationToken);
            return;
        }

        // First, so that nothing of what failed is left however long messages can't be told.
        await (item.State == MediaState.Failed
            ? blobs.DeleteAsync(item.MediaId, cancellationToken)
            : blobs.DeleteUploadAsync(item.MediaId, cancellationToken));
        if (item.FirstReference is { } first && !await TryTellAsync(item, first, cancellationToken))
        {
            await queue.SendAsync(first.Due, null, cancellationToken);
        }

        foreach (var reference in await store.FurtherReferencesAsync(item, cancellationToken))
        {
            await queue.SendAsync(reference.Due, null, cancellationToken);
        }
    }

    /// <summary>Has a message say what became of the file; false if it didn't change: another look tells why.</summary>
    private async Task<bool> TryTellAsync(MediaItem item, MediaReference reference, CancellationToken cancellationToken)
    {
        var command = new AlignAttachmentCommand
        {
            Actor = item.OwnerId,
            MessageId = reference.MessageId,
            Attachment = Attachment.Of(item),
        };
        var appended = await log.ChangeAsync(reference.ConversationId, command, cancellationToken);
        return appended.Documents.OfType<Message>().Any(message => message.ExpiresAt is null);
    }

    /// <summary>What becomes of a file; null when its document isn't as it was read any more.</summary>
    /// <param name="item">The document as it was read.</param>
    /// <param name="countedUnder">Its ETag if this is a repeat, to be counted; null otherwise.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private async Task<MediaItem?> TransformAsync(MediaItem item, string? countedUnder, CancellationToken cancellationToken)
    {
        var isDecoded = item.Kind == MediaItem.Image;
        using var slot = await (isDecoded ? _decoding : _copying).TakeAsync(cancellationToken);
        try
        {
            // Here, where nothing else is processed that could end the process: what isn't decoded can't.
            if (isDecoded
                && countedUnder is not null
                && !await store.TryWriteAsync(item with { Repeats = item.Repeats + 1 }, countedUnder, cancellationToken))
            {
                return null;
            }

            if (item.Kind is MediaItem.File or MediaItem.Video)
            {
                return await (item.Kind == MediaItem.File
                    ? TransformFileAsync(item, cancellationToken)
                    : TransformVideoAsync(item, cancellationToken));
            }

            if (await blobs.ReadUploadAsync(item.MediaId, new ETag(item.UploadETag!), cancellationToken) is not { } file)
            {
                return item.Failed(NotUploaded);
            }

            if (Convert.ToHexStringLower(SHA256.HashData(file.Span)) != item.Sha256)
            {
                return item.Failed(WrongHash);
            }

            return await (item.Kind == MediaItem.Voice
                ? TransformVoiceAsync(item, file, slot, cancellationToken)
                : TransformImageAsync(item, file, slot, cancellationToken));
        }
        catch (UnusableMediaException unusable)
        {
            logger.FileRefused(unusable.Reason);
            return item.Failed(unusable.Reason);
        }
        catch (RequestFailedException gone) when (MediaBlobs.IsGone(gone))
        {
            return item.Failed(NotUploaded);
        }
    }

    private async Task<MediaItem> TransformImageAsync(
        MediaItem item,
        ReadOnlyMemory<byte> file,
        Slot slot,
        CancellationToken cancellationToken)
    {
        var image = await slot.RunAsync(
            cancel => Guarded(() => ImageProcessor.Process(file, item.ContentType, ImageProcessor.MaxPixels, cancel)),
            MaxDecoding,
            cancellationToken);
        foreach (var variant in image.Variants)
        {
            await blobs.StoreAsync(item.MediaId, MediaVariant.Of(variant), variant.Content, cancellationToken);
        }

        var ready = item with
        {
            Width = image.Width,
            Height = image.Height,
            Blurhash = image.Blurhash,
            Variants = [.. image.Variants.Select(MediaVariant.Of)],
        };
        return Checked(ready, image.Variants[0].Content);
    }

    private async Task<MediaItem> TransformVoiceAsync(
        MediaItem item,
        ReadOnlyMemory<byte> file,
        Slot slot,
        CancellationToken cancellationToken)
    {
        var voice = await slot.RunAsync(
            _ => Guarded(() => VoiceProcessor.Process(file, item.ContentType)),
            MaxDecoding,
            cancellationToken);
        var variant = new MediaVariant(MediaVariant.Original, voice.ContentType, voice.Content.Length);
        await blobs.StoreAsync(item.MediaId, variant, voice.Content, cancellationToken);
        return Checked(item with { DurationMs = voice.DurationMs, Variants = [variant] }, voice.Content);
    }

    /// <summary>Nobody looks at what a file is: it is passed on as it came, to be saved.</summary>
    private async Task<MediaItem> TransformFileAsync(MediaItem item, CancellationToken cancellationToken)
    {
        var variant = new MediaVariant(MediaVariant.Original, FileNames.ContentType, item.Bytes);
        return await blobs.StoreUploadAsync(item, variant, (_, _) => { }, cancellationToken)
            ? Checked(item with { Variants = [variant] }, () => item.Sha256)
            : item.Failed(WrongHash);
    }

    /// <summary>A video isn't decoded: what isn't a frame is overwritten while it is copied.</summary>
    private async Task<MediaItem> TransformVideoAsync(MediaItem item, CancellationToken cancellationToken)
    {
        ProcessedVideo video;
        var upload = blobs.OpenUpload(item);
        try
        {
            video = await VideoProcessor.ReadAsync(upload, item.ContentType, cancellationToken);
        }
        catch (Exception exception) when (IsByFile(exception) && exception != upload.Failure)
        {
            throw Failed(exception);
        }

        var variant = new MediaVariant(MediaVariant.Original, video.ContentType, item.Bytes);
        using var hash = scan.IsOn ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        return await blobs.StoreUploadAsync(item, variant, Clean, cancellationToken)
            ? Checked(
                item with { Width = video.Width, Height = video.Height, DurationMs = video.DurationMs, Variants = [variant] },
                () => Convert.ToHexStringLower(hash!.GetCurrentHash()))
            : item.Failed(WrongHash);

        void Clean(long at, Memory<byte> block)
        {
            video.Patches.Apply(at, block);
            hash?.AppendData(block.Span);
        }
    }

    /// <summary>A file that can be shown, or is held where it is to be scanned before.</summary>
    /// <param name="item">The file.</param>
    /// <param name="sha256">The hash of what is shown. Only a scan needs it.</param>
    private MediaItem Checked(MediaItem item, Func<string> sha256) =>
        scan.IsOn ? item.HeldFrom(time.GetUtcNow(), sha256()) : item with { State = MediaState.Ready };

    private MediaItem Checked(MediaItem item, ReadOnlyMemory<byte> shown) =>
        Checked(item, () => Convert.ToHexStringLower(SHA256.HashData(shown.Span)));

    private T Guarded<T>(Func<T> process)
    {
        try
        {
            return process();
        }
        catch (Exception exception) when (IsByFile(exception))
        {
            throw Failed(exception);
        }
    }

    /// <summary>Reading the file fails with every try.</summary>
    private UnusableMediaException Failed(Exception exception)
    {
        logger.FileFailed(exception);
        return new(UnusableMediaException.Unreadable, "Reading it failed.");
    }

    /// <summary>Whether the file caused it. Too little memory or a missing library is the machine's fault; another may do it.</summary>
    private static bool IsByFile(Exception exception) => exception is not (UnusableMediaException
        or OperationCanceledException
        or OutOfMemoryException
        or TypeInitializationException
        or TypeLoadException
        or BadImageFormatException);
}

/// <summary>The log lines of media.</summary>
internal static partial class MediaLog
{
    [LoggerMessage(730, LogLevel.Information, "An uploaded file is refused: {Reason}.")]
    public static partial void FileRefused(this ILogger logger, string reason);

    [LoggerMessage(731, LogLevel.Warning, "An uploaded file could not be processed.")]
    public static partial void FileFailed(this ILogger logger, Exception exception);
}
