namespace Chat.Functions.Media.Images;

/// <summary>A file isn't a picture that can be shown. Trying again gives the same.</summary>
public sealed class UnusableImageException(string reason, string message) : Exception(message)
{
    /// <summary>The declared type isn't taken, or the file isn't of it.</summary>
    public const string WrongType = "wrong-type";

    /// <summary>The file says that it has more pixels than <see cref="ImageProcessor.MaxPixels"/>, or a longer side than taken.</summary>
    public const string TooManyPixels = "too-many-pixels";

    /// <summary>The file is empty, ends too early or is damaged.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>A code for clients: one of the constants.</summary>
    public string Reason { get; } = reason;
}
