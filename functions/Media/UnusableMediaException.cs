namespace Chat.Functions.Media;

/// <summary>A file isn't what it was declared as, or can't be shown. Trying again gives the same.</summary>
public sealed class UnusableMediaException(string reason, string message) : Exception(message)
{
    /// <summary>The declared type isn't taken, or the file isn't of it.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>The picture has more pixels than are taken, or a longer side than taken.</summary>
    public const string TooManyPixels = "too_many_pixels";

    /// <summary>The recording is longer than is taken.</summary>
    public const string TooLong = "too_long";

    /// <summary>The recording has other tracks than one of sound.</summary>
    public const string WrongTracks = "wrong_tracks";

    /// <summary>The file is empty, ends too early or is damaged.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>A code for clients: one of the constants.</summary>
    public string Reason { get; } = reason;
}
