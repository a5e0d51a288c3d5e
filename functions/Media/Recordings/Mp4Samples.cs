namespace Chat.Functions.Media.Recordings;

/// <summary>Finds the frames of an MP4's track, in order.</summary>
/// <remarks>Numbers are taken as they come: who adds a frame holds it against the file.</remarks>
internal static class Mp4Samples
{
    /// <summary>Those of a whole file, by its <c>stbl</c> box. There are none in one of fragments.</summary>
    public static void ReadTable(FileReader boxes, Action<long, long> add)
    {
        var sizes = Mp4Reader.Find(boxes, "stsz");
        sizes.Skip(4);
        var (uniform, count) = (sizes.Number32(), sizes.Number32());
        var runs = Mp4Reader.Find(boxes, "stsc");
        runs.Skip(4);
        var left = runs.Number32();
        var (isLong, chunks) = (false, Mp4Reader.Find(boxes, "stco"));
        if (chunks.Left == 0)
        {
            (isLong, chunks) = (true, Mp4Reader.Find(boxes, "co64"));
        }

        chunks.Skip(8);
        var (perChunk, nextRun) = (0U, left > 0 ? runs.Number32() : 0);
        for (var chunk = 1U; count > 0; chunk++)
        {
            if (left > 0 && chunk == nextRun)
            {
                perChunk = runs.Number32();
                runs.Skip(4);
                nextRun = --left > 0 ? runs.Number32() : 0;
            }

            var at = isLong ? (long)Math.Min(chunks.Number64(), long.MaxValue) : chunks.Number32();
            for (var frame = 0U; frame < perChunk && count > 0; frame++, count--)
            {
                var length = uniform > 0 ? uniform : sizes.Number32();
                add(at, length);
                at += length;
            }
        }
    }

    /// <summary>Those of a fragment, by its <c>moof</c> box, which begins at <paramref name="start"/> in the file.</summary>
    public static void ReadFragment(FileReader boxes, int start, Mp4Track track, Action<long, long> add)
    {
        while (boxes.Left > 0)
        {
            if (Mp4Reader.Next(ref boxes, out var fragment) == "traf")
            {
                ReadRuns(fragment, start, new(0, track.DefaultSize), (at, length, _) => add(at, length));
            }
        }
    }

    /// <summary>Those of one track's part of a fragment, by its <c>traf</c> box, with how long each is shown.</summary>
    /// <param name="fragment">The box.</param>
    /// <param name="start">From where in the file they are counted, unless it says that itself.</param>
    /// <param name="defaults">What holds where it says nothing else.</param>
    /// <param name="add">Gets where a frame is, its length, and how long it is shown.</param>
    /// <returns>Where the last one ends.</returns>
    public static long ReadRuns(FileReader fragment, long start, Mp4Defaults defaults, Action<long, long, uint> add)
    {
        var header = Mp4Reader.Find(fragment, "tfhd");
        var flags = header.Number32();
        header.Skip(4);
        var at = (flags & 0x1) != 0 ? (long)Math.Min(header.Number64(), long.MaxValue) : start;
        header.Skip((flags & 0x2) != 0 ? 4 : 0);
        defaults = new(
            (flags & 0x8) != 0 ? header.Number32() : defaults.Duration,
            (flags & 0x10) != 0 ? header.Number32() : defaults.Size);
        var origin = at;
        while (fragment.Left > 0)
        {
            if (Mp4Reader.Next(ref fragment, out var run) == "trun")
            {
                at = ReadRun(run, origin, at, defaults, add);
            }
        }

        return at;
    }

    /// <returns>Where the run ends.</returns>
    private static long ReadRun(FileReader run, long origin, long at, Mp4Defaults defaults, Action<long, long, uint> add)
    {
        var flags = run.Number32();
        var count = run.Number32();
        at = (flags & 0x1) != 0 ? origin + (int)run.Number32() : at;
        run.Skip((flags & 0x4) != 0 ? 4 : 0);
        for (; count > 0; count--)
        {
            var duration = (flags & 0x100) != 0 ? run.Number32() : defaults.Duration;
            var length = (flags & 0x200) != 0 ? run.Number32() : defaults.Size;
            run.Skip(((flags & 0x400) != 0 ? 4 : 0) + ((flags & 0x800) != 0 ? 4 : 0));
            add(at, length, duration);
            at += length;
        }

        return at;
    }
}

/// <summary>What holds for the frames of a track where a fragment says nothing else.</summary>
internal readonly record struct Mp4Defaults(uint Duration, uint Size);
