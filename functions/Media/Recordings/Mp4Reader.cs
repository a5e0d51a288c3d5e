using System.Text;

namespace Chat.Functions.Media.Recordings;

/// <summary>Reads AAC or Opus in MP4, whole or in fragments (ISO/IEC 14496-12): as phones, Safari and others record it.</summary>
/// <remarks>
/// Of all boxes only those are looked at that tell where the frames are, each level by a scan: nothing is nested by what the file says.
/// Times, and what users or devices say in boxes, are left behind.
/// </remarks>
internal static class Mp4Reader
{
    public static Sound Read(ReadOnlyMemory<byte> file)
    {
        var boxes = new FileReader(file);
        Mp4Track? track = null;
        var frames = new SoundFrames(file.Length);
        while (boxes.Left > 0)
        {
            var from = boxes.At;
            switch (Next(ref boxes, out var box))
            {
                case "moov" when track is null:
                    track = Mp4Track.Read(box, out var samples);
                    Mp4Samples.ReadTable(samples, Add);
                    break;
                case "moof" when track is not null:
                    Mp4Samples.ReadFragment(box, from, track, Add);
                    break;
                case "moov" or "moof":
                    throw FileReader.Unreadable();
            }
        }

        return track?.Sound(frames.ToList()) ?? throw FileReader.Unreadable();

        void Add(long at, long length)
        {
            if (at < 0 || at > file.Length || length > file.Length - at)
            {
                throw FileReader.Unreadable();
            }

            var data = file.Slice((int)at, (int)length);
            frames.Add(data, track!.SamplesOf(data.Span));
        }
    }

    /// <summary>The type of the next box, and a reader of what it holds.</summary>
    public static string Next(ref FileReader boxes, out FileReader box)
    {
        var start = boxes.At;
        long length = boxes.Number32();
        var type = Encoding.Latin1.GetString(boxes.Bytes(4));
        if (length == 1)
        {
            length = (long)Math.Min(boxes.Number64(), long.MaxValue);
        }

        // None given: all that is left.
        box = boxes.Within(length == 0 ? boxes.Left : length - (boxes.At - start));
        return type;
    }

    /// <summary>The first box of a type among those that a box holds, or of the next type in that. It is empty if there is none.</summary>
    public static FileReader Find(FileReader boxes, params ReadOnlySpan<string> path)
    {
        foreach (var type in path)
        {
            boxes = First(boxes, type);
        }

        return boxes;
    }

    private static FileReader First(FileReader boxes, string type)
    {
        while (boxes.Left > 0)
        {
            if (Next(ref boxes, out var box) == type)
            {
                return box;
            }
        }

        return boxes;
    }
}
