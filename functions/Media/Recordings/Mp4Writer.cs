using System.Text;

namespace Chat.Functions.Media.Recordings;

/// <summary>Writes sound as MP4 of our own, whole, with what says where the frames are before them: a player may begin at once.</summary>
internal static class Mp4Writer
{
    private static readonly byte[] Matrix =
    [
        0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0,
    ];

    public static byte[] Write(Sound sound)
    {
        var type = Box("ftyp", [.. "mp42"u8, .. new byte[4], .. "isommp42"u8]);
        var data = BigEndian.Joined(sound.Frames.Select(frame => frame.Data));

        // The movie is as long wherever the frames begin.
        var from = type.Length + Movie(sound, 0).Length + 8;
        return BigEndian.Joined([type, Movie(sound, from), Box("mdat", data)]);
    }

    private static byte[] Movie(Sound sound, int from)
    {
        var (rate, samples) = ((uint)sound.Rate, (uint)sound.Frames.Sum(frame => (long)frame.Samples));
        return Box(
            "moov",
            Full("mvhd", [.. new byte[8], .. Four(rate), .. Four(samples), 0, 1, 0, 0, 1, 0, .. new byte[10], .. Matrix,
                .. new byte[24], .. Four(2)]),
            Box(
                "trak",
                Full("tkhd", [.. new byte[8], .. Four(1), .. new byte[4], .. Four(samples), .. new byte[12], 1, 0, 0, 0, .. Matrix,
                    .. new byte[8]], flags: 3),
                Box(
                    "mdia",
                    // In the language "und".
                    Full("mdhd", [.. new byte[8], .. Four(rate), .. Four(samples), 0x55, 0xC4, 0, 0]),
                    Full("hdlr", [.. new byte[4], .. "soun"u8, .. new byte[13]]),
                    Box(
                        "minf",
                        Full("smhd", new byte[4]),
                        Box("dinf", Full("dref", [.. Four(1), .. Full("url ", [], flags: 1)])),
                        Table(sound, from)))));
    }

    private static byte[] Table(Sound sound, int from) => Box(
        "stbl",
        Full("stsd", [.. Four(1), .. Format(sound)]),
        Times(sound.Frames),
        Full("stsc", [.. Four(1), .. Four(1), .. Four((uint)sound.Frames.Count), .. Four(1)]),
        Full("stsz", BigEndian.Joined(sound.Frames
            .Select(frame => Four((uint)frame.Data.Length))
            .Prepend([.. new byte[4], .. Four((uint)sound.Frames.Count)]))),
        Full("stco", [.. Four(1), .. Four((uint)from)]));

    private static byte[] Format(Sound sound)
    {
        byte[] common =
        [
            .. new byte[6], 0, 1, .. new byte[8], 0, (byte)sound.Channels, 0, 16, .. new byte[4],
            .. BigEndian.Of((ushort)Math.Min(sound.Rate, ushort.MaxValue)), 0, 0,
        ];
        return sound.Codec == SoundCodec.Opus
            ? Box("Opus", common, Box("dOps", Opus.BoxOf(sound.Config.Span)))
            : Box("mp4a", common, Full("esds", Descriptor(
                3,
                [
                    0, 1, 0,
                    .. Descriptor(4, [0x40, 0x15, .. new byte[11], .. Descriptor(5, sound.Config.Span)]),
                    .. Descriptor(6, [2]),
                ])));
    }

    private static byte[] Times(IReadOnlyList<SoundFrame> frames)
    {
        var runs = new List<(uint Count, uint Samples)>();
        foreach (var frame in frames)
        {
            if (runs.Count > 0 && runs[^1].Samples == frame.Samples)
            {
                runs[^1] = (runs[^1].Count + 1, runs[^1].Samples);
            }
            else
            {
                runs.Add((1, (uint)frame.Samples));
            }
        }

        return Full("stts", BigEndian.Joined(runs
            .Select(run => (byte[])[.. Four(run.Count), .. Four(run.Samples)])
            .Prepend(Four((uint)runs.Count))));
    }

    private static byte[] Descriptor(byte tag, ReadOnlySpan<byte> content) => [tag, (byte)content.Length, .. content];

    private static byte[] Full(string type, byte[] content, byte flags = 0) => Box(type, [0, 0, 0, flags], content);

    private static byte[] Box(string type, params byte[][] parts) =>
        BigEndian.Joined([Four((uint)(8 + parts.Sum(part => part.Length))), Encoding.Latin1.GetBytes(type), .. parts]);

    private static byte[] Four(uint value) => BigEndian.Of(value);
}
