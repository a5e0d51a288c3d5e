using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>Overwrites what isn't known in the boxes that describe frames. A box becomes <c>free</c>, of the same length.</summary>
/// <param name="patches">What is overwritten.</param>
/// <param name="start">Where in the file the part begins that readers read.</param>
internal sealed class Mp4Cleaner(Patches patches, long start)
{
    /// <summary>More than any movie has; each may cost two patches.</summary>
    private const int MaxBoxes = 10_000;

    /// <summary>What each box may hold. Whatever else is there goes.</summary>
    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["moov"] = ["mvhd", "trak", "mvex"],
        ["mvex"] = ["mehd", "trex"],
        ["trak"] = ["tkhd", "edts", "mdia"],
        ["edts"] = ["elst"],
        ["mdia"] = ["mdhd", "hdlr", "minf"],
        ["minf"] = ["vmhd", "smhd", "hdlr", "dinf", "stbl"],
        ["dinf"] = ["dref"],
        ["stbl"] =
        [
            "stsd", "stts", "ctts", "cslg", "stss", "stps", "stsc", "stsz", "stco", "co64", "sdtp", "sgpd", "sbgp",
        ],
        ["picture"] =
        [
            "avcC", "hvcC", "lhvC", "av1C", "dvcC", "dvvC", "colr", "pasp", "clap", "fiel", "btrt", "mdcv", "clli", "amve", "chrm",
        ],
        ["sound"] = ["esds", "wave", "dOps", "chan", "btrt", "srat"],
        ["wave"] = ["frma", "mp4a", "esds"],
        ["moof"] = ["mfhd", "traf"],
        ["traf"] = ["tfhd", "tfdt", "trun", "sdtp", "sgpd", "sbgp"],
    };

    /// <summary>What there may be several of. Of the rest readers take the first, and nobody looks at another.</summary>
    private static readonly string[] Repeated = ["trak", "traf", "trun", "trex", "sgpd", "sbgp"];

    private int _boxes;

    /// <summary>
    /// Cleans what a box of this type holds, down to boxes that hold no others; but not what is of a track, since not all of them stay.
    /// </summary>
    public void Clean(string type, FileReader boxes)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (boxes.Left > 0)
        {
            if (boxes.Left < 8)
            {
                // QuickTime ends lists with a number.
                Clear(boxes, 0, boxes.Left);
                return;
            }

            var at = boxes.At;
            var next = Mp4Reader.Next(ref boxes, out var box);
            if (++_boxes > MaxBoxes)
            {
                throw FileReader.Unreadable();
            }

            var isFirst = seen.Add(next);
            if (seen.Contains("stco") && seen.Contains("co64"))
            {
                // Either says where the frames are.
                throw FileReader.Unreadable();
            }

            if (!Known[type].Contains(next) || !(isFirst || Repeated.Contains(next)))
            {
                Free(at, box);
            }
            else if (Known.ContainsKey(next) && next is not ("trak" or "traf"))
            {
                Clean(next, box);
            }
            else
            {
                CleanLeaf(next, box);
            }
        }
    }

    /// <summary>Has a box that begins there, and holds this, say nothing any more.</summary>
    public void Free(int at, FileReader box)
    {
        patches.Write(start + at + 4, "free"u8);
        patches.Clear(start + box.At, box.Left);
    }

    private void CleanLeaf(string type, FileReader box)
    {
        switch (type)
        {
            case "mvhd" or "tkhd" or "mdhd":
                // When it was made, and changed.
                var isLong = box.Byte() == 1;
                Clear(box, 3, isLong ? 16 : 8);
                break;
            case "hdlr":
                Clear(box, 12, box.Left - 12);
                break;
            case "dref":
                CleanReferences(box);
                break;
            case "stsd":
                CleanDescription(box);
                break;
        }
    }

    /// <summary>Frames are in the file itself, and not in others that it names.</summary>
    private void CleanReferences(FileReader box)
    {
        box.Skip(8);
        while (box.Left > 0)
        {
            Mp4Reader.Next(ref box, out var reference);
            if ((reference.Number32() & 1) == 0)
            {
                throw FileReader.Unreadable();
            }

            Clear(reference, 0, reference.Left);
        }
    }

    private void CleanDescription(FileReader box)
    {
        box.Skip(8);
        switch (Mp4Reader.Next(ref box, out var format))
        {
            case "mp4a" or "Opus":
                format.Skip(8);
                var isQuickTime = format.Number16() == 1;
                Clear(format, 0, 6);
                format.Skip(isQuickTime ? 34 : 18);
                Clean("sound", format);
                break;
            default:
                // Who wrote it: four letters, and a name.
                Clear(format, 12, 4);
                Clear(format, 42, 32);
                format.Skip(78);
                Clean("picture", format);
                break;
        }

        // There is one.
        Clear(box, 0, box.Left);
    }

    /// <summary>Overwrites so many bytes of what a reader has left, from this one on.</summary>
    private void Clear(FileReader reader, int from, int count)
    {
        if (count < 0 || from + count > reader.Left)
        {
            throw FileReader.Unreadable();
        }

        patches.Clear(start + reader.At + from, count);
    }
}
