using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Chat.Local.Store;

/// <summary>
/// Says outside of the log which commit the log must reach: without it, a log that lost its end couldn't be told from one that ends there.
/// </summary>
/// <remarks>
/// It is written behind every sync of the log, but not synced itself: after a power failure it may be behind, and misses a loss then. It is
/// never ahead, and so never cries wolf.
/// </remarks>
internal sealed class CommitMark : IDisposable
{
    private const long Magic = 0x314B52414D544843;
    private const int Size = 28;

    private readonly SafeFileHandle _file;
    private readonly byte[] _bytes = new byte[Size];

    private CommitMark(SafeFileHandle file, long store)
    {
        _file = file;
        BinaryPrimitives.WriteInt64LittleEndian(_bytes, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(8), store);
    }

    /// <summary>The store that the mark is of, and its last acknowledged commit; null when there is no mark that can be read.</summary>
    public static (long Store, long Sequence)? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(path).AsSpan();
        return bytes.Length == Size
            && BinaryPrimitives.ReadInt64LittleEndian(bytes) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) == Checksum.Of(bytes[..24])
            ? (BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]))
            : null;
    }

    public static CommitMark Open(string path, long store, long sequence)
    {
        var mark = new CommitMark(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read), store);
        mark.Write(sequence);
        return mark;
    }

    public void Write(long sequence)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(16), sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(24), Checksum.Of(_bytes.AsSpan(0, 24)));
        RandomAccess.Write(_file, _bytes, 0);
    }

    public void Dispose() => _file.Dispose();
}
