using NetVips;

namespace Chat.Functions.Media.Images;

/// <summary>Makes pixels of a file: in sRGB, eight bits a channel, not yet upright. Of an animation, its first frame.</summary>
internal static class ImageDecoder
{
    /// <summary>The most pixels of the longer side: the most of WebP, so that every picture can be kept as one.</summary>
    public const int MaxSide = 16_383;

    /// <summary>What libvips, its JPEG decoder and its threads say.</summary>
    private static readonly string[] LackOfMemory = ["out of memory -- size", "Insufficient memory (case", "unable to create thread"];

    /// <summary>All pixels, in memory: three or, with transparency, four bytes each.</summary>
    /// <exception cref="UnusableMediaException">The file isn't a whole picture, or one of too many pixels or scans.</exception>
    public static Image Decode(ReadOnlySpan<byte> file, ImageFormat format, int maxPixels, CancellationToken cancellationToken)
    {
        if (format == ImageFormat.Jpeg && JpegScans.Count(file) > JpegScans.Most)
        {
            throw new UnusableMediaException(UnusableMediaException.Unreadable, "The picture has too many scans.");
        }

        try
        {
            // Only the header is read here, and nothing allocated by what it says.
            using var stored = Load(format == ImageFormat.Png ? PngChunks.Needed(file) : file.ToArray(), format);
            if ((long)stored.Width * stored.Height > maxPixels || Math.Max(stored.Width, stored.Height) > MaxSide)
            {
                throw new UnusableMediaException(UnusableMediaException.TooManyPixels, "The picture has too many pixels.");
            }

            using var stop = cancellationToken.UnsafeRegister(static image => ((Image)image!).SetKill(true), stored);
            using var srgb = ToSrgb(stored);
            using var clean = WithoutHiddenColours(srgb);
            // How large it is on paper is metadata, too: 25.4 pixels an inch for all.
            using var unscaled = clean.Copy(xres: 1, yres: 1);
            return unscaled.CopyMemory();
        }
        catch (VipsException failure) when (!cancellationToken.IsCancellationRequested && !IsLackOfMemory(failure))
        {
            throw new UnusableMediaException(UnusableMediaException.Unreadable, "The file ends too early or is damaged.");
        }
    }

    private static Image Load(byte[] file, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => Image.JpegloadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        ImageFormat.Png => Image.PngloadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        ImageFormat.WebP => Image.WebploadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        _ => Image.GifloadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
    };

    private static Image ToSrgb(Image stored)
    {
        if (stored.Contains("icc-profile-data"))
        {
            try
            {
                return stored.IccTransform("srgb", embedded: true, depth: 8);
            }
            catch (VipsException failure) when (!IsLackOfMemory(failure))
            {
                // A damaged profile, or one for other channels: browsers show such a picture without it.
            }
        }

        return stored.Colourspace(Enums.Interpretation.Srgb);
    }

    /// <summary>Fully transparent pixels can keep what somebody thinks they erased.</summary>
    private static Image WithoutHiddenColours(Image picture)
    {
        if (!picture.HasAlpha())
        {
            return picture.Copy();
        }

        using var alpha = picture[picture.Bands - 1];
        using var isClear = alpha.Equal(0);
        return isClear.Ifthenelse(new double[picture.Bands], picture);
    }

    /// <summary>
    /// Another instance may have it, so the file isn't to blame. What decoders say of a file's own limits is worded otherwise.
    /// </summary>
    public static bool IsLackOfMemory(VipsException failure) =>
        LackOfMemory.Any(text => failure.Message.Contains(text, StringComparison.Ordinal));
}
