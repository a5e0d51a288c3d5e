using System.Buffers.Binary;
using System.Text;
using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>The tracks of a WebM that stay: the first one of pictures and the first one of sound.</summary>
internal sealed class WebmTracks
{
    private const ulong TrackEntry = 0xAE;
    private const ulong TrackNumber = 0xD7;
    private const ulong TrackType = 0x83;
    private const ulong CodecId = 0x86;
    private const ulong CodecPrivate = 0x63A2;
    private const ulong DefaultDuration = 0x23E383;
    private const ulong ContentEncodings = 0x6D80;
    private const ulong Video = 0xE0;
    private const ulong Audio = 0xE1;
    private const ulong Projection = 0x7670;
    private const ulong Roll = 0x7675;

    private const ulong Pictured = 1;
    private const ulong Heard = 2;

    /// <summary>Longer than any frame but in a slide show.</summary>
    private const double MaxFrameMs = 1000;

    /// <summary>What is read of a track, and stays.</summary>
    private static readonly ulong[] OfTracks = [TrackNumber, TrackType, CodecId, CodecPrivate, DefaultDuration, Video, Audio];

    /// <summary>What stays of a track besides: its UID, its flags, its language and delays.</summary>
    private static readonly ulong[] Others = [0x73C5, 0xB9, 0x88, 0x55AA, 0x9C, 0x22B59C, 0x56AA, 0x56BB];

    /// <summary>What stays of pictures: their size, what is cut off, how they are shown, and their colours.</summary>
    private static readonly ulong[] OfPictures =
        [0x9A, 0x53B8, 0xB0, 0xBA, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x54B0, 0x54BA, 0x54B2, 0x55B0, Projection];

    /// <summary>What stays of sound: its rates, channels and bits.</summary>
    private static readonly ulong[] OfSound = [0xB5, 0x78B5, 0x9F, 0x6264];

    private ulong? _sound;

    /// <summary>The number of the track of pictures.</summary>
    public ulong Pictures { get; private set; }

    public VideoSize Size { get; private set; }

    /// <summary>How long a picture is shown; 0 where it isn't said.</summary>
    public double FrameMs { get; private set; }

    public bool Keeps(ulong track) => track == Pictures || track == _sound;

    public static WebmTracks Read(byte[] content, WebmPart part)
    {
        var tracks = new WebmTracks();
        WebmElements.Clean(content, part, (id, entry) => id == TrackEntry && tracks.Takes(content, entry, part));
        return tracks.Size.IsKnown
            ? tracks
            : throw new UnusableMediaException(UnusableMediaException.WrongTracks, "The file has no track of pictures.");
    }

    private bool Takes(byte[] content, FileReader entry, WebmPart part)
    {
        var (number, type, codec, frame) = (0UL, 0UL, "", 0UL);
        FileReader setup = default, pictures = default, sound = default;
        var seen = new HashSet<ulong>();
        for (var reader = entry; reader.Left > 0;)
        {
            var (id, length) = WebmReader.Next(ref reader);
            var value = WebmReader.Enter(ref reader, length);
            if (OfTracks.Contains(id) && !seen.Add(id))
            {
                // Only one of them is looked at.
                throw FileReader.Unreadable();
            }

            switch (id)
            {
                case TrackNumber:
                    number = WebmReader.Unsigned(value);
                    break;
                case TrackType:
                    type = WebmReader.Unsigned(value);
                    break;
                case CodecId:
                    codec = Encoding.Latin1.GetString(value.Bytes(value.Left).TrimEnd((byte)0));
                    break;
                case CodecPrivate:
                    setup = value;
                    break;
                case DefaultDuration:
                    frame = WebmReader.Unsigned(value);
                    break;
                case Video:
                    pictures = value;
                    break;
                case Audio:
                    sound = value;
                    break;
                case ContentEncodings:
                    throw FileReader.Unreadable();
            }
        }

        if (type == Pictured ? Size.IsKnown : type != Heard || _sound is not null)
        {
            return false;
        }

        if (type == Pictured)
        {
            CheckCodec(codec, "V_VP8", "V_VP9", "V_AV1");
            (Pictures, FrameMs) = (number, Math.Min(MaxFrameMs, frame / 1_000_000.0));
            Size = SizeOf(pictures);
            CleanPart(pictures, OfPictures);
        }
        else
        {
            CheckCodec(codec, "A_OPUS", "A_VORBIS");
            _sound = number;
            CleanPart(sound, OfSound);
            if (codec == "A_VORBIS")
            {
                Vorbis.CleanSetup(setup, part);
            }
        }

        WebmElements.Clean(content.AsMemory(entry.At, entry.Left), part.At(entry.At), (id, _) =>
            Others.Contains(id) || OfTracks.Contains(id));
        return true;

        void CleanPart(FileReader of, ulong[] kept)
        {
            if (of.Left > 0)
            {
                WebmElements.Clean(content.AsMemory(of.At, of.Left), part.At(of.At), (id, _) => kept.Contains(id));
            }
        }
    }

    private static void CheckCodec(string codec, params ReadOnlySpan<string> taken)
    {
        if (!taken.Contains(codec))
        {
            throw new UnusableMediaException(UnusableMediaException.WrongType, "The file has a codec that isn't taken.");
        }
    }

    private static VideoSize SizeOf(FileReader pictures)
    {
        var (coded, shown, unit, isTurned) = (default(VideoSize), default(VideoSize), 0UL, false);
        while (pictures.Left > 0)
        {
            var (id, length) = WebmReader.Next(ref pictures);
            var value = WebmReader.Enter(ref pictures, length);
            switch (id)
            {
                case 0xB0:
                    coded = coded with { Width = (long)WebmReader.Unsigned(value) };
                    break;
                case 0xBA:
                    coded = coded with { Height = (long)WebmReader.Unsigned(value) };
                    break;
                case 0x54B0:
                    shown = shown with { Width = (long)WebmReader.Unsigned(value) };
                    break;
                case 0x54BA:
                    shown = shown with { Height = (long)WebmReader.Unsigned(value) };
                    break;
                case 0x54B2:
                    unit = WebmReader.Unsigned(value);
                    break;
                case Projection:
                    isTurned = IsTurned(value);
                    break;
            }
        }

        coded = coded.Checked();

        // Other units than pixels are those of a ratio, or of paper.
        return (unit == 0 && shown.IsKnown ? shown.Checked() : coded).Turned(isTurned);
    }

    /// <summary>Whether it is turned by a quarter, to one side or the other.</summary>
    private static bool IsTurned(FileReader projection)
    {
        while (projection.Left > 0)
        {
            var (id, length) = WebmReader.Next(ref projection);
            var value = WebmReader.Enter(ref projection, length);
            if (id == Roll)
            {
                var degrees = value.Left switch
                {
                    4 => BinaryPrimitives.ReadSingleBigEndian(value.Bytes(4)),
                    8 => BinaryPrimitives.ReadDoubleBigEndian(value.Bytes(8)),
                    _ => 0,
                };
                return Math.Abs(degrees) is > 45 and < 135;
            }
        }

        return false;
    }
}
