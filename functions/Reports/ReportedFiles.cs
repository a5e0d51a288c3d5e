using System.Collections.Concurrent;
using Azure;
using Chat.Functions.Media;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Reports;

/// <summary>Keeps copies of the files that are reported: they are there for moderators when the message is taken back.</summary>
/// <remarks>
/// What can't be copied at once, as it is large, still processed or held for a scan, or Blob Storage fails, the queue copies later: a
/// report is taken all the same, and the file isn't deleted for an hour. Of what was said around reported messages nothing is copied but
/// the words.
/// </remarks>
public sealed class ReportedFiles(
    MediaBlobs blobs,
    MediaStore store,
    MediaQueue queue,
    CaseStore cases,
    TimeProvider time,
    ILogger<ReportedFiles> logger)
{
    private const int MaxParallel = 8;

    /// <summary>How soon to look again for a file that is processed.</summary>
    private static readonly TimeSpan CheckProcessedAfter = TimeSpan.FromSeconds(10);

    /// <summary>The same for one that is held for a scan, which may take a day.</summary>
    private static readonly TimeSpan CheckScannedAfter = TimeSpan.FromMinutes(1);

    /// <summary>How long a file stays that is to be copied, though its message is taken back.</summary>
    private static readonly TimeSpan RetainedFor = TimeSpan.FromHours(1);

    /// <summary>Keeps the evidence, with the files of which there is a copy by now. May be repeated.</summary>
    public async Task KeepAsync(Reported reported, CancellationToken cancellationToken)
    {
        var copied = new ConcurrentDictionary<MediaId, KeptEvidence?>();
        var meant = reported.Evidence.Where(IsMeant).ToList();
        await Each.TryAsync(
            [.. meant.SelectMany(FilesOf).DistinctBy(file => file.MediaId)],
            MaxParallel,
            async (file, cancel) => copied[file.MediaId] = await TryCopyAsync(reported.Target.CaseId, file, cancel),
            cancellationToken);
        await cases.KeepAsync([.. reported.Evidence.Select(With)], cancellationToken);
        foreach (var one in meant)
        {
            foreach (var id in IdsOf(one).Where(id => copied[id] != KeptEvidence.Kept))
            {
                await queue.SendAsync(
                    new FileReported(one.CaseId, one.Id, id),
                    copied[id] == KeptEvidence.TooLarge ? null : time.GetUtcNow() + CheckProcessedAfter,
                    cancellationToken);
            }
        }

        bool IsMeant(Evidence one) => one.ReportedAt is not null || reported.Target.Kind == TargetKind.Conversation;

        Evidence With(Evidence one) =>
            IsMeant(one) && IdsOf(one).Where(id => copied[id] == KeptEvidence.Kept).ToList() is { Count: > 0 } photos
                ? one with { Photos = photos }
                : one;
    }

    /// <summary>Copies a file that couldn't be copied when it was reported, and adds it to the evidence. Idempotent.</summary>
    public async Task CopyAsync(FileReported due, CancellationToken cancellationToken)
    {
        var state = await HoldAsync(due.MediaId, cancellationToken);
        switch (state)
        {
            // Its blobs may be there by now, but nobody is to see them yet.
            case MediaState.Processing:
                await queue.SendAsync(due, time.GetUtcNow() + CheckProcessedAfter, cancellationToken);
                return;
            case MediaState.Held:
                await queue.SendAsync(due, time.GetUtcNow() + CheckScannedAfter, cancellationToken);
                return;

            // Nobody saw anything of it, nor is to see it here. Its blobs may be there still.
            case MediaState.Failed:
                return;
        }

        // What isn't ready any more may never have been: of that there is a copy already, or none.
        var isKept = state == MediaState.Ready
            ? await blobs.KeepEvidenceAsync(due.CaseId, due.MediaId, isAtOnce: false, cancellationToken) == KeptEvidence.Kept
            : await blobs.HasEvidenceAsync(due.CaseId, due.MediaId, cancellationToken);
        if (isKept)
        {
            await cases.AddFilesAsync(due.CaseId, due.EvidenceId, [due.MediaId], cancellationToken);
        }
        else
        {
            logger.FileGone();
        }
    }

    private static IEnumerable<MediaId> IdsOf(Evidence one) => FilesOf(one).Select(file => file.MediaId);

    private static IEnumerable<Attachment> FilesOf(Evidence one) =>
        [
            .. one.Message?.Attachments ?? [],
            .. one.Message?.LinkPreview?.Image is { } image ? [image] : Array.Empty<Attachment>(),
        ];

    /// <summary>Renewed while half of the time is left: a copy takes less.</summary>
    private Task<MediaState?> HoldAsync(MediaId id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return store.HoldAsync(id, now + RetainedFor, now + (RetainedFor / 2), cancellationToken);
    }

    /// <summary>Null when Blob Storage failed.</summary>
    private async Task<KeptEvidence?> TryCopyAsync(CaseId of, Attachment file, CancellationToken cancellationToken)
    {
        // What the message says of it is never ahead.
        var kept = file.State == MediaState.Ready ? await CopyAtOnceAsync(of, file.MediaId, cancellationToken) : KeptEvidence.Missing;
        if (kept != KeptEvidence.Kept)
        {
            await HoldAsync(file.MediaId, cancellationToken);
        }

        return kept;
    }

    private async Task<KeptEvidence?> CopyAtOnceAsync(CaseId of, MediaId id, CancellationToken cancellationToken)
    {
        try
        {
            return await blobs.KeepEvidenceAsync(of, id, isAtOnce: true, cancellationToken);
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException)
        {
            // An aggregate is what retries end with that met no answer.
            logger.FileNotCopied(failure);
            return null;
        }
    }
}

/// <summary>The log lines of reported files.</summary>
internal static partial class ReportedFilesLog
{
    [LoggerMessage(732, LogLevel.Warning, "A reported file could not be copied at once; it is tried again.")]
    public static partial void FileNotCopied(this ILogger logger, Exception exception);

    [LoggerMessage(733, LogLevel.Warning, "A reported file was gone before it could be copied.")]
    public static partial void FileGone(this ILogger logger);
}
