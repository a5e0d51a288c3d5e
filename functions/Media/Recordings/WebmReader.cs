using System.Numerics;

namespace Chat.Functions.Media.Recordings;

/// <summary>Reads Opus in WebM, as browsers record it (RFC 8794 and 9559): of unknown length, and without a duration.</summary>
/// <remarks>
/// What holds the clusters, and each of them, is entered and not skipped. So all elements of interest come one after another, there is
/// nothing to nest, and a length that isn't known is none that is needed. Tags, chapters, attachments and times are left behind.
/// </remarks>
internal static class WebmReader
{
    private const ulong Header = 0x1A45DFA3;
    private const ulong Segment = 0x18538067;
    private const ulong Tracks = 0x1654AE6B;
    private const ulong TrackEntry = 0xAE;
    private const ulong TrackNumber = 0xD7;
    private const ulong TrackType = 0x83;
    private const ulong CodecId = 0x86;
    private const ulong CodecPrivate = 0x63A2;
    private const ulong ContentEncodings = 0x6D80;
    private const ulong Cluster = 0x1F43B675;
    private const ulong BlockGroup = 0xA0;
    private const ulong Block = 0xA1;
    private const ulong SimpleBlock = 0xA3;

    private const ulong Sound = 2;
    private const byte IsLaced = 0x06;

    public static Sound Read(ReadOnlyMemory<byte> file)
    {
        var reader = new FileReader(file);
        var frames = new SoundFrames(file.Length);
        (ulong Number, Range Head)? track = null;
        if (Next(ref reader) is not (Header, { } header))
        {
            throw FileReader.Unreadable();
        }

        reader.Skip(header);
        while (reader.Left > 0)
        {
            var (id, length) = Next(ref reader);
            if (length > reader.Left)
            {
                throw FileReader.Unreadable();
            }

            switch (id)
            {
                case Segment or Cluster or BlockGroup:
                    break;
                case Tracks when track is null:
                    track = ReadTracks(Enter(ref reader, length));
                    break;
                case Header or Tracks:
                    throw FileReader.Unreadable();
                case Block or SimpleBlock:
                    var block = Enter(ref reader, length);
                    if (track is not { } of || Number(ref block, isId: false) != of.Number)
                    {
                        throw FileReader.Unreadable();
                    }

                    block.Skip(2);
                    if ((block.Byte() & IsLaced) != 0)
                    {
                        throw FileReader.Unreadable();
                    }

                    var data = file[block.At..(block.At + block.Left)];
                    frames.Add(data, Opus.SamplesOf(data.Span));
                    break;
                default:
                    reader.Skip(length ?? throw FileReader.Unreadable());
                    break;
            }
        }

        return track is { } known ? Opus.Sound(file[known.Head], frames.ToList()) : throw FileReader.Unreadable();
    }

    private static (ulong Number, Range Head) ReadTracks(FileReader tracks)
    {
        (ulong, Range)? found = null;
        while (tracks.Left > 0)
        {
            var (id, length) = Next(ref tracks);
            var entry = Enter(ref tracks, length);
            if (id == TrackEntry)
            {
                found = found is null
                    ? ReadTrack(entry)
                    : throw new UnusableMediaException(UnusableMediaException.WrongTracks, "The file has several tracks.");
            }
        }

        return found ?? throw FileReader.Unreadable();
    }

    private static (ulong Number, Range Head) ReadTrack(FileReader entry)
    {
        var (number, type, isOpus, head) = (0UL, 0UL, false, default(Range));
        while (entry.Left > 0)
        {
            var (id, length) = Next(ref entry);
            var value = Enter(ref entry, length);
            switch (id)
            {
                case TrackNumber:
                    number = Unsigned(value);
                    break;
                case TrackType:
                    type = Unsigned(value);
                    break;
                case CodecId:
                    isOpus = value.Bytes(value.Left).SequenceEqual("A_OPUS"u8);
                    break;
                case CodecPrivate:
                    head = value.At..(value.At + value.Left);
                    break;
                case ContentEncodings:
                    throw FileReader.Unreadable();
            }
        }

        return type != Sound
            ? throw new UnusableMediaException(UnusableMediaException.WrongTracks, "The file has a track that isn't sound.")
            : !isOpus ? throw new UnusableMediaException(UnusableMediaException.WrongType, "The sound isn't Opus.")
            : (number, head);
    }

    /// <summary>The id and the length of the next element; null for one that isn't known.</summary>
    internal static (ulong Id, long? Length) Next(ref FileReader reader)
    {
        var id = Number(ref reader, isId: true)!.Value;
        return (id, (long?)Number(ref reader, isId: false));
    }

    /// <summary>An element to read, which is skipped with that.</summary>
    internal static FileReader Enter(ref FileReader reader, long? length) =>
        reader.Within(length ?? throw FileReader.Unreadable());

    /// <summary>
    /// A number of one to eight bytes, whose first has as many leading zeros as others follow. Null if all other bits are ones.
    /// </summary>
    internal static ulong? Number(ref FileReader reader, bool isId)
    {
        var first = reader.Byte();
        var more = BitOperations.LeadingZeroCount((uint)first) - 24;
        if (more > 7)
        {
            throw FileReader.Unreadable();
        }

        var mask = 0xFFUL >> (more + 1);
        var value = isId ? first : first & mask;
        foreach (var next in reader.Bytes(more))
        {
            (value, mask) = ((value << 8) | next, (mask << 8) | 0xFF);
        }

        return isId || value != mask ? value : null;
    }

    /// <summary>A whole number, of the bytes that are there.</summary>
    internal static ulong Unsigned(FileReader value)
    {
        var number = 0UL;
        foreach (var next in value.Bytes(Math.Min(value.Left, 8)))
        {
            number = (number << 8) | next;
        }

        return number;
    }
}
