using System.Buffers.Binary;
using System.Text;
using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Tests.Media.Recordings;

/// <summary>Makes recordings byte by byte, the way phones and browsers do, with what others mustn't see in them.</summary>
internal static class Files
{
    public const string Secret = "SECRET-52.5N-13.4E";

    /// <summary>An Opus packet of 20 ms.</summary>
    public static readonly byte[] Packet = [0x08, 1, 2, 3, 4, 5];

    public static readonly byte[] OpusHead = [.. "OpusHead"u8, 1, 1, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 0];

    /// <summary>Of AAC-LC with 44,100 samples a second on one channel.</summary>
    public static readonly byte[] AacConfig = [0x12, 0x08];

    private static readonly byte[] SecretBytes = Encoding.ASCII.GetBytes(Secret);

    /// <summary>All content types, with a file of so many seconds, which has a secret in all places that take one.</summary>
    public static IEnumerable<(string ContentType, byte[] File)> All(double seconds = 2) =>
    [
        ("audio/webm", WebM(seconds)),
        ("audio/mp4", Mp4(seconds)),
        ("audio/mp4", FragmentedMp4(seconds)),
        ("audio/ogg", Ogg(seconds)),
    ];

    public static byte[] WebM(double seconds, params byte[][] tracks)
    {
        var blocks = Enumerable.Range(0, (int)(seconds * 50)).Select(n => Element(0xA3, [0x81, 0, 0, 0x80, .. Packet]));
        return
        [
            .. Element(0x1A45DFA3, Element(0x4282, "webm"u8.ToArray())),
            .. Element(
                0x18538067,
                Element(0x1549A966, Element(0x2AD7B1, [0x0F, 0x42, 0x40]), Element(0x7BA9, SecretBytes), Element(0x5741, SecretBytes)),
                Element(0x1654AE6B, tracks.Length > 0 ? tracks : [WebMTrack()]),
                Element(0x1254C367, Element(0x7373, Element(0x67C8, Element(0x4487, SecretBytes)))),
                Element(0x1941A469, Element(0x61A7, Element(0x465C, SecretBytes))),
                Element(0x1F43B675, [Element(0xE7, [0]), Element(0xEC, SecretBytes), .. blocks])),
        ];
    }

    public static byte[] WebMTrack(byte type = 2, string codec = "A_OPUS") => Element(
        0xAE,
        Element(0xD7, [1]),
        Element(0x83, [type]),
        Element(0x536E, SecretBytes),
        Element(0x86, Encoding.ASCII.GetBytes(codec)),
        Element(0x63A2, OpusHead));

    public static byte[] Element(uint id, params byte[][] parts)
    {
        byte[] content = [.. parts.SelectMany(part => part)];
        return [.. BigEndian.Of(id).AsSpan().TrimStart((byte)0), .. BigEndian.Of(0x10000000u | (uint)content.Length), .. content];
    }

    /// <summary>As an iPhone has it: where it was taken under <c>udta</c> and <c>meta</c>, and the frames first.</summary>
    public static byte[] Mp4(double seconds, int traks = 1, string handler = "soun")
    {
        var frames = (int)(seconds * 44_100 / 1024);
        byte[] type = Box("ftyp", [.. "M4A "u8, 0, 0, 0, 0, .. "isom"u8]);
        var data = Box("mdat", [.. Enumerable.Repeat(Packet, frames).SelectMany(frame => frame)]);
        var table = Box(
            "stbl",
            Full("stsd", [.. BigEndian.Of(1u), .. Mp4a()]),
            Full("stts", [.. BigEndian.Of(1u), .. BigEndian.Of((uint)frames), .. BigEndian.Of(1u)]),
            Full("stsc", [.. BigEndian.Of(1u), .. BigEndian.Of(1u), .. BigEndian.Of((uint)frames), .. BigEndian.Of(1u)]),
            Full("stsz", [.. BigEndian.Of((uint)Packet.Length), .. BigEndian.Of((uint)frames)]),
            Full("stco", [.. BigEndian.Of(1u), .. BigEndian.Of((uint)type.Length + 8)]));
        var movie = Box("moov", [Box("udta", Box("©xyz", SecretBytes)), .. Traks(table, traks, handler), Meta()]);
        return [.. type, .. data, .. movie, .. Meta()];
    }

    /// <summary>As Safari records it.</summary>
    public static byte[] FragmentedMp4(double seconds)
    {
        var frames = (int)(seconds * 44_100 / 1024);
        byte[] sizes = [.. Enumerable.Repeat(BigEndian.Of((uint)Packet.Length), frames).SelectMany(size => size)];
        byte[] run = [.. BigEndian.Of(0x201u), .. BigEndian.Of((uint)frames), .. BigEndian.Of(0u), .. sizes];
        var fragment = Fragment(run);
        BigEndian.Of((uint)fragment.Length + 8).CopyTo(run.AsSpan(8));
        return
        [
            .. Box("ftyp", "iso5\0\0\0\0isom"u8.ToArray()),
            .. Box("moov", [.. Traks(Box(
                "stbl",
                Full("stsd", [.. BigEndian.Of(1u), .. Mp4a()]),
                Full("stsz", new byte[8]),
                Full("stsc", new byte[4]),
                Full("stco", new byte[4])))]),
            .. Fragment(run),
            .. Box("mdat", [.. Enumerable.Repeat(Packet, frames).SelectMany(frame => frame)]),
        ];

        static byte[] Fragment(byte[] run) => Box("moof", Box("traf", Full("tfhd", BigEndian.Of(1u)), Box("trun", run), Meta()));
    }

    private static IEnumerable<byte[]> Traks(byte[] table, int count = 1, string handler = "soun") => Enumerable.Repeat(
        Box(
            "trak",
            Box("mdia", Full("hdlr", [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(handler), .. SecretBytes]), Box("minf", table)),
            Box("udta", Box("©nam", SecretBytes))),
        count);

    internal static byte[] Mp4a(byte[]? config = null) => Box("mp4a",
        [0, 0, 0, 0, 0, 0, 0, 1, .. new byte[8], 0, 1, 0, 16, 0, 0, 0, 0, 0xAC, 0x44, 0, 0],
        Descriptor(config ?? AacConfig));

    private static byte[] Descriptor(byte[] config) => Full(
        "esds",
        [
            3, (byte)(23 + config.Length), 0, 0, 0, 4, (byte)(15 + config.Length), 0x40, 0x15, .. new byte[11],
            5, (byte)config.Length, .. config, 6, 1, 2,
        ]);

    private static byte[] Meta() => Box("meta", Full("hdlr", SecretBytes), Box("ilst", Box("covr", SecretBytes)));

    public static byte[] Full(string type, byte[] content) => Box(type, [0, 0, 0, 0], content);

    public static byte[] Box(string type, params byte[][] parts) =>
        [.. BigEndian.Of((uint)(8 + parts.Sum(part => part.Length))), .. Encoding.Latin1.GetBytes(type), .. parts.SelectMany(part => part)];

    /// <summary>As Firefox records it. Packets go on from page to page.</summary>
    public static byte[] Ogg(double seconds, uint serialOfSound = 7)
    {
        // 40 packets on a page, whose last goes on for 255 bytes and a rest on the next.
        var packets = (int)(seconds * 50);
        var pages = new List<byte[]>
        {
            Page(7, 0, [OpusHead.Length], OpusHead),
            Page(7, 0, [8 + SecretBytes.Length], [.. "OpusTags"u8, .. SecretBytes]),
        };
        for (var left = packets; left > 0; left -= 2)
        {
            var isContinued = left != packets;
            byte[] longer = [.. Packet, .. new byte[255]];
            pages.Add(Page(
                serialOfSound,
                isContinued ? 1 : 0,
                [.. isContinued ? [longer.Length - 255] : Array.Empty<int>(), Packet.Length, .. left > 2 ? [255] : Array.Empty<int>()],
                [.. isContinued ? longer[255..] : [], .. Packet, .. left > 2 ? longer[..255] : []]));
        }

        return [.. pages.SelectMany(page => page)];
    }

    private static byte[] Page(uint serial, int flags, int[] lengths, byte[] content)
    {
        var header = new byte[27];
        "OggS"u8.CopyTo(header);
        header[5] = (byte)flags;
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(14), serial);
        header[26] = (byte)lengths.Length;
        return [.. header, .. lengths.Select(length => (byte)length), .. content];
    }
}
