using System.Globalization;
using Chat.Local.Blobs.Authorization;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>Get Blob, Get Blob Properties, Get Blob Metadata.</summary>
internal sealed class BlobReads(BlobAccount account)
{
    /// <summary>https://learn.microsoft.com/rest/api/storageservices/get-blob: a range with a checksum of its own.</summary>
    private const long LargestHashedRange = 4 * 1024 * 1024;

    private static readonly (string Parameter, string Header)[] Overrides =
    [
        ("rscc", "Cache-Control"), ("rscd", "Content-Disposition"), ("rsce", "Content-Encoding"), ("rscl", "Content-Language"),
        ("rsct", "Content-Type"),
    ];

    public async ValueTask<BlobAnswer> GetAsync(BlobRequest request, Grant grant, CancellationToken cancellationToken)
    {
        var conditions = Conditions.Of(request);
        var isRange = RangeHeader.IsIn(request);
        var (blob, range, stream) = account.Open(request.Container, request.Blob, found =>
        {
            conditions.CheckRead(found);
            return (found!, RangeHeader.Of(request, found!.Length));
        });
        try
        {
            var answer = Describe(new BlobAnswer(isRange ? 206 : 200, stream), blob, request, grant, isWhole: !isRange);
            if (isRange)
            {
                answer.With("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {range.First}-{range.Last}/{blob.Length}"))
                    .With("x-ms-blob-content-md5", blob.Content.Md5);
                await AddChecksumAsync(answer, request, blob, range, cancellationToken);
            }

            return answer;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public ValueTask<BlobAnswer> HeadAsync(BlobRequest request, Grant grant)
    {
        var (blob, _) = account.Look(request.Container, request.Blob);
        Conditions.Of(request).CheckRead(blob);
        return new(Describe(new BlobAnswer(200, length: blob!.Length), blob, request, grant, isWhole: true));
    }

    public ValueTask<BlobAnswer> GetMetadataAsync(BlobRequest request)
    {
        var (blob, _) = account.Look(request.Container, request.Blob);
        Conditions.Of(request).CheckRead(blob);
        return new(new BlobAnswer(200).With("ETag", blob!.ETag).With("Last-Modified", blob.Modified).WithMetadata(blob.Metadata));
    }

    private static BlobAnswer Describe(BlobAnswer answer, StoredBlob blob, BlobRequest request, Grant grant, bool isWhole)
    {
        var content = blob.Content;
        var headers = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Content-Type"] = content.Type,
            ["Content-Encoding"] = content.Encoding,
            ["Content-Language"] = content.Language,
            ["Content-Disposition"] = content.Disposition,
            ["Cache-Control"] = content.CacheControl,
            ["Content-MD5"] = isWhole ? content.Md5 : null,
            ["Accept-Ranges"] = "bytes",
            ["ETag"] = blob.ETag,
            ["x-ms-blob-type"] = "BlockBlob",
            ["x-ms-lease-status"] = "unlocked",
            ["x-ms-lease-state"] = "available",
            ["x-ms-server-encrypted"] = "true",
        };
        foreach (var (parameter, header) in Overrides.Where(_ => !grant.IsOwner))
        {
            headers[header] = request.Parameter(parameter) ?? headers[header];
        }

        foreach (var (name, value) in headers)
        {
            answer.With(name, value);
        }

        answer.With("Last-Modified", blob.Modified).With("x-ms-creation-time", blob.Created).WithMetadata(blob.Metadata);
        return blob.Copy is { } copy
            ? answer
                .With("x-ms-copy-id", copy.Id)
                .With("x-ms-copy-source", copy.Source)
                .With("x-ms-copy-status", "success")
                .With("x-ms-copy-progress", string.Create(CultureInfo.InvariantCulture, $"{copy.Length}/{copy.Length}"))
                .With("x-ms-copy-completion-time", copy.Completed)
            : answer;
    }

    private async Task AddChecksumAsync(
        BlobAnswer answer, BlobRequest request, StoredBlob blob, ByteRange range, CancellationToken cancellationToken)
    {
        var (md5, crc) = (IsTrue(request, "x-ms-range-get-content-md5"), IsTrue(request, "x-ms-range-get-content-crc64"));
        if (!md5 && !crc)
        {
            return;
        }

        if (range.Length > LargestHashedRange || (md5 && crc))
        {
            throw Refusals.InvalidHeader(md5 ? "x-ms-range-get-content-md5" : "x-ms-range-get-content-crc64", "true");
        }

        var bytes = new byte[range.Length];
        await using (var stream = new PartsStream(account.Bytes, blob.Parts, range, () => { }))
        {
            await stream.ReadExactlyAsync(bytes, cancellationToken);
        }

        var digests = Digests.Of(bytes);
        answer.With("Content-MD5", md5 ? Convert.ToBase64String(digests.Md5) : null)
            .With(Checksums.Crc64Header, crc ? Convert.ToBase64String(digests.Crc64) : null);
    }

    private static bool IsTrue(BlobRequest request, string header) =>
        string.Equals(request.Header(header), "true", StringComparison.OrdinalIgnoreCase);
}
