using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>Cleans elements of WebM: of what isn't known nothing stays but its length.</summary>
internal static class WebmElements
{
    private const ulong TimestampScale = 0x2AD7B1;
    internal const ulong SeekHead = 0x114D9B74;
    internal const ulong Cues = 0x1C53BB6B;

    private const ulong DocType = 0x4282;
    private const ulong Millisecond = 1_000_000;

    /// <summary>Of the header: versions, the longest ids and lengths, and what the document is.</summary>
    private static readonly ulong[] OfHeader = [0x4286, 0x42F7, 0x42F2, 0x42F3, DocType, 0x4287, 0x4285];

    /// <summary>What leads to frames: an index at the beginning, one by times, and what these hold.</summary>
    private static readonly Dictionary<ulong, ulong[]> OfIndexes = new()
    {
        [SeekHead] = [0x4DBB],
        [0x4DBB] = [0x53AB, 0x53AC],
        [Cues] = [0xBB],
        [0xBB] = [0xB3, 0xB7],
        [0xB7] = [0xF7, 0xF1, 0xF0, 0xB2, 0x5378],
    };

    /// <summary>Puts <c>Void</c> in place of an element.</summary>
    public static void Void(Patches patches, long at, long length)
    {
        byte[] head = VoidHead(length);
        patches.Write(at, head);
        patches.Clear(at + head.Length, length - head.Length);
    }

    public static void CleanHeader(byte[] header, WebmPart part)
    {
        var isWebm = false;
        Clean(header, part, (id, value) =>
        {
            isWebm |= id == DocType && value.Bytes(value.Left).TrimEnd((byte)0).SequenceEqual("webm"u8);
            return OfHeader.Contains(id);
        });
        if (!isWebm)
        {
            throw new UnusableMediaException(UnusableMediaException.WrongType, "It is Matroska, but not WebM.");
        }
    }

    /// <summary>Leaves nothing of an index but what leads to frames: numbers, of at most eight bytes each.</summary>
    /// <param name="id">The index.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="part">Where that is.</param>
    public static void CleanIndex(ulong id, ReadOnlyMemory<byte> content, WebmPart part) => Clean(content, part, (child, value) =>
    {
        if (!OfIndexes[id].Contains(child))
        {
            return false;
        }

        if (!OfIndexes.ContainsKey(child))
        {
            return value.Left <= sizeof(ulong);
        }

        CleanIndex(child, content.Slice(value.At, value.Left), part.At(value.At));
        return true;
    });

    /// <summary>Puts <c>Void</c> in place of all elements of one that aren't kept.</summary>
    /// <param name="content">What the element holds.</param>
    /// <param name="part">Where that is.</param>
    /// <param name="isKept">By its id and a reader of its value.</param>
    public static void Clean(ReadOnlyMemory<byte> content, WebmPart part, Func<ulong, FileReader, bool> isKept)
    {
        for (var reader = new FileReader(content); reader.Left > 0;)
        {
            var at = reader.At;
            var (id, length) = WebmReader.Next(ref reader);
            if (!isKept(id, WebmReader.Enter(ref reader, length)))
            {
                Void(part.Patches, part.Start + at, reader.At - at);
            }
        }
    }

    /// <summary>How many nanoseconds a unit of time has.</summary>
    public static ulong ScaleOf(byte[] info)
    {
        for (var reader = new FileReader(info); reader.Left > 0;)
        {
            var (id, length) = WebmReader.Next(ref reader);
            var value = WebmReader.Enter(ref reader, length);
            if (id == TimestampScale)
            {
                return WebmReader.Unsigned(value) is > 0 and <= 1_000_000_000 and var scale ? scale : throw FileReader.Unreadable();
            }
        }

        return Millisecond;
    }

    /// <summary>
    /// An <c>Info</c> of our own in place of one, of the same length: with how long the video is, which recorders leave out, if there is
    /// room for it, and without what it is called, when it was made and by what.
    /// </summary>
    public static byte[] Info(byte[] replaced, double duration)
    {
        byte[][] parts =
        [
            [0x2A, 0xD7, 0xB1, 0x84, .. BigEndian.Of((uint)ScaleOf(replaced))],
            [0x44, 0x89, 0x84, .. BigEndian.Of(BitConverter.SingleToUInt32Bits((float)duration))],
            [0x4D, 0x80, 0x80],
            [0x57, 0x41, 0x80],
        ];
        List<byte> written = [];
        foreach (var one in parts)
        {
            // The least that fills what is left has two bytes.
            if (replaced.Length - written.Count - one.Length is 0 or > 1)
            {
                written.AddRange(one);
            }
        }

        // Units of another length mean another time.
        if (written is not [0x2A, ..] && ScaleOf(replaced) != Millisecond)
        {
            throw FileReader.Unreadable();
        }

        var left = replaced.Length - written.Count;
        if (left > 1)
        {
            written.AddRange(VoidHead(left));
        }

        return [.. written, .. new byte[replaced.Length - written.Count]];
    }

    /// <summary>An element that says nothing begins so, if it has this length as a whole.</summary>
    private static byte[] VoidHead(long length) => length <= 128
        ? [0xEC, (byte)(0x80 | (length - 2))]
        : [0xEC, .. BigEndian.Of(0x0100_0000_0000_0000UL | (ulong)(length - 9))];
}

/// <summary>A part of a file, which begins there, and what is overwritten in it.</summary>
internal readonly record struct WebmPart(Patches Patches, long Start)
{
    public WebmPart At(int at) => this with { Start = Start + at };
}
