using System.Buffers.Binary;

namespace Chat.Functions.Media.Recordings;

/// <summary>Reads an untrusted file forwards. Whatever would lead beyond its end makes it unreadable.</summary>
internal struct FileReader
{
    private readonly ReadOnlyMemory<byte> _file;
    private readonly int _end;

    public FileReader(ReadOnlyMemory<byte> file)
        : this(file, 0, file.Length)
    {
    }

    private FileReader(ReadOnlyMemory<byte> file, int at, int end) => (_file, At, _end) = (file, at, end);

    /// <summary>Where the next byte is, in the file.</summary>
    public int At { get; private set; }

    public readonly int Left => _end - At;

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Bytes(long count)
    {
        if (count < 0 || count > Left)
        {
            throw Unreadable();
        }

        var bytes = _file.Span.Slice(At, (int)count);
        At += (int)count;
        return bytes;
    }

    public void Skip(long count) => Bytes(count);

    /// <summary>A reader of the next bytes alone, which are skipped with that.</summary>
    public FileReader Within(long count)
    {
        var from = At;
        Skip(count);
        return new(_file, from, At);
    }

    public byte Byte() => Bytes(1)[0];

    public ushort Number16() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2));

    public uint Number32() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4));

    public ulong Number64() => BinaryPrimitives.ReadUInt64BigEndian(Bytes(8));

    public static UnusableMediaException Unreadable() =>
        new(UnusableMediaException.Unreadable, "The file ends too early or is damaged.");
}
