using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>Where the frames of an MP4 are that stay, and where there is room for frames.</summary>
internal sealed class Mp4Frames(long fileLength)
{
    /// <summary>Three minutes of 240 pictures and 47 frames of sound a second have half of it.</summary>
    private const int MaxCount = 100_000;

    private readonly List<(long From, long End)> _frames = [];
    private readonly List<(long From, long End)> _rooms = [];
    private int _count;

    public void AddRoom(long from, long end) => _rooms.Add((from, end));

    public void Add(long at, long length)
    {
        if (at < 0 || at > fileLength || length > fileLength - at)
        {
            throw FileReader.Unreadable();
        }

        Count();
        if (_frames.Count > 0 && _frames[^1].End == at)
        {
            _frames[^1] = (_frames[^1].From, at + length);
        }
        else
        {
            _frames.Add((at, at + length));
        }
    }

    /// <summary>Counts one that doesn't stay.</summary>
    public void Count(long at, long length, uint duration) => Count();

    /// <summary>Overwrites what is no frame. All frames must be where there is room for them.</summary>
    public void ClearOthers(Patches patches)
    {
        _frames.Sort();
        var next = 0;
        foreach (var (from, end) in _rooms)
        {
            var at = from;
            for (; next < _frames.Count && _frames[next].From < end; next++)
            {
                var frame = _frames[next];
                if (frame.From < from || frame.End > end)
                {
                    throw FileReader.Unreadable();
                }

                patches.Clear(at, frame.From - at);
                at = Math.Max(at, frame.End);
            }

            patches.Clear(at, end - at);
        }

        if (next < _frames.Count)
        {
            throw FileReader.Unreadable();
        }
    }

    private void Count()
    {
        if (++_count > MaxCount)
        {
            throw new UnusableMediaException(UnusableMediaException.TooLong, "The video has too many frames.");
        }
    }
}
