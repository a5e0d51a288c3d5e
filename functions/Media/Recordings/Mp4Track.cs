namespace Chat.Functions.Media.Recordings;

/// <summary>The only track of an MP4: what a decoder must know of it, and what fragments of it leave out.</summary>
internal sealed record Mp4Track(uint DefaultSize, byte[] Config, (int Rate, int Channels, int SamplesOfFrame)? Aac)
{
    /// <summary>Reads a <c>moov</c> box.</summary>
    /// <param name="movie">The box.</param>
    /// <param name="samples">The box that says where the frames are.</param>
    public static Mp4Track Read(FileReader movie, out FileReader samples)
    {
        FileReader track = default;
        for (var boxes = movie; boxes.Left > 0;)
        {
            if (Mp4Reader.Next(ref boxes, out var box) == "trak")
            {
                track = track.Left == 0 ? box : throw WrongTracks();
            }
        }

        var media = Mp4Reader.Find(track, "mdia");
        var handler = Mp4Reader.Find(media, "hdlr");
        handler.Skip(8);
        if (!handler.Bytes(4).SequenceEqual("soun"u8))
        {
            throw WrongTracks();
        }

        samples = Mp4Reader.Find(media, "minf", "stbl");
        var (config, aac) = ReadFormat(Mp4Reader.Find(samples, "stsd"));
        return new(DefaultSizeOf(Mp4Reader.Find(movie, "mvex", "trex")), config, aac);
    }

    public int SamplesOf(ReadOnlySpan<byte> frame) => Aac?.SamplesOfFrame ?? Opus.SamplesOf(frame);

    public Sound Sound(IReadOnlyList<SoundFrame> frames) => Aac is { } aac
        ? new(SoundCodec.Aac, Config, aac.Rate, aac.Channels, frames)
        : Opus.Sound(Config, frames);

    private static UnusableMediaException WrongTracks() =>
        new(UnusableMediaException.WrongTracks, "The file has several tracks, or one that isn't sound.");

    private static uint DefaultSizeOf(FileReader defaults)
    {
        if (defaults.Left == 0)
        {
            return 0;
        }

        defaults.Skip(16);
        return defaults.Number32();
    }

    /// <summary>What a decoder must know, by the <c>stsd</c> box of a track of sound: AAC or Opus.</summary>
    private static (byte[] Config, (int, int, int)? Aac) ReadFormat(FileReader descriptions)
    {
        var (isOpus, config) = ConfigOf(descriptions);
        return isOpus ? (Opus.HeadOf(config), null) : (config, Recordings.Aac.Read(config));
    }

    /// <summary>Refuses other sound than AAC-LC and Opus. Its channels, and how it is set up besides, are its decoder's to read.</summary>
    internal static void CheckFormat(FileReader descriptions)
    {
        var (isOpus, config) = ConfigOf(descriptions);
        if (!isOpus && !Recordings.Aac.IsLowComplexity(config))
        {
            throw FileReader.Unreadable();
        }
    }

    private static (bool IsOpus, byte[] Config) ConfigOf(FileReader descriptions)
    {
        descriptions.Skip(4);
        if (descriptions.Number32() != 1)
        {
            throw WrongTracks();
        }

        var type = Mp4Reader.Next(ref descriptions, out var format);
        format.Skip(8);
        // QuickTime has more in its version 1, and puts the box that is sought into another.
        var isQuickTime = format.Number16() == 1;
        format.Skip(isQuickTime ? 34 : 18);
        switch (type)
        {
            case "Opus":
                var header = Mp4Reader.Find(format, "dOps");
                return (true, header.Bytes(header.Left).ToArray());
            case "mp4a":
                var inner = Mp4Reader.Find(format, "wave");
                return (false, ReadDescriptor(Mp4Reader.Find(inner.Left > 0 ? inner : format, "esds")));
            default:
                throw new UnusableMediaException(UnusableMediaException.WrongType, "The sound is neither AAC nor Opus.");
        }
    }

    /// <summary>The AudioSpecificConfig in an <c>esds</c> box (ISO/IEC 14496-1, 7.2.6).</summary>
    private static byte[] ReadDescriptor(FileReader box)
    {
        box.Skip(4);
        var stream = Descriptor(ref box, tag: 3);
        stream.Skip(2);
        var flags = stream.Byte();
        stream.Skip((flags & 0x80) != 0 ? 2 : 0);
        stream.Skip((flags & 0x40) != 0 ? stream.Byte() : 0);
        stream.Skip((flags & 0x20) != 0 ? 2 : 0);
        var decoder = Descriptor(ref stream, tag: 4);
        if (decoder.Byte() != 0x40)
        {
            throw new UnusableMediaException(UnusableMediaException.WrongType, "The sound isn't AAC.");
        }

        decoder.Skip(12);
        var config = Descriptor(ref decoder, tag: 5);
        return config.Bytes(config.Left).ToArray();
    }

    private static FileReader Descriptor(ref FileReader reader, byte tag)
    {
        if (reader.Byte() != tag)
        {
            throw FileReader.Unreadable();
        }

        var length = 0;
        for (var digits = 0; digits < 4; digits++)
        {
            var digit = reader.Byte();
            length = (length << 7) | (digit & 0x7F);
            if ((digit & 0x80) == 0)
            {
                break;
            }
        }

        return reader.Within(length);
    }
}
