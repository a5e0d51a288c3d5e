using System.Buffers;
using System.Security.Cryptography;

namespace Chat.Local.Blobs.Storage;

/// <summary>What the service hashes while it takes bytes in: MD5 and its own CRC-64.</summary>
internal sealed class Digests : IDisposable
{
    private const int BufferSize = 128 * 1024;

    private readonly IncrementalHash _md5 = CreateMd5();
    private readonly Crc64 _crc = new();

    /// <summary>Copies a stream, hashing what goes by.</summary>
    /// <exception cref="RefusedException">It has another length than was announced.</exception>
    public static async Task<StoredBytes> CopyAsync(
        Stream source, Stream destination, string name, long length, CancellationToken cancellationToken)
    {
        using var digests = new Digests();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var copied = 0L;
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0; copied += read)
            {
                if (copied + read > length)
                {
                    throw Refusals.InvalidHeader("Content-Length", $"{length}");
                }

                digests.Add(buffer.AsSpan(0, read));
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            return copied == length
                ? new StoredBytes(name, length, digests._md5.GetHashAndReset(), digests._crc.Hash())
                : throw Refusals.InvalidHeader("Content-Length", $"{length}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The hashes of bytes that are there as a whole.</summary>
    public static StoredBytes Of(ReadOnlySpan<byte> bytes)
    {
        using var digests = new Digests();
        digests.Add(bytes);
        return new StoredBytes("", bytes.Length, digests._md5.GetHashAndReset(), digests._crc.Hash());
    }

    public void Dispose() => _md5.Dispose();

    private void Add(ReadOnlySpan<byte> bytes)
    {
        _md5.AppendData(bytes);
        _crc.Append(bytes);
    }

    // The protocol's checksum against damage on the way, not a protection.
#pragma warning disable CA5351
    private static IncrementalHash CreateMd5() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
}
