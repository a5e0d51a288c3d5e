namespace Chat.Functions.Media.Recordings;

/// <summary>Makes a recording of our own of an untrusted upload: the frames of its sound, in a container that is written anew.</summary>
/// <remarks>
/// Tags, places, chapters, pictures and whatever else the file has beside the frames are gone with that. The frames aren't decoded. How
/// long it is follows from them, and from nothing that the file says about itself. Ogg becomes WebM, which more players have.
/// </remarks>
public static class VoiceProcessor
{
    /// <summary>The content types that are taken.</summary>
    public static readonly string[] ContentTypes = ["audio/webm", "audio/mp4", "audio/ogg"];

    /// <summary>A minute, and a second for recorders that end late.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(61);

    /// <summary>Processes a recording, in time and memory that grow with its length alone.</summary>
    /// <param name="file">The upload. Who calls bounds its length.</param>
    /// <param name="declaredContentType">The type that the file must be of, without parameters.</param>
    /// <exception cref="UnusableMediaException">The file isn't of that type, isn't one whole track of sound, or is too long.</exception>
    public static ProcessedVoice Process(ReadOnlyMemory<byte> file, string declaredContentType)
    {
        if (file.IsEmpty)
        {
            throw FileReader.Unreadable();
        }

        if (TypeOf(file.Span) is not { } type || type != declaredContentType)
        {
            throw new UnusableMediaException(
                UnusableMediaException.WrongType,
                "The file isn't of the declared type, or that isn't taken.");
        }

        var sound = type switch
        {
            "audio/webm" => WebmReader.Read(file),
            "audio/mp4" => Mp4Reader.Read(file),
            _ => OggReader.Read(file),
        };
        return sound.DurationMs > MaxDuration.TotalMilliseconds
            ? throw new UnusableMediaException(UnusableMediaException.TooLong, "The recording is too long.")
            : type == "audio/mp4"
                ? new(sound.DurationMs, "audio/mp4", Mp4Writer.Write(sound))
                : new(sound.DurationMs, "audio/webm", WebmWriter.Write(sound));
    }

    private static string? TypeOf(ReadOnlySpan<byte> file) => file switch
    {
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "audio/webm",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "audio/mp4",
        [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => "audio/ogg",
        _ => null,
    };
}

/// <summary>What is kept of an uploaded recording.</summary>
/// <param name="DurationMs">In milliseconds.</param>
/// <param name="ContentType"><c>audio/webm</c> or <c>audio/mp4</c>.</param>
/// <param name="Content">The file.</param>
public sealed record ProcessedVoice(int DurationMs, string ContentType, ReadOnlyMemory<byte> Content);
