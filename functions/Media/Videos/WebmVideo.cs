using System.Buffers.Binary;
using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>Reads a video in WebM, as browsers record it and others write it (RFC 8794 and 9559).</summary>
/// <remarks>
/// As in <see cref="WebmReader"/>, what holds clusters and blocks is entered and not skipped, so that nothing is nested. What isn't known
/// becomes <c>Void</c>, of the same length.
/// </remarks>
internal static class WebmVideo
{
    private const ulong Header = 0x1A45DFA3;
    private const ulong Segment = 0x18538067;
    private const ulong Info = 0x1549A966;
    private const ulong Tracks = 0x1654AE6B;
    private const ulong Cluster = 0x1F43B675;
    private const ulong ClusterTime = 0xE7;
    private const ulong Position = 0xA7;
    private const ulong PreviousSize = 0xAB;
    private const ulong BlockGroup = 0xA0;
    private const ulong Block = 0xA1;
    private const ulong SimpleBlock = 0xA3;
    private const ulong BlockDuration = 0x9B;
    private const ulong ReferenceBlock = 0xFB;
    private const ulong DiscardPadding = 0x75A2;

    /// <summary>What describes frames, or leads to them.</summary>
    private const int MaxPart = 1024 * 1024;

    /// <summary>An id and a length.</summary>
    private const int MaxHead = 12;

    /// <summary>The number of a track, a time, and flags.</summary>
    private const int MaxBlockHead = 11;

    /// <summary>Three minutes of 240 pictures and 400 packets of sound a second have a quarter of it.</summary>
    private const int MaxElements = 500_000;

    public static async Task<(double DurationMs, VideoSize Size, Patches Patches)> ReadAsync(
        RangedFile file,
        CancellationToken cancellationToken)
    {
        var patches = new Patches();
        var times = new WebmTimes();
        WebmTracks? tracks = null;
        (long At, byte[] Content)? info = null;
        (long From, long End) group = default;
        var elements = 0;
        for (var at = 0L; at < file.Length;)
        {
            var (id, head, length) = Head(await file.PeekAsync(at, MaxHead, cancellationToken));
            var (content, isFirst) = (at + head, at == 0);
            if (++elements > MaxElements || length > file.Length - content || isFirst != (id == Header))
            {
                throw FileReader.Unreadable();
            }

            var end = content + (id is Segment or Cluster or BlockGroup ? 0 : length ?? throw FileReader.Unreadable());
            switch (id)
            {
                case Header:
                    WebmElements.CleanHeader(await PartAsync(), new(patches, content));
                    break;
                case Info when info is null:
                    info = (content, await PartAsync());
                    break;
                case Tracks when tracks is null:
                    tracks = WebmTracks.Read(await PartAsync(), new(patches, content));
                    break;
                case Info or Tracks:
                    throw FileReader.Unreadable();
                case Block or SimpleBlock:
                    var most = (int)Math.Min(MaxBlockHead, end - content);
                    var (track, time) = BlockHead(await file.PeekAsync(content, most, cancellationToken));
                    var isGrouped = id == Block && at < group.End;
                    if (isGrouped && (end > group.End || times.HasBlock))
                    {
                        throw FileReader.Unreadable();
                    }

                    if (id == SimpleBlock)
                    {
                        times.Group();
                    }

                    if (tracks?.Keeps(track) == true)
                    {
                        times.Add(time, isPicture: track == tracks.Pictures);
                        break;
                    }

                    // What a group says of such a block goes with it.
                    times.Group();
                    (at, end) = isGrouped ? group : (at, end);
                    WebmElements.Void(patches, at, end - at);
                    break;
                case ClusterTime:
                    times.Cluster(WebmReader.Unsigned(new(await PartAsync())));
                    break;
                case BlockDuration:
                    times.Last(WebmReader.Unsigned(new(await PartAsync())));
                    break;
                case WebmElements.SeekHead or WebmElements.Cues when end - content <= MaxPart:
                    WebmElements.CleanIndex(id, await PartAsync(), new(patches, content));
                    break;
                case BlockGroup:
                    group = (at, content + (length ?? 0));
                    times.Group();
                    break;
                case Segment or Cluster:
                case Position or PreviousSize or ReferenceBlock or DiscardPadding when end - content <= sizeof(ulong):
                    break;
                default:
                    WebmElements.Void(patches, at, end - at);
                    break;
            }

            at = end;

            Task<byte[]> PartAsync() => file.ReadAsync(content, end - content, MaxPart, cancellationToken);
        }

        if (tracks is null || !times.HasPictures)
        {
            throw FileReader.Unreadable();
        }

        var (infoAt, said) = info ?? (0, []);
        var scale = WebmElements.ScaleOf(said);
        var durationMs = times.Milliseconds(scale, tracks.FrameMs);
        if (said.Length > 0)
        {
            patches.Write(infoAt, WebmElements.Info(said, durationMs * 1_000_000 / scale));
        }

        return (durationMs, tracks.Size, patches);
    }

    private static (ulong Id, int Head, long? Length) Head(ReadOnlyMemory<byte> bytes)
    {
        var reader = new FileReader(bytes);
        var (id, length) = WebmReader.Next(ref reader);
        return (id, reader.At, length);
    }

    private static (ulong Track, short Time) BlockHead(ReadOnlyMemory<byte> bytes)
    {
        var reader = new FileReader(bytes);
        var track = WebmReader.Number(ref reader, isId: false) ?? throw FileReader.Unreadable();
        var time = BinaryPrimitives.ReadInt16BigEndian(reader.Bytes(2));
        reader.Skip(1);
        return (track, time);
    }
}

/// <summary>When the last frame ends, of what blocks say.</summary>
internal sealed class WebmTimes
{
    private double _cluster;
    private double? _block;
    private double _shown;
    private double _end;
    private double? _lastPicture;

    public bool HasPictures => _lastPicture is not null;

    /// <summary>Whether the group has its block.</summary>
    public bool HasBlock => _block is not null;

    /// <summary>Blocks count from here on.</summary>
    public void Cluster(ulong time) => _cluster = time;

    /// <summary>What follows is said of another block, or of none.</summary>
    public void Group() => (_block, _shown) = (null, 0);

    public void Add(short time, bool isPicture)
    {
        var at = _cluster + time;
        _block = at;
        _end = Math.Max(_end, at + _shown);
        _lastPicture = isPicture ? Math.Max(_lastPicture ?? 0, at) : _lastPicture;
    }

    /// <summary>How long the block of the group is shown, before or after it.</summary>
    public void Last(ulong duration)
    {
        _shown = duration;
        _end = Math.Max(_end, (_block + duration) ?? 0);
    }

    /// <param name="scale">Nanoseconds of a unit.</param>
    /// <param name="frameMs">How long a picture is shown.</param>
    public double Milliseconds(ulong scale, double frameMs) =>
        Math.Max(_end * scale / 1_000_000, ((_lastPicture ?? 0) * scale / 1_000_000) + frameMs);
}
