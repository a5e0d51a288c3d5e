using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>Compares what came with the checksums that its sender gave.</summary>
internal static class Checksums
{
    public const string Crc64Header = "x-ms-content-crc64";

    /// <summary>Looks at <c>Content-MD5</c> or another header that has an MD5, and at <c>x-ms-content-crc64</c>.</summary>
    public static void Check(BlobRequest request, StoredBytes bytes, string md5Header = "Content-MD5")
    {
        var (md5, crc) = (request.Header(md5Header) ?? request.Header("Content-MD5"), request.Header(Crc64Header));
        if (crc is not null && request.Header("Content-MD5") is not null)
        {
            throw Refusals.BothChecksums();
        }

        if (md5 is not null)
        {
            var given = Decode(md5, bytes.Md5.Length) ?? throw Refusals.InvalidMd5();
            if (!given.AsSpan().SequenceEqual(bytes.Md5))
            {
                throw Refusals.Md5Mismatch();
            }
        }

        if (crc is not null)
        {
            var given = Decode(crc, bytes.Crc64.Length) ?? throw Refusals.InvalidHeader(Crc64Header, crc);
            if (!given.AsSpan().SequenceEqual(bytes.Crc64))
            {
                throw Refusals.Crc64Mismatch();
            }
        }
    }

    /// <summary>Base64 of so many bytes; null of anything else.</summary>
    public static byte[]? Decode(string base64, int length)
    {
        var buffer = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, buffer, out var written) && written == length ? buffer[..written] : null;
    }
}
