namespace Chat.Functions.Media.Videos;

/// <summary>How large pictures are, in pixels, as the file says.</summary>
internal readonly record struct VideoSize(long Width, long Height)
{
    /// <summary>The longest side and the most pixels of what is called 8K: few devices decode more.</summary>
    private const int MaxSide = 8192;

    private const int MaxPixels = 8192 * 4320;

    public bool IsKnown => Width > 0 && Height > 0;

    public VideoSize Turned(bool isTurned) => isTurned ? new(Height, Width) : this;

    /// <summary>The same, if it is a size that is taken.</summary>
    public VideoSize Checked() =>
        IsKnown && Width <= MaxSide && Height <= MaxSide && Width * Height <= MaxPixels
            ? this
            : throw new UnusableMediaException(UnusableMediaException.TooManyPixels, "The video has too many pixels, or none.");
}
