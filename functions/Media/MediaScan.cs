using System.Text.Json;
using Chat.Functions.Hooks;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Media;

/// <summary>
/// Has the host app scan every file before anybody can get it, where the operator wants that (<c>Media__ScanUrl</c>): a file is held until
/// the host app calls it clean.
/// </summary>
/// <remarks>
/// It is asked by queue <c>media</c> until it gives a verdict, or gives one by itself; the first one counts. Any other answer is no
/// verdict. A file without a verdict fails after a day. The address of a file is in the question and nowhere else.
/// </remarks>
public sealed class MediaScan(
    HostAddress<MediaScan> host,
    HostCalls calls,
    MediaStore store,
    MediaBlobs blobs,
    MediaQueue queue,
    MediaProcessing processing,
    TimeProvider time,
    ILogger<MediaScan> logger)
{
    /// <summary>The reason of a file that the host app refused.</summary>
    private const string Refused = "refused";

    /// <summary>The reason of a file without a verdict.</summary>
    private const string NotScanned = "not_scanned";

    /// <summary>As long as a file is kept that no message refers to.</summary>
    private static readonly TimeSpan MaxHeld = MediaItem.UnusedFor;

    /// <summary>More than a scanner needs to get it, which asks again later if it doesn't.</summary>
    private static readonly TimeSpan AddressLifetime = TimeSpan.FromMinutes(15);

    /// <summary>A scanner that takes longer answers that its verdict is pending.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Until the host app is asked again whose verdict is pending; twice as long each time.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    private readonly CircuitBreaker _breaker = new(time);

    /// <summary>Asks the host app about a file that is held. Idempotent.</summary>
    /// <exception cref="Exception">It gave no answer, or none that is one; to be tried again.</exception>
    public async Task AskAsync(ScanDue due, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(due);
        var read = await store.ReadAsync(due.MediaId, cancellationToken);
        if (read.Document is not { Scan: { } scan } item)
        {
            await FinishAsync(read.Document, cancellationToken);
            return;
        }

        var end = scan.Since + MaxHeld;
        if (time.GetUtcNow() >= end)
        {
            await FinishAsync(await DecideAsync(due.MediaId, NotScanned, cancellationToken, read), cancellationToken);
            return;
        }

        switch (await AskAsync(item, scan, cancellationToken))
        {
            case ScanAnswer.Clean:
                await FinishAsync(await DecideAsync(due.MediaId, null, cancellationToken, read), cancellationToken);
                break;
            case ScanAnswer.Refused:
                await FinishAsync(await DecideAsync(due.MediaId, Refused, cancellationToken, read), cancellationToken);
                break;
            default:
                var wait = FirstWait * Math.Pow(2, Math.Min(due.Asked, 10));
                var next = time.GetUtcNow() + (wait < MaxWait ? wait : MaxWait);
                await queue.SendAsync(due with { Asked = due.Asked + 1 }, next < end ? next : end, cancellationToken);
                break;
        }
    }

    /// <summary>
    /// Decides by a verdict that the host app gave by itself. Of a file that isn't held any more nothing changes. The queue does what
    /// follows, and decides if this fails.
    /// </summary>
    public async Task DecideAsync(VerdictGiven given, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(given);
        await queue.SendAsync(given, null, cancellationToken);
        await DecideAsync(given.MediaId, given.IsClean ? null : Refused, cancellationToken);
    }

    /// <summary>Does what follows from a verdict that the host app gave by itself. Idempotent.</summary>
    public async Task TakeAsync(VerdictGiven given, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(given);
        await FinishAsync(await DecideAsync(given.MediaId, given.IsClean ? null : Refused, cancellationToken), cancellationToken);
    }

    /// <summary>Ends the wait of a file: it is ready, or failed for a reason. Of one that isn't held any more nothing changes.</summary>
    /// <returns>The file then.</returns>
    private async Task<MediaItem?> DecideAsync(
        MediaId id,
        string? reason,
        CancellationToken cancellationToken,
        StoredDocument<MediaItem> read = default)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (item, etag) = attempt == 0 && read.Document is not null ? read : await store.ReadAsync(id, cancellationToken);
            if (item is not { State: MediaState.Held })
            {
                return item;
            }

            var decided = reason is null ? item with { State = MediaState.Ready, Scan = null } : item.Failed(reason);
            if (await store.TryWriteAsync(decided, etag, cancellationToken))
            {
                if (reason is not null)
                {
                    logger.NotShown(reason);
                }

                return decided;
            }
        }
    }

    /// <summary>Does what follows from a verdict: whoever took it may have got no further.</summary>
    private Task FinishAsync(MediaItem? item, CancellationToken cancellationToken) =>
        item is { State: MediaState.Ready or MediaState.Failed } ? processing.FinishAsync(item, cancellationToken) : Task.CompletedTask;

    private async Task<string> AskAsync(MediaItem item, PendingScan scan, CancellationToken cancellationToken)
    {
        // Turned off: a file that is held waits for a verdict, or for its end.
        if (!host.IsOn)
        {
            return ScanAnswer.Pending;
        }

        if (!_breaker.Allows())
        {
            throw new TimeoutException("The host app gave no verdict on files again and again, and isn't asked for a while.");
        }

        var (shown, expiresAt) = (item.Variants![0], time.GetUtcNow() + AddressLifetime);
        var question = new ScanQuestion(item.MediaId, item.Kind, shown.ContentType, shown.Bytes, scan.Sha256)
        {
            Url = await blobs.ReadAddressAsync(item, shown, expiresAt, cancellationToken),
            ExpiresAt = expiresAt,
        };
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var json = await calls.PostAsync(
                host.Url,
                host.Key,
                OpaqueId.Hash("scan", item.MediaId.Value, scan.Sha256),
                JsonSerializer.SerializeToUtf8Bytes(question, ChatJson.Default.ScanQuestion),
                either.Token);
            var verdict = JsonSerializer.Deserialize(json, ChatJson.Default.ScanAnswer)?.Verdict;
            if (verdict is not (ScanAnswer.Clean or ScanAnswer.Refused or ScanAnswer.Pending))
            {
                throw new InvalidDataException("The answer isn't a verdict on a file.");
            }

            _breaker.Note(isFailure: false);
            return verdict;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (_breaker.Note(isFailure: true))
            {
                logger.ScanPaused();
            }

            throw;
        }
    }
}

/// <summary>What the host app is asked about a file, which is what others would get.</summary>
/// <param name="Kind">As its owner declared it.</param>
/// <param name="ContentType">Of the file as it is served.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its hash: 64 lower-case hexadecimal digits.</param>
internal sealed record ScanQuestion(MediaId MediaId, string Kind, string ContentType, int Bytes, string Sha256)
{
    public string Type { get; } = "media.beforeShow";

    /// <summary>Where it can be got until <see cref="ExpiresAt"/>.</summary>
    public required Uri Url { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>What the host app answers.</summary>
/// <param name="Verdict">One of the constants.</param>
internal sealed record ScanAnswer(string? Verdict)
{
    public const string Clean = "clean";
    public const string Refused = "refused";

    /// <summary>It isn't known yet.</summary>
    public const string Pending = "pending";
}

/// <summary>The log lines of scans. They name no file.</summary>
internal static partial class ScanLog
{
    [LoggerMessage(734, LogLevel.Warning, "A file was held for a scan and isn't shown: {Reason}.")]
    public static partial void NotShown(this ILogger logger, string reason);

    [LoggerMessage(
        735, LogLevel.Error, "Asked to scan files, the host app gave no verdict again and again, and isn't asked for a while.")]
    public static partial void ScanPaused(this ILogger logger);
}
