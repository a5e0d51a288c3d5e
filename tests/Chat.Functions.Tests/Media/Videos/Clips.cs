using System.Text;
using Chat.Functions.Media.Recordings;
using Chat.Functions.Media.Videos;
using static Chat.Functions.Tests.Media.Recordings.Files;

namespace Chat.Functions.Tests.Media.Videos;

/// <summary>Makes videos byte by byte, the way phones, cameras and browsers do, with what others mustn't see in them.</summary>
internal static class Clips
{
    /// <summary>What every picture begins with: five bytes.</summary>
    public const string Picture = "PICT!";

    private static readonly byte[] SecretBytes = Encoding.ASCII.GetBytes(Secret);

    /// <summary>A quarter to the right, as a phone held upright has it.</summary>
    private static readonly uint[] Turned = [0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000];

    private static readonly uint[] Upright = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

    /// <summary>All that are taken, of so many seconds, with a secret in all places that take one.</summary>
    public static IEnumerable<(string ContentType, byte[] File)> All(double seconds = 2) =>
    [
        ("video/quicktime", Phone(seconds)),
        ("video/mp4", Phone(seconds, "isom", isFirst: true)),
        ("video/mp4", Phone(seconds, "isom", isLarge: true)),
        ("video/mp4", Fragmented(seconds)),
        ("video/webm", WebM(seconds)),
        ("video/webm", WebM(seconds, isLive: true)),
    ];

    /// <summary>Reads a video, and what becomes of it.</summary>
    public static async Task<(ProcessedVideo Video, byte[] Cleaned)> ProcessAsync(byte[] file, string contentType)
    {
        var ranged = new RangedFile(file.Length, (at, into, _) =>
        {
            file.AsMemory((int)at, into.Length).CopyTo(into);
            return Task.CompletedTask;
        });
        var video = await VideoProcessor.ReadAsync(ranged, contentType, CancellationToken.None);

        // In blocks, as it is copied.
        var cleaned = file.ToArray();
        for (var at = 0; at < cleaned.Length; at += 1000)
        {
            video.Patches.Apply(at, cleaned.AsMemory(at, Math.Min(1000, cleaned.Length - at)));
        }

        return (video, cleaned);
    }

    /// <summary>As a phone has it: turned, where it was taken in boxes and as a track, and the boxes behind the frames.</summary>
    public static byte[] Phone(
        double seconds,
        string brand = "qt  ",
        bool isFirst = false,
        bool isLarge = false,
        string handler = "vide",
        string format = "avc1",
        uint width = 1920,
        uint height = 1080,
        uint movieSeconds = 0,
        byte[]? aac = null)
    {
        var (pictures, sounds) = ((int)(seconds * 30), (int)(seconds * 44_100 / 1024));
        byte[] picture = [.. Encoding.ASCII.GetBytes(Picture), 1, 2, 3];
        byte[] frames =
        [
            .. SecretBytes,
            .. Enumerable.Repeat(picture, pictures).SelectMany(one => one),
            .. SecretBytes,
            .. Enumerable.Repeat(Packet, sounds).SelectMany(one => one),
            .. SecretBytes,
        ];
        byte[] type = [.. Box("ftyp", [.. Encoding.ASCII.GetBytes(brand), 0, 0, 0, 0]), .. Box("wide")];
        var data = isLarge ? [0, 0, 0, 1, .. "mdat"u8, .. BigEndian.Of((ulong)frames.Length + 16), .. frames] : Box("mdat", frames);
        var at = type.Length + data.Length - frames.Length;
        var movie = Movie(0);
        return isFirst
            ? [.. type, .. Movie(movie.Length), .. data, .. Box("uuid", SecretBytes)]
            : [.. type, .. data, .. movie, .. Box("meta", SecretBytes), .. "SECRET"u8];

        byte[] Movie(int before)
        {
            var first = at + before + SecretBytes.Length;
            var second = first + (pictures * picture.Length) + SecretBytes.Length;
            return Box(
                "moov",
                Full("mvhd", [.. SecretBytes[..8], .. BigEndian.Of(600u), .. BigEndian.Of(movieSeconds * 600), .. new byte[80]]),
                Box("udta", Box("©xyz", SecretBytes), Box("loci", SecretBytes)),
                Track(1, handler, 600, PictureEntry(format, width, height), picture.Length, pictures, 20, first, Turned, width, height),
                Track(2, "soun", 44_100, Mp4a(aac), Packet.Length, sounds, 1024, second, Upright, 0, 0),
                Track(3, "meta", 600, Box("mebx", SecretBytes), SecretBytes.Length, 1, 600, at + before, Upright, 0, 0),
                Box("meta", Full("hdlr", SecretBytes), Box("ilst", SecretBytes)),
                Box("uuid", SecretBytes));

            byte[] Track(
                uint id, string kind, uint scale, byte[] entry, int size, int count, uint delta, int at, uint[] matrix, uint w, uint h) =>
                Box(
                    "trak",
                    TrackHeader(id, matrix, w, h),
                    Box("edts", Full("elst", [.. BigEndian.Of(1u), .. BigEndian.Of(0u), .. BigEndian.Of(0u), .. BigEndian.Of(0x10000u)])),
                    Box("udta", Box("name", SecretBytes)),
                    Media(scale, kind, Box(
                        "stbl",
                        Full("stsd", [.. BigEndian.Of(1u), .. entry, .. SecretBytes]),
                        Full("stts", [.. BigEndian.Of(1u), .. BigEndian.Of((uint)count), .. BigEndian.Of(delta)]),
                        Full("stsc", [.. BigEndian.Of(1u), .. BigEndian.Of(1u), .. BigEndian.Of((uint)count), .. BigEndian.Of(1u)]),
                        Full("stsz", [.. BigEndian.Of((uint)size), .. BigEndian.Of((uint)count)]),
                        isLarge
                            ? Full("co64", [.. BigEndian.Of(1u), .. BigEndian.Of((ulong)at)])
                            : Full("stco", [.. BigEndian.Of(1u), .. BigEndian.Of((uint)at)]),
                        Full("stts", SecretBytes))));
        }
    }

    /// <summary>As a recorder of a browser has it: a fragment a second, of pictures, sound and what is to be left out.</summary>
    public static byte[] Fragmented(double seconds)
    {
        byte[] empty(string handler, byte[] entry, uint scale, uint id) => Box(
            "trak",
            TrackHeader(id, Upright, id == 1 ? 1280u : 0, id == 1 ? 720u : 0),
            Media(scale, handler, Box(
                "stbl", Full("stsd", [.. BigEndian.Of(1u), .. entry]), Full("stts", new byte[4]), Full("stsz", new byte[8]),
                Full("stsc", new byte[4]), Full("stco", new byte[4]))));
        byte[] defaults(uint id, uint duration, int size) =>
            Full("trex", [.. BigEndian.Of(id), .. BigEndian.Of(1u), .. BigEndian.Of(duration), .. BigEndian.Of((uint)size), 0, 0, 0, 0]);
        byte[] picture = Encoding.ASCII.GetBytes(Picture);
        List<byte[]> parts =
        [
            Box("ftyp", "iso5\0\0\0\0isom"u8.ToArray()),
            Full("sidx", [.. new byte[19], 1, .. new byte[12], .. SecretBytes]),
            Box(
                "moov",
                Full("mvhd", [.. new byte[8], .. BigEndian.Of(1000u), .. BigEndian.Of(0u), .. new byte[80]]),
                empty("vide", PictureEntry("avc1", 1280, 720), 1000, 1),
                empty("soun", Mp4a(), 44_100, 2),
                empty("meta", Box("mebx", SecretBytes), 1000, 3),
                Box("mvex", defaults(1, 100, picture.Length), defaults(2, 4410, Packet.Length), defaults(3, 1000, SecretBytes.Length))),
        ];
        for (var second = 0; second < seconds; second++)
        {
            var (first, length) = (Fragment(0), (byte[])[
                .. Enumerable.Repeat(picture, 10).SelectMany(one => one), .. Enumerable.Repeat(Packet, 10).SelectMany(one => one),
                .. SecretBytes]);
            parts.Add(Fragment((uint)first.Length + 8));
            parts.Add(Box("mdat", length));

            byte[] Fragment(uint at) => Box(
                "moof",
                Full("mfhd", BigEndian.Of((uint)second)),
                Part(1, second * 1000, 10, at),
                Part(2, second * 44_100, 10, at + 50),
                Part(3, second * 1000, 1, at + 50 + (10 * (uint)Packet.Length)),
                Box("udta", SecretBytes));
        }

        return [.. parts.SelectMany(part => part), .. Box("mfra", SecretBytes)];

        static byte[] Part(uint id, int time, uint count, uint at) => Box(
            "traf",
            Box("tfhd", [0, 2, 0, 0, .. BigEndian.Of(id)]),
            Full("tfdt", BigEndian.Of((uint)time)),
            Box("trun", [.. BigEndian.Of(1u), .. BigEndian.Of(count), .. BigEndian.Of(at)]),
            Box("uuid", SecretBytes));
    }

    /// <summary>With subtitles, a title, tags, chapters and attachments; live, as a browser records it, without any length.</summary>
    public static byte[] WebM(
        double seconds, bool isLive = false, string codec = "V_VP9", uint width = 1280, uint height = 720, string type = "webm")
    {
        byte[] picture = Encoding.ASCII.GetBytes(Picture);
        byte[][] blocks(int from) =>
        [
            .. Enumerable.Range(0, 10).SelectMany(n => (byte[][])
            [
                Block(0xA3, 1, (from * 1000) + (n * 100), picture),
                Element(0xA0, Block(0xA1, 2, (from * 1000) + (n * 100), Packet), Element(0x9B, [20]), Element(0xA4, SecretBytes)),
                Block(0xA3, 3, (from * 1000) + (n * 100), SecretBytes),
                Element(0xA0, Block(0xA1, 3, (from * 1000) + (n * 100), SecretBytes), Element(0x9B, BigEndian.Of(1_000_000u))),
                Element(0xA0, Element(0x9B, BigEndian.Of(1_000_000u)), Block(0xA1, 3, (from * 1000) + (n * 100), SecretBytes)),
            ]),
        ];
        byte[] Block(uint id, byte track, int at, byte[] content) =>
            Element(id, [(byte)(0x80 | track), (byte)((at % 10_000) >> 8), (byte)(at % 10_000), 0x80, .. content]);
        byte[] comments = [3, .. "vorbis"u8, 6, 0, 0, 0, .. "SECRET"u8, 1, 0, 0, 0, 18, 0, 0, 0, .. SecretBytes, 1];
        byte[] setup = [2, 30, (byte)comments.Length, .. new byte[30], .. comments, 5, .. "vorbis"u8];
        List<byte[]> content =
        [
            Element(
                0x114D9B74,
                Element(0x4DBB, Element(0x53AB, [0x16, 0x54, 0xAE, 0x6B]), Element(0x53AC, [100]), Element(0x4D80, SecretBytes)),
                Element(0x7BA9, SecretBytes)),
            Element(
                0x1C53BB6B,
                Element(0xBB, Element(0xB3, [0]), Element(0xB7, Element(0xF7, [1]), Element(0xF1, [1]), Element(0xF0, SecretBytes)))),
            Element(
                0x1549A966,
                Element(0x2AD7B1, [0x0F, 0x42, 0x40]), Element(0x7BA9, SecretBytes), Element(0x4461, SecretBytes[..8]),
                Element(0x4D80, SecretBytes), Element(0x5741, SecretBytes)),
            Element(
                0x1654AE6B,
                Element(
                    0xAE,
                    Element(0xD7, [1]), Element(0x83, [1]), Element(0x536E, SecretBytes), Element(0x86, Encoding.ASCII.GetBytes(codec)),
                    Element(0x23E383, BigEndian.Of(100_000_000u)),
                    Element(0xE0, Element(0xB0, BigEndian.Of(width)), Element(0xBA, BigEndian.Of(height)), Element(0x2EB524, SecretBytes))),
                Element(
                    0xAE,
                    Element(0xD7, [2]), Element(0x83, [2]), Element(0x86, "A_VORBIS"u8.ToArray()), Element(0x63A2, setup),
                    Element(0xE1, Element(0x9F, [1]))),
                Element(
                    0xAE,
                    Element(0xD7, [3]), Element(0x83, [17]), Element(0x86, "D_WEBVTT"u8.ToArray()), Element(0x536E, SecretBytes))),
            Element(0x1043A770, Element(0x45B9, SecretBytes)),
            Element(0x1941A469, Element(0x61A7, SecretBytes)),
            .. Enumerable.Range(0, (int)seconds).SelectMany(second => (byte[][])(isLive
                ? [[0x1F, 0x43, 0xB6, 0x75, 0xFF], Element(0xE7, BigEndian.Of((uint)(second / 10 * 10_000))), .. blocks(second)]
                : [Element(0x1F43B675, [Element(0xE7, BigEndian.Of((uint)(second / 10 * 10_000))), .. blocks(second)])])),
            Element(0x1254C367, Element(0x7373, SecretBytes)),
        ];
        return
        [
            .. Element(0x1A45DFA3, Element(0x4282, Encoding.ASCII.GetBytes(type)), Element(0x4283, SecretBytes)),
            .. isLive ? (byte[])[0x18, 0x53, 0x80, 0x67, 1, 255, 255, 255, 255, 255, 255, 255, .. content.SelectMany(one => one)]
                : Element(0x18538067, [.. content]),
        ];
    }

    private static byte[] TrackHeader(uint id, uint[] matrix, uint width, uint height) => Full(
        "tkhd",
        [
            .. SecretBytes[..8], .. BigEndian.Of(id), .. new byte[4], .. BigEndian.Of(0u), .. new byte[16],
            .. matrix.SelectMany(BigEndian.Of), .. BigEndian.Of(width << 16), .. BigEndian.Of(height << 16),
        ]);

    private static byte[] Media(uint scale, string handler, byte[] table) => Box(
        "mdia",
        Full("mdhd", [.. SecretBytes[..8], .. BigEndian.Of(scale), .. BigEndian.Of(0u), 0, 0, 0, 0]),
        Full("hdlr", [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(handler), .. new byte[12], .. SecretBytes]),
        Box("minf", Box("dinf", Full("dref", [0, 0, 0, 1, .. Box("url ", [0, 0, 0, 1, .. SecretBytes])])), table));

    private static byte[] PictureEntry(string format, uint width, uint height) => Box(
        format,
        [
            0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, .. SecretBytes[..4], .. new byte[8],
            .. BigEndian.Of((ushort)width), .. BigEndian.Of((ushort)height), .. new byte[14], .. SecretBytes, .. new byte[14],
            0, 24, 255, 255,
        ],
        Box("avcC", [1, 100, 0, 31, 255]),
        Box("uuid", SecretBytes));
}
