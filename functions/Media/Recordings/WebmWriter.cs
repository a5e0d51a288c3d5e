using System.Buffers.Binary;

namespace Chat.Functions.Media.Recordings;

/// <summary>Writes sound as WebM of our own, with the duration and the index that browsers leave out.</summary>
internal static class WebmWriter
{
    private const int ClusterMs = 5000;

    public static byte[] Write(Sound sound)
    {
        var preSkip = BinaryPrimitives.ReadUInt16LittleEndian(sound.Config.Span[10..]);
        var clusters = Clusters(sound).ToList();
        byte[] info = Element(
            0x1549A966,
            Element(0x2AD7B1, BigEndian.Of(1_000_000u)),
            Element(0x4489, BigEndian.Of((double)sound.DurationMs)),
            Element(0x4D80, "chat"u8),
            Element(0x5741, "chat"u8));
        byte[] tracks = Element(
            0x1654AE6B,
            Element(
                0xAE,
                Element(0xD7, 1),
                Element(0x73C5, 1),
                Element(0x83, 2),
                Element(0x86, "A_OPUS"u8),
                Element(0x56AA, BigEndian.Of(preSkip * 1_000_000_000UL / Opus.Rate)),
                Element(0x56BB, BigEndian.Of(80_000_000u)),
                Element(0x63A2, sound.Config.Span),
                Element(0xE1, Element(0xB5, BigEndian.Of((double)sound.Rate)), Element(0x9F, (byte)sound.Channels))));

        // The index is as long whatever it says, so that it can stand before what it leads to.
        var at = info.Length + tracks.Length + Cues(clusters, 0).Length;
        return
        [
            .. Element(
                0x1A45DFA3,
                Element(0x4286, 1),
                Element(0x42F7, 1),
                Element(0x42F2, 4),
                Element(0x42F3, 8),
                Element(0x4282, "webm"u8),
                Element(0x4287, 4),
                Element(0x4285, 2)),
            .. Element(0x18538067, [info, tracks, Cues(clusters, at), .. clusters.Select(cluster => cluster.Content)]),
        ];
    }

    private static IEnumerable<(long AtMs, byte[] Content)> Clusters(Sound sound)
    {
        var (samples, start, blocks) = (0L, 0L, new List<byte[]>());
        foreach (var frame in sound.Frames)
        {
            var at = samples * 1000 / sound.Rate;
            if (at - start >= ClusterMs)
            {
                yield return (start, Cluster(start, blocks));
                (start, blocks) = (at, []);
            }

            // Of track 1, so long after the cluster, to be decoded by itself.
            blocks.Add(Element(0xA3, [0x81, (byte)((at - start) >> 8), (byte)(at - start), 0x80], frame.Data.Span));
            samples += frame.Samples;
        }

        yield return (start, Cluster(start, blocks));
    }

    private static byte[] Cluster(long at, List<byte[]> blocks) => Element(0x1F43B675, [Element(0xE7, BigEndian.Of((uint)at)), .. blocks]);

    private static byte[] Cues(List<(long AtMs, byte[] Content)> clusters, long at)
    {
        var points = new List<byte[]>();
        foreach (var (time, content) in clusters)
        {
            points.Add(Element(
                0xBB,
                Element(0xB3, BigEndian.Of((uint)time)),
                Element(0xB7, Element(0xF7, 1), Element(0xF1, BigEndian.Of((uint)at)))));
            at += content.Length;
        }

        return Element(0x1C53BB6B, [.. points]);
    }

    private static byte[] Element(uint id, params byte[][] parts) => Element(id, BigEndian.Joined(parts).AsSpan());

    private static byte[] Element(uint id, byte value) => Element(id, [value], []);

    private static byte[] Element(uint id, ReadOnlySpan<byte> content) => Element(id, content, []);

    private static byte[] Element(uint id, ReadOnlySpan<byte> content, ReadOnlySpan<byte> more) =>
    [
        .. BigEndian.Of(id).AsSpan().TrimStart((byte)0),
        .. BigEndian.Of(0x10000000 | (uint)(content.Length + more.Length)),
        .. content,
        .. more,
    ];
}
