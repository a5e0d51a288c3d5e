using NetVips;

namespace Chat.Functions.Media.Images;

/// <summary>Makes pictures of our own of an untrusted upload: decoded, converted to sRGB, set upright and encoded anew.</summary>
/// <remarks>
/// Metadata, comments, colour profiles and whatever follows the picture in the file are gone with that. Of an animation the first
/// frame stays, as a still. The decoders are native code: docs/adr/0016-pictures-by-libvips.md says which, and what it means.
/// </remarks>
public static class ImageProcessor
{
    /// <summary>The most pixels of an upload. Each takes four bytes of memory at most.</summary>
    public const int MaxPixels = 50_000_000;

    /// <summary>The content types that are taken.</summary>
    public static readonly string[] ContentTypes = ["image/jpeg", "image/png", "image/webp", "image/gif"];

    static ImageProcessor()
    {
        NetVips.NetVips.BlockUntrusted = true;
        // A picture is processed on the thread that asks, and nothing of it is kept for another.
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
    }

    /// <summary>Processes JPEG, PNG, WebP and GIF. Takes up to seconds of processor time and doesn't wait for anything.</summary>
    /// <param name="file">The upload. Who calls bounds its length.</param>
    /// <param name="declaredContentType">The type that the file must be of, without parameters.</param>
    /// <param name="cancellationToken">Ends the work within some rows of pixels; some decoders first read the whole file.</param>
    /// <exception cref="UnusableMediaException">The file isn't of that type, isn't a whole picture, or has too many pixels.</exception>
    /// <exception cref="InsufficientMemoryException">Later, or elsewhere, there may be enough.</exception>
    public static ProcessedImage Process(ReadOnlyMemory<byte> file, string declaredContentType, CancellationToken cancellationToken) =>
        Process(file, declaredContentType, MaxPixels, cancellationToken);

    /// <inheritdoc cref="Process(ReadOnlyMemory{byte}, string, CancellationToken)"/>
    /// <param name="maxPixels">How many pixels are taken.</param>
    public static ProcessedImage Process(
        ReadOnlyMemory<byte> file,
        string declaredContentType,
        int maxPixels,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (file.IsEmpty)
        {
            throw new UnusableMediaException(UnusableMediaException.Unreadable, "The file is empty.");
        }

        if (ImageFormats.Of(file.Span) is not { } format || format != ImageFormats.Declared(declaredContentType))
        {
            throw new UnusableMediaException(UnusableMediaException.WrongType, "The file isn't of the declared type, or that isn't taken.");
        }

        try
        {
            using var stored = ImageDecoder.Decode(file.Span, format, maxPixels, cancellationToken);
            using var stop = cancellationToken.UnsafeRegister(static image => ((Image)image!).SetKill(true), stored);
            using var picture = stored.Autorot();
            using var large = Fitting(picture, 1080);
            using var small = Fitting(large, 320);
            return new ProcessedImage(picture.Width, picture.Height, Blurhash.Of(small),
                [Original(picture, format, file.Length), WebP("1080", large, quality: 80), WebP("320", small, quality: 75)]);
        }
        catch (VipsException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (VipsException failure) when (ImageDecoder.IsLackOfMemory(failure))
        {
            // The runtime's own word for it, which callers take as they take the runtime's.
#pragma warning disable MA0012
            throw new InsufficientMemoryException("The picture needs more memory than there is just now.", failure);
#pragma warning restore MA0012
        }
    }

    /// <summary>
    /// The picture in its size and, as users save and forward it, in its format. Drawings stay exact as PNG, unless that is much
    /// longer than the upload, as of photos with few colours: then it is WebP.
    /// </summary>
    private static ImageVariant Original(Image picture, ImageFormat format, int bytes)
    {
        const string name = "original";
        if (format == ImageFormat.Jpeg)
        {
            var jpeg = picture.JpegsaveBuffer(q: 90, subsampleMode: Enums.ForeignSubsample.On, keep: Enums.ForeignKeep.None);
            return new ImageVariant(name, picture.Width, picture.Height, "image/jpeg", jpeg);
        }

        if (format != ImageFormat.WebP)
        {
            var png = picture.PngsaveBuffer(compression: 6, keep: Enums.ForeignKeep.None);
            if (png.Length <= Math.Max(1_000_000, 2L * bytes))
            {
                return new ImageVariant(name, picture.Width, picture.Height, "image/png", png);
            }
        }

        return WebP(name, picture, quality: 90);
    }

    private static ImageVariant WebP(string name, Image picture, int quality) =>
        new(name, picture.Width, picture.Height, "image/webp", picture.WebpsaveBuffer(q: quality, keep: Enums.ForeignKeep.None));

    /// <summary>The picture scaled, so that its longer side has at most that many pixels, and in memory. It is never enlarged.</summary>
    internal static Image Fitting(Image picture, int side)
    {
        using var scaled = picture.ThumbnailImage(side, height: side, size: Enums.Size.Down, noRotate: true);
        return scaled.CopyMemory();
    }
}
