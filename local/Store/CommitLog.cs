using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Chat.Local.Store;

/// <summary>
/// Commits in the order made, each on disk before anybody hears of it. The tables end with the last commit of a log; the logs after that
/// one, each going on where the one before it ends, make up for what they lack.
/// </summary>
/// <remarks>
/// After a head come commits: a length, a checksum, a number one higher than the last one's, the length of the writes, and the writes
/// themselves, compressed if that makes them shorter: they are JSON, and much of it was said before. Only one commit is on its way
/// to the disk at a time, so that a crash cuts off one at most, at the end.
/// </remarks>
internal sealed class CommitLog : IDisposable
{
    private const long Magic = 0x33474F4C54414843;
    private const int HeadSize = 36;
    private const int CommitHeadSize = 20;

    /// <summary>The quickest, and no smaller window makes it quicker.</summary>
    private const int Quality = 0;
    private const int Window = 22;

    /// <summary>A buffer that is larger than this isn't kept for the next commit.</summary>
    private const int LargestSpare = 1024 * 1024;

    private readonly SafeFileHandle _file;
    private readonly byte[] _head = new byte[CommitHeadSize];

    /// <summary>Where commits are compressed.</summary>
    private byte[] _buffer = [];

    private CommitLog(SafeFileHandle file, long generation, long sequence, long length)
    {
        _file = file;
        Generation = generation;
        Start = sequence;
        Sequence = sequence;
        Length = length;
    }

    public long Generation { get; }

    /// <summary>The number of the commit that it follows; of an opened log, of its last.</summary>
    public long Start { get; }

    /// <summary>The number of the last commit.</summary>
    public long Sequence { get; private set; }

    public long Length { get; private set; }

    public bool IsEmpty => Length == HeadSize;

    /// <summary>Begins the log that follows a commit; it is on disk on return.</summary>
    public static CommitLog Create(string path, long store, long generation, long sequence)
    {
        var head = new byte[HeadSize];
        BinaryPrimitives.WriteInt64LittleEndian(head, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(8), store);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), generation);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(24), sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(32), Checksum.Of(head.AsSpan(0, 32)));
        PrivateFile.Create(path).Dispose();
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        try
        {
            RandomAccess.Write(file, head, 0);
            RandomAccess.FlushToDisk(file);
            DirectorySync.Of(Path.GetDirectoryName(path)!);
            return new CommitLog(file, generation, sequence, HeadSize);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a log that was replayed. If it isn't empty, it may end in half a commit, and another takes its place.</summary>
    public static CommitLog Open(string path, long generation, long sequence)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        return new CommitLog(file, generation, sequence, RandomAccess.GetLength(file));
    }

    /// <summary>Whether a file may be a log with commits.</summary>
    public static bool HasCommits(string path) => File.Exists(path) && new FileInfo(path).Length > HeadSize;

    /// <summary>Reads the log that follows a state. Returns the number of its last whole commit.</summary>
    /// <param name="acknowledged">The commit that it must reach.</param>
    /// <exception cref="LocalStoreException">It isn't that log, or doesn't have everything that was acknowledged.</exception>
    public static long Replay(string path, TablesState state, long acknowledged, Action<Write> apply)
    {
        ReadOnlyMemory<byte> log = File.ReadAllBytes(path);
        if (!IsHead(log.Span, state))
        {
            throw StoreFailure.Damaged(path, $"it doesn't begin as the log after commit {state.Sequence}");
        }

        var (at, sequence) = (HeadSize, state.Sequence);
        while (Commit(log.Span, at, sequence + 1) is { } length)
        {
            var writes = Decompress(log.Slice(at + CommitHeadSize, length), RawLengthAt(log.Span, at));
            while (!writes.IsEmpty)
            {
                apply(WriteCodec.Decode(ref writes));
            }

            at += CommitHeadSize + length;
            sequence++;
        }

        if (sequence < acknowledged)
        {
            var what = at < log.Length ? "isn't as it was written" : "is missing";
            throw StoreFailure.Damaged(path, $"commit {sequence + 1} of it {what}, and {acknowledged} were acknowledged");
        }

        return HasMoreAfter(log.Span, at, sequence)
            ? throw StoreFailure.Damaged(path, $"commit {sequence + 1} of it isn't as it was written")
            : sequence;
    }

    /// <summary>Adds a commit, which <see cref="Sync"/> brings to the disk.</summary>
    public void Append(ReadOnlyMemory<byte> writes)
    {
        if (_buffer.Length < writes.Length)
        {
            _buffer = new byte[Math.Max(writes.Length, 2 * _buffer.Length)];
        }

        var isShorter = BrotliEncoder.TryCompress(writes.Span, _buffer, out var length, Quality, Window) && length < writes.Length;
        Append(isShorter ? _buffer.AsMemory(0, length) : writes, writes.Length);
        _buffer = _buffer.Length > LargestSpare ? [] : _buffer;
    }

    public void Sync() => RandomAccess.FlushToDisk(_file);

    public void Dispose() => _file.Dispose();

    private void Append(ReadOnlyMemory<byte> payload, int rawLength)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_head, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(_head.AsSpan(4), ChecksumOf(payload.Span, Sequence + 1, rawLength));
        BinaryPrimitives.WriteInt64LittleEndian(_head.AsSpan(8), Sequence + 1);
        BinaryPrimitives.WriteInt32LittleEndian(_head.AsSpan(16), rawLength);
        RandomAccess.Write(_file, [_head, payload], Length);
        Length += CommitHeadSize + payload.Length;
        Sequence++;
    }

    private static ReadOnlyMemory<byte> Decompress(ReadOnlyMemory<byte> payload, int rawLength)
    {
        if (payload.Length == rawLength)
        {
            return payload;
        }

        var raw = new byte[rawLength];
        return BrotliDecoder.TryDecompress(payload.Span, raw, out var length) && length == rawLength
            ? raw
            : throw new InvalidDataException("A commit whose checksum is right can't be decompressed.");
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> payload, long sequence, int rawLength) =>
        Checksum.Of(payload, Checksum.Of(rawLength, Checksum.Of(sequence)));

    private static int RawLengthAt(ReadOnlySpan<byte> log, int at) => BinaryPrimitives.ReadInt32LittleEndian(log[(at + 16)..]);

    private static bool IsHead(ReadOnlySpan<byte> log, TablesState state) =>
        log.Length >= HeadSize
        && BinaryPrimitives.ReadUInt32LittleEndian(log[32..]) == Checksum.Of(log[..32])
        && BinaryPrimitives.ReadInt64LittleEndian(log) == Magic
        && BinaryPrimitives.ReadInt64LittleEndian(log[8..]) == state.Store
        && BinaryPrimitives.ReadInt64LittleEndian(log[16..]) == state.Generation
        && BinaryPrimitives.ReadInt64LittleEndian(log[24..]) == state.Sequence;

    /// <summary>The length of the writes of a commit; null when no whole one with this number is there.</summary>
    private static int? Commit(ReadOnlySpan<byte> log, int at, long sequence)
    {
        if (LengthAt(log, at) is not { } length || BinaryPrimitives.ReadInt64LittleEndian(log[(at + 8)..]) != sequence)
        {
            return null;
        }

        var checksum = ChecksumOf(log.Slice(at + CommitHeadSize, length), sequence, RawLengthAt(log, at));
        return BinaryPrimitives.ReadUInt32LittleEndian(log[(at + 4)..]) == checksum ? length : null;
    }

    /// <summary>Whether a whole commit follows one that isn't: then that wasn't cut off by a crash.</summary>
    private static bool HasMoreAfter(ReadOnlySpan<byte> log, int at, long sequence) =>
        LengthAt(log, at) is { } length && Commit(log, at + CommitHeadSize + length, sequence + 2) is not null;

    private static int? LengthAt(ReadOnlySpan<byte> log, int at)
    {
        if (at < 0 || log.Length - at < CommitHeadSize)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(log[at..]);
        return length >= 0 && length <= log.Length - at - CommitHeadSize ? length : null;
    }
}
