using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>The <c>moov</c> box of a video: its first track of pictures, and its first one of sound.</summary>
internal sealed class Mp4Movie
{
    private const uint Unknown = uint.MaxValue;

    private readonly List<Mp4VideoTrack> _tracks = [];
    private double _claimedMs;

    private Mp4Movie()
    {
    }

    public VideoSize Size { get; private set; }

    /// <summary>As long as the longest track, and no less than what the whole says of itself.</summary>
    public double DurationMs => Math.Max(_claimedMs, _tracks.Max(track => track.DurationMs));

    public static Mp4Movie Read(ReadOnlyMemory<byte> content, Mp4Cleaner cleaner, Mp4Frames frames)
    {
        var movie = new Mp4Movie();
        var boxes = new FileReader(content);
        cleaner.Clean("moov", boxes);
        var header = Mp4Reader.Find(boxes, "mvhd");
        var scale = Time(ref header, out var claimed);
        movie._claimedMs = Mp4VideoTrack.Milliseconds(claimed, scale);
        var defaults = Mp4Reader.Find(boxes, "mvex");
        while (boxes.Left > 0)
        {
            var at = boxes.At;
            if (Mp4Reader.Next(ref boxes, out var box) == "trak" && !movie.Takes(box, cleaner, scale, defaults, frames))
            {
                cleaner.Free(at, box);
            }
        }

        return movie.Size.IsKnown
            ? movie
            : throw new UnusableMediaException(UnusableMediaException.WrongTracks, "The file has no track of pictures.");
    }

    /// <param name="content">Of a <c>moof</c> box.</param>
    /// <param name="cleaner">Of that.</param>
    /// <param name="start">Where the box begins in the file.</param>
    /// <param name="frames">Gets its frames.</param>
    public void ReadFragment(ReadOnlyMemory<byte> content, Mp4Cleaner cleaner, long start, Mp4Frames frames)
    {
        var boxes = new FileReader(content);
        cleaner.Clean("moof", boxes);
        var data = start;
        while (boxes.Left > 0)
        {
            var at = boxes.At;
            if (Mp4Reader.Next(ref boxes, out var fragment) != "traf")
            {
                continue;
            }

            var header = Mp4Reader.Find(fragment, "tfhd");
            var isFromStart = (header.Number32() & 0x20000) != 0;
            var id = header.Number32();
            if (_tracks.Find(one => one.Id == id) is { } track)
            {
                cleaner.Clean("traf", fragment);
                data = track.ReadFragment(fragment, isFromStart ? start : data, frames);
            }
            else
            {
                cleaner.Free(at, fragment);
                data = Mp4Samples.ReadRuns(fragment, isFromStart ? start : data, default, frames.Count);
            }
        }
    }

    /// <summary>The units of a second and the length of a <c>mvhd</c> or <c>mdhd</c> box. A length that isn't known is 0.</summary>
    internal static uint Time(ref FileReader header, out ulong length)
    {
        var isLong = header.Byte() == 1;
        header.Skip(isLong ? 19 : 11);
        var scale = header.Number32();
        length = isLong ? header.Number64() : header.Number32();
        length = length == (isLong ? ulong.MaxValue : Unknown) ? 0 : length;
        return scale > 0 ? scale : throw FileReader.Unreadable();
    }

    private bool Takes(FileReader box, Mp4Cleaner cleaner, uint scale, FileReader defaults, Mp4Frames frames)
    {
        var isPicture = Mp4VideoTrack.HandlerOf(box) switch
        {
            "vide" => true,
            "soun" => false,
            _ => (bool?)null,
        };
        if (isPicture is not { } kind || _tracks.Exists(one => one.IsPicture == kind))
        {
            return false;
        }

        cleaner.Clean("trak", box);
        var track = Mp4VideoTrack.Read(box, kind, scale, defaults, frames);
        _tracks.Add(track);
        Size = kind ? track.Size : Size;
        return true;
    }
}
