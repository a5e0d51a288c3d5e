using System.Text;
using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>A track of a video that stays: how long its frames are shown or heard, and how large they are.</summary>
internal sealed class Mp4VideoTrack
{
    private static readonly string[] PictureFormats = ["avc1", "avc3", "hvc1", "hev1", "av01"];

    private readonly uint _scale;
    private readonly Mp4Defaults _defaults;
    private readonly double _editedMs;
    private double _end;
    private double? _first;

    private Mp4VideoTrack(uint id, bool isPicture, uint scale, Mp4Defaults defaults, double editedMs, double end)
    {
        (Id, IsPicture, _scale, _defaults, _editedMs, _end) = (id, isPicture, scale, defaults, editedMs, end);
        _first = end > 0 ? 0 : null;
    }

    public uint Id { get; }

    public bool IsPicture { get; }

    /// <summary>Upright. Of sound there is none.</summary>
    public VideoSize Size { get; private init; }

    public double DurationMs => Math.Max(_editedMs, Milliseconds(_end - (_first ?? 0), _scale));

    /// <summary>What a <c>trak</c> box says that it is of.</summary>
    public static string HandlerOf(FileReader track)
    {
        var handler = Mp4Reader.Find(track, "mdia", "hdlr");
        handler.Skip(8);
        return Encoding.Latin1.GetString(handler.Bytes(4));
    }

    public static double Milliseconds(double units, uint scale) => units * 1000 / scale;

    /// <param name="track">A <c>trak</c> box.</param>
    /// <param name="isPicture">Whether it is one of pictures, or of sound.</param>
    /// <param name="movieScale">How many units a second of the whole has.</param>
    /// <param name="allDefaults">The <c>mvex</c> box, or nothing.</param>
    /// <param name="frames">Gets its frames.</param>
    public static Mp4VideoTrack Read(FileReader track, bool isPicture, uint movieScale, FileReader allDefaults, Mp4Frames frames)
    {
        var header = Mp4Reader.Find(track, "mdia", "mdhd");
        var scale = Mp4Movie.Time(ref header, out _);
        var samples = Mp4Reader.Find(track, "mdia", "minf", "stbl");
        var descriptions = Mp4Reader.Find(samples, "stsd");
        var (id, shown, isTurned) = ReadHeader(Mp4Reader.Find(track, "tkhd"));
        if (isPicture)
        {
            var coded = PictureOf(descriptions).Checked();
            shown = (shown.IsKnown ? shown.Checked() : coded).Turned(isTurned);
        }
        else
        {
            Mp4Track.CheckFormat(descriptions);
        }

        Mp4Samples.ReadTable(samples, frames.Add);
        var edited = Milliseconds(EditedOf(Mp4Reader.Find(track, "edts", "elst")), movieScale);
        return new(id, isPicture, scale, DefaultsOf(allDefaults, id), edited, TimeOf(Mp4Reader.Find(samples, "stts")))
        {
            Size = isPicture ? shown : default,
        };
    }

    /// <summary>Reads a <c>traf</c> box whose frames are counted from <paramref name="start"/> on.</summary>
    /// <returns>Where they end.</returns>
    public long ReadFragment(FileReader fragment, long start, Mp4Frames frames)
    {
        var from = _end;
        var time = Mp4Reader.Find(fragment, "tfdt");
        if (time.Left > 0)
        {
            var isLong = time.Byte() == 1;
            time.Skip(3);
            from = isLong ? time.Number64() : time.Number32();
        }

        _first ??= from;
        var length = 0.0;
        var end = Mp4Samples.ReadRuns(fragment, start, _defaults, (at, bytes, duration) =>
        {
            frames.Add(at, bytes);
            length += duration;
        });
        _end = Math.Max(_end, from + length);
        return end;
    }

    private static (uint Id, VideoSize Shown, bool IsTurned) ReadHeader(FileReader header)
    {
        var isLong = header.Byte() == 1;
        header.Skip(isLong ? 19 : 11);
        var id = header.Number32();
        header.Skip(isLong ? 28 : 24);
        var a = header.Number32();
        header.Skip(12);
        var d = header.Number32();
        header.Skip(16);

        // By a quarter, to one side or the other.
        return (id, new(header.Number32() >> 16, header.Number32() >> 16), a == 0 && d == 0);
    }

    private static VideoSize PictureOf(FileReader descriptions)
    {
        descriptions.Skip(4);
        if (descriptions.Number32() != 1)
        {
            throw FileReader.Unreadable();
        }

        if (!PictureFormats.Contains(Mp4Reader.Next(ref descriptions, out var format)))
        {
            throw new UnusableMediaException(UnusableMediaException.WrongType, "The pictures are neither H.264, HEVC nor AV1.");
        }

        format.Skip(24);
        return new(format.Number16(), format.Number16());
    }

    /// <summary>How long all frames are shown, in units of the track.</summary>
    private static double TimeOf(FileReader times)
    {
        times.Skip(4);
        var time = 0.0;
        for (var left = times.Number32(); left > 0; left--)
        {
            time += (double)times.Number32() * times.Number32();
        }

        return time;
    }

    /// <summary>How long the parts of the track are that are shown, in units of the whole.</summary>
    private static double EditedOf(FileReader list)
    {
        if (list.Left == 0)
        {
            return 0;
        }

        var isLong = list.Byte() == 1;
        list.Skip(3);
        var time = 0.0;
        for (var left = list.Number32(); left > 0; left--)
        {
            time += isLong ? list.Number64() : list.Number32();
            list.Skip(isLong ? 12 : 8);
        }

        return time;
    }

    private static Mp4Defaults DefaultsOf(FileReader all, uint id)
    {
        while (all.Left > 0)
        {
            if (Mp4Reader.Next(ref all, out var defaults) != "trex")
            {
                continue;
            }

            defaults.Skip(4);
            if (defaults.Number32() == id)
            {
                defaults.Skip(4);
                return new(defaults.Number32(), defaults.Number32());
            }
        }

        return default;
    }
}
