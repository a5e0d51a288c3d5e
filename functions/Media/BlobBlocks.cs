using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Chat.Functions.Media;

/// <summary>Reads and copies blobs by blocks: of a large one no more than one block is in memory.</summary>
/// <remarks>
/// Nothing is there under the new name before all of it is (Put Block List). Blocks that are left over by whoever got no further are
/// replaced by the next copy, or vanish after a week: https://learn.microsoft.com/rest/api/storageservices/put-block.
/// </remarks>
internal static class BlobBlocks
{
    /// <summary>Few calls, and little memory.</summary>
    public const int Length = 4 * 1024 * 1024;

    /// <summary>Fills <paramref name="into"/> with what a blob has from <paramref name="at"/> on, while it has this ETag.</summary>
    /// <exception cref="RequestFailedException">404 or 412: it isn't there, or isn't the same any more.</exception>
    public static async Task ReadAsync(BlobBaseClient blob, ETag etag, long at, Memory<byte> into, CancellationToken cancellationToken)
    {
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(at, into.Length),
            Conditions = new BlobRequestConditions { IfMatch = etag },
        };
        using BlobDownloadStreamingResult found = await blob.DownloadStreamingAsync(options, cancellationToken);
        await found.Content.ReadExactlyAsync(into, cancellationToken);
    }

    /// <summary>Copies a blob of this length, while it has this ETag.</summary>
    /// <param name="from">The blob.</param>
    /// <param name="etag">Its ETag.</param>
    /// <param name="length">Its length, in bytes.</param>
    /// <param name="to">Where the copy is to be.</param>
    /// <param name="headers">What the copy is served with.</param>
    /// <param name="pass">Sees each block, with where it begins, and may change it.</param>
    /// <param name="isGood">Asked once all blocks were seen. If not, there is no copy.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What <paramref name="isGood"/> said.</returns>
    public static async Task<bool> CopyAsync(
        BlobBaseClient from,
        ETag etag,
        long length,
        BlockBlobClient to,
        BlobHttpHeaders headers,
        Action<long, Memory<byte>> pass,
        Func<bool> isGood,
        CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Length, length));
        try
        {
            // Whoever copies another blob to the same name at the same time has blocks of other names.
            var source = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(etag.ToString())))[..8];
            var ids = new List<string>();
            for (var at = 0L; at < length; at += Length)
            {
                var count = (int)Math.Min(Length, length - at);
                var block = buffer.AsMemory(0, count);
                await ReadAsync(from, etag, at, block, cancellationToken);
                pass(at, block);
                var name = string.Create(CultureInfo.InvariantCulture, $"{source}{ids.Count:D6}");
                var id = Convert.ToBase64String(Encoding.ASCII.GetBytes(name));
                using var content = new MemoryStream(buffer, 0, count, writable: false);
                await to.StageBlockAsync(id, content, cancellationToken: cancellationToken);
                ids.Add(id);
            }

            if (!isGood())
            {
                // Otherwise its blocks would stay for a week.
                await to.CommitBlockListAsync([], new CommitBlockListOptions(), cancellationToken);
                await to.DeleteIfExistsAsync(cancellationToken: cancellationToken);
                return false;
            }

            await to.CommitBlockListAsync(ids, new CommitBlockListOptions { HttpHeaders = headers }, cancellationToken);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
