using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;
using Chat.Functions.Media.Videos;
using Chat.Functions.Shared;

namespace Chat.Functions.Media;

/// <summary>The blobs of uploaded files: as uploaded in container <c>incoming</c>, as shown to others in <c>media</c>, and copies of
/// what was reported in <c>evidence</c>.</summary>
/// <remarks>Every method may be repeated. What isn't there can be deleted.</remarks>
public sealed class MediaBlobs(BlobServiceClient client, BlobAddresses addresses, TimeProvider time)
{
    public const string Incoming = "incoming";
    public const string Stored = "media";
    public const string Evidence = "evidence";

    /// <summary>The names of what is stored of a file.</summary>
    public static readonly IReadOnlyList<string> VariantNames = ["original", "1080", "320"];

    /// <summary>What is copied for a case: the first of these that there is.</summary>
    private static readonly string[] EvidenceVariants = ["1080", MediaVariant.Original];

    /// <summary>What is copied within a request.</summary>
    private const long MaxAtOnce = BlobBlocks.Length;

    private static readonly TimeSpan RewrittenAfter = TimeSpan.FromDays(1);

    private readonly BlobContainerClient _incoming = client.GetBlobContainerClient(Incoming);
    private readonly BlobContainerClient _stored = client.GetBlobContainerClient(Stored);
    private readonly BlobContainerClient _evidence = client.GetBlobContainerClient(Evidence);

    /// <summary>An address where a client may put a file once, until an instant. It can't be read or overwritten by it.</summary>
    public Task<Uri> UploadAddressAsync(MediaId id, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        addresses.SignAsync(Upload(id), BlobSasPermissions.Create, expiresAt, null, cancellationToken);

    /// <summary>An address where a client may get a variant until an instant, as what it is and nothing else.</summary>
    public Task<Uri> ReadAddressAsync(
        MediaItem item,
        MediaVariant variant,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken) =>
        ReadAddressAsync(
            _stored.GetBlobClient($"{item.MediaId.Value}/{variant.Name}"),
            variant.ContentType,
            DispositionOf(item),
            expiresAt,
            cancellationToken);

    /// <summary>An address where a moderator may get a copy that is kept for a case, until an instant. It is served as to others.</summary>
    public Task<Uri> EvidenceAddressAsync(CaseId of, MediaId id, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        ReadAddressAsync(Copy(of, id), null, null, expiresAt, cancellationToken);

    /// <summary>Length and ETag of what was uploaded; null when nothing was.</summary>
    public async Task<(long Length, ETag ETag)?> FindUploadAsync(MediaId id, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties found = await Upload(id).GetPropertiesAsync(cancellationToken: cancellationToken);
            return (found.ContentLength, found.ETag);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    /// <summary>What was uploaded; null when it isn't there any more, or isn't what had this ETag.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadUploadAsync(MediaId id, ETag etag, CancellationToken cancellationToken)
    {
        try
        {
            var unchanged = new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfMatch = etag } };
            return (await Upload(id).DownloadContentAsync(unchanged, cancellationToken)).Value.Content.ToMemory();
        }
        catch (RequestFailedException gone) when (IsGone(gone))
        {
            return null;
        }
    }

    /// <summary>Whether a blob isn't there any more, or isn't the same. A container that is missing isn't a file's fault.</summary>
    public static bool IsGone(RequestFailedException failure) =>
        failure.ErrorCode == BlobErrorCode.BlobNotFound || failure.ErrorCode == BlobErrorCode.ConditionNotMet;

    /// <summary>What was uploaded, to be read by ranges while it is the same.</summary>
    public RangedFile OpenUpload(MediaItem item) =>
        new(item.Bytes, (at, into, cancel) => BlobBlocks.ReadAsync(Upload(item.MediaId), new ETag(item.UploadETag!), at, into, cancel));

    /// <summary>Stores what was uploaded as others get it, in blocks.</summary>
    /// <param name="item">What it was declared as, of this length.</param>
    /// <param name="variant">What it is stored as.</param>
    /// <param name="change">Changes a block, which begins there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False, and nothing is stored, when its hash is another than was declared.</returns>
    /// <exception cref="RequestFailedException">404 or 412: it isn't there, or isn't the same any more.</exception>
    public async Task<bool> StoreUploadAsync(
        MediaItem item,
        MediaVariant variant,
        Action<long, Memory<byte>> change,
        CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        return await BlobBlocks.CopyAsync(
            Upload(item.MediaId),
            new ETag(item.UploadETag!),
            item.Bytes,
            _stored.GetBlockBlobClient($"{item.MediaId.Value}/{variant.Name}"),
            new BlobHttpHeaders { ContentType = variant.ContentType, ContentDisposition = DispositionOf(item) },
            (at, block) =>
            {
                hash.AppendData(block.Span);
                change(at, block);
            },
            () => Convert.ToHexStringLower(hash.GetCurrentHash()) == item.Sha256,
            cancellationToken);
    }

    public Task DeleteUploadAsync(MediaId id, CancellationToken cancellationToken) =>
        Upload(id).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    public Task StoreAsync(
        MediaId id,
        MediaVariant variant,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken) =>
        Variant(id, variant.Name).UploadAsync(
            BinaryData.FromBytes(content),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = variant.ContentType } },
            cancellationToken);

    /// <summary>
    /// Keeps a copy of a file for a case, of a picture in the size of a screen. It is written anew a day later at the soonest: a rule of
    /// the account deletes it 180 days after it was written.
    /// </summary>
    /// <param name="of">The case.</param>
    /// <param name="id">The file.</param>
    /// <param name="isAtOnce">Whether somebody waits for it. What is larger than a block is left alone then.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<KeptEvidence> KeepEvidenceAsync(CaseId of, MediaId id, bool isAtOnce, CancellationToken cancellationToken)
    {
        // None is there before the first report.
        if (await FindAsync(Copy(of, id), cancellationToken) is { } kept && kept.LastModified > time.GetUtcNow() - RewrittenAfter)
        {
            return KeptEvidence.Kept;
        }

        foreach (var name in EvidenceVariants)
        {
            var variant = Variant(id, name);
            if (await FindAsync(variant, cancellationToken) is not { } found)
            {
                continue;
            }

            if (isAtOnce && found.ContentLength > MaxAtOnce)
            {
                return KeptEvidence.TooLarge;
            }

            try
            {
                await BlobBlocks.CopyAsync(
                    variant,
                    found.ETag,
                    found.ContentLength,
                    _evidence.GetBlockBlobClient($"{of.Value}/{id.Value}"),
                    new BlobHttpHeaders { ContentType = found.ContentType, ContentDisposition = found.ContentDisposition },
                    (_, _) => { },
                    () => true,
                    cancellationToken);
                return KeptEvidence.Kept;
            }
            catch (RequestFailedException gone) when (gone.ErrorCode == BlobErrorCode.BlobNotFound)
            {
                // It was deleted meanwhile, and so were the others.
                return KeptEvidence.Missing;
            }
        }

        return KeptEvidence.Missing;
    }

    /// <summary>Whether there is a copy of a file for a case.</summary>
    public async Task<bool> HasEvidenceAsync(CaseId of, MediaId id, CancellationToken cancellationToken) =>
        await FindAsync(Copy(of, id), cancellationToken) is not null;

    /// <summary>Deletes all that is stored of a file.</summary>
    public Task DeleteAsync(MediaId id, CancellationToken cancellationToken) =>
        Task.WhenAll(DeleteVariantsAsync(id, cancellationToken), DeleteUploadAsync(id, cancellationToken));

    /// <summary>Deletes what others may see of a file.</summary>
    public Task DeleteVariantsAsync(MediaId id, CancellationToken cancellationToken) =>
        Task.WhenAll(VariantNames.Select(name => Variant(id, name).DeleteIfExistsAsync(cancellationToken: cancellationToken)));

    private static async Task<BlobProperties?> FindAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private Task<Uri> ReadAddressAsync(
        BlobClient blob,
        string? contentType,
        string? disposition,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken) =>
        addresses.SignAsync(
            blob,
            BlobSasPermissions.Read,
            expiresAt,
            sas =>
            {
                sas.ContentType = contentType;
                sas.ContentDisposition = disposition;
                sas.CacheControl = "private, max-age=3600, immutable";
            },
            cancellationToken);

    /// <summary>What is shown is shown where it is asked for. A file is saved.</summary>
    private static string DispositionOf(MediaItem item) => item.FileName is { } name ? FileNames.Disposition(name) : "inline";

    private BlobClient Copy(CaseId of, MediaId id) => _evidence.GetBlobClient($"{of.Value}/{id.Value}");

    private BlobClient Upload(MediaId id) => _incoming.GetBlobClient(id.Value);

    private BlobClient Variant(MediaId id, string name) => _stored.GetBlobClient($"{id.Value}/{name}");
}

/// <summary>Whether there is a copy of what was reported.</summary>
public enum KeptEvidence
{
    Kept,

    /// <summary>It is there, and is copied by whom nobody waits for.</summary>
    TooLarge,

    /// <summary>The file isn't there, or not yet.</summary>
    Missing,
}
