using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Chat.Functions.Media.Images;
using Chat.Functions.Shared;

namespace Chat.Functions.Media;

/// <summary>The blobs of uploaded files: as uploaded in container <c>incoming</c>, as shown to others in <c>media</c>.</summary>
/// <remarks>Every method may be repeated. What isn't there can be deleted.</remarks>
public sealed class MediaBlobs(BlobServiceClient client, BlobAddresses addresses)
{
    public const string Incoming = "incoming";
    public const string Stored = "media";

    /// <summary>The names of what is stored of a file.</summary>
    public static readonly IReadOnlyList<string> VariantNames = ["original", "1080", "320"];

    private readonly BlobContainerClient _incoming = client.GetBlobContainerClient(Incoming);
    private readonly BlobContainerClient _stored = client.GetBlobContainerClient(Stored);

    /// <summary>An address where a client may put a file once, until an instant. It can't be read or overwritten by it.</summary>
    public Task<Uri> UploadAddressAsync(MediaId id, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        addresses.SignAsync(Upload(id), BlobSasPermissions.Create, expiresAt, null, cancellationToken);

    /// <summary>An address where a client may get a variant until an instant, as what it is and nothing else.</summary>
    public Task<Uri> ReadAddressAsync(MediaId id, MediaVariant variant, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        addresses.SignAsync(
            Variant(id, variant.Name),
            BlobSasPermissions.Read,
            expiresAt,
            sas =>
            {
                sas.ContentType = variant.ContentType;
                sas.ContentDisposition = "inline";
                sas.CacheControl = "private, max-age=3600, immutable";
            },
            cancellationToken);

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
        catch (RequestFailedException gone) when (gone.Status is 404 or 412)
        {
            return null;
        }
    }

    public Task DeleteUploadAsync(MediaId id, CancellationToken cancellationToken) =>
        Upload(id).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    public Task StoreAsync(MediaId id, ImageVariant variant, CancellationToken cancellationToken) =>
        Variant(id, variant.Name).UploadAsync(
            BinaryData.FromBytes(variant.Content),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = variant.ContentType } },
            cancellationToken);

    /// <summary>Deletes all that is stored of a file.</summary>
    public Task DeleteAsync(MediaId id, CancellationToken cancellationToken) =>
        Task.WhenAll(VariantNames
            .Select(name => Variant(id, name).DeleteIfExistsAsync(cancellationToken: cancellationToken))
            .Append(Upload(id).DeleteIfExistsAsync(cancellationToken: cancellationToken)));

    private BlobClient Upload(MediaId id) => _incoming.GetBlobClient(id.Value);

    private BlobClient Variant(MediaId id, string name) => _stored.GetBlobClient($"{id.Value}/{name}");
}
