using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>
/// Reads of an untrusted upload what others are told of a video, and what is to be overwritten in it: all that isn't a frame, or needed to
/// find and decode one.
/// </summary>
/// <remarks>
/// Frames aren't decoded. How long it is follows from them, and from nothing else that the file says. What a file has beside its first
/// track of pictures and its first one of sound is gone: places, tags, covers, chapters, times, and all other tracks.
/// </remarks>
public static class VideoProcessor
{
    private const string Mp4 = "video/mp4";
    private const string Webm = "video/webm";

    /// <summary>The content types that are taken. What QuickTime writes is MP4 in all that counts here, and is served as that.</summary>
    public static readonly string[] ContentTypes = [Mp4, Webm, "video/quicktime"];

    /// <summary>Three minutes, and a second for recorders that end late.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(181);

    /// <summary>Processes a video, in time that grows with its length alone, and in a few MB of memory.</summary>
    /// <param name="file">The upload. Who calls bounds its length.</param>
    /// <param name="declaredContentType">The type that the file must be of, without parameters.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="UnusableMediaException">The file isn't of that type, isn't understood, is too long or too large.</exception>
    public static async Task<ProcessedVideo> ReadAsync(RangedFile file, string declaredContentType, CancellationToken cancellationToken)
    {
        if (file.Length == 0)
        {
            throw FileReader.Unreadable();
        }

        var type = TypeOf((await file.PeekAsync(0, 12, cancellationToken)).Span);
        if (type is null || !ContentTypes.Contains(declaredContentType) || (type == Webm) != (declaredContentType == Webm))
        {
            throw new UnusableMediaException(UnusableMediaException.WrongType, "The file isn't of the declared type, or that isn't taken.");
        }

        var (durationMs, size, patches) = type == Webm
            ? await WebmVideo.ReadAsync(file, cancellationToken)
            : await Mp4Video.ReadAsync(file, cancellationToken);
        return durationMs > MaxDuration.TotalMilliseconds
            ? throw new UnusableMediaException(UnusableMediaException.TooLong, "The video is too long.")
            : new((int)durationMs, (int)size.Width, (int)size.Height, type, patches);
    }

    private static string? TypeOf(ReadOnlySpan<byte> file) => file switch
    {
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Webm,
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => Mp4,
        _ => null,
    };
}

/// <summary>What is told of an uploaded video, and how it is cleaned.</summary>
/// <param name="DurationMs">In milliseconds.</param>
/// <param name="Width">In pixels, as it is seen upright.</param>
/// <param name="Height">As <paramref name="Width"/>.</param>
/// <param name="ContentType"><c>video/mp4</c> or <c>video/webm</c>.</param>
/// <param name="Patches">What is overwritten in it.</param>
public sealed record ProcessedVideo(int DurationMs, int Width, int Height, string ContentType, Patches Patches);
