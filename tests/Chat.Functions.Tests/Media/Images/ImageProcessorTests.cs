using Chat.Functions.Media.Images;
using NetVips;
using Xunit;

namespace Chat.Functions.Tests.Media.Images;

/// <summary>What becomes of pictures as phones, cameras and drawing programs make them.</summary>
public sealed class ImageProcessorTests
{
    [Theory]
    [InlineData("image/jpeg")]
    [InlineData("image/png")]
    [InlineData("image/webp")]
    public void Should_keep_size_and_format_and_add_two_smaller_pictures(string contentType)
    {
        using var picture = Files.Quarters(3000, 1000);

        var processed = Process(picture.Encoded(contentType), contentType);

        Assert.Equal((3000, 1000), (processed.Width, processed.Height));
        Assert.Equal(
            [("original", 3000, 1000, contentType), ("1080", 1080, 360, "image/webp"), ("320", 320, 107, "image/webp")],
            processed.Variants.Select(each => (each.Name, each.Width, each.Height, each.ContentType)));
        foreach (var variant in processed.Variants)
        {
            AssertShows("red lime blue white", variant);
        }
    }

    [Fact]
    public void Should_never_enlarge_a_picture()
    {
        using var picture = Files.Quarters(100, 40);

        var processed = Process(picture.Encoded("image/png"), "image/png");

        Assert.All(processed.Variants, variant => Assert.Equal((100, 40), (variant.Width, variant.Height)));
    }

    [Fact]
    public void Should_keep_one_pixel_of_the_shorter_side_of_a_line()
    {
        var line = Files.Png(Files.Header(16_000, 1, 8, 0), Files.Rows(1, new byte[16_000]), Files.PngEnd);

        var processed = Process(line, "image/png");

        Assert.Equal([(16_000, 1), (1080, 1), (320, 1)], processed.Variants.Select(each => (each.Width, each.Height)));
    }

    [Theory]
    [InlineData(1, "red lime blue white")]
    [InlineData(2, "lime red white blue")]
    [InlineData(3, "blue white red lime")]
    [InlineData(4, "white blue lime red")]
    [InlineData(5, "red white blue lime")]
    [InlineData(6, "white red lime blue")]
    [InlineData(7, "blue lime red white")]
    [InlineData(8, "lime blue white red")]
    public void Should_set_a_picture_upright(int orientation, string clockwise)
    {
        using var picture = Files.Quarters(640, 320);
        var file = picture.Encoded("image/jpeg").WithSegments((0xE1, Files.JpegExif(orientation)));

        var processed = Process(file, "image/jpeg");

        Assert.Equal(orientation >= 5 ? (320, 640) : (640, 320), (processed.Width, processed.Height));
        foreach (var variant in processed.Variants)
        {
            Assert.Equal(orientation >= 5, variant.Height > variant.Width);
            AssertShows(clockwise, variant);
        }
    }

    [Fact]
    public void Should_take_the_orientation_of_a_PNG_too()
    {
        var file = Files.Png(
            Files.Header(2, 1, 8, 2), ("eXIf", Files.Exif(orientation: 6)), Files.Rows(1, 255, 0, 0, 0, 0, 255), Files.PngEnd);

        var processed = Process(file, "image/png");

        Assert.Equal((1, 2), (processed.Width, processed.Height));
        AssertColour(255, 0, 0, processed.Variants[0], 0, 0);
        AssertColour(0, 0, 255, processed.Variants[0], 0, 1);
    }

    [Theory]
    [InlineData("original")]
    [InlineData("1080")]
    [InlineData("320")]
    public void Should_remove_everything_that_is_not_the_picture(string variant)
    {
        using var picture = Files.Quarters();
        byte[] secret = [.. "SECRET"u8];
        var jpeg = picture.Encoded("image/jpeg").WithSegments(
            (0xE1, Files.JpegExif(1)),
            (0xE1, [.. "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET</x:xmpmeta>"u8]),
            (0xED, [.. "Photoshop 3.0\0"u8, .. secret]),
            (0xFE, secret));
        var rows = Files.Rows(1, 255, 0, 0);
        var png = Files.Png(
            Files.Header(1, 1, 8, 2), ("eXIf", Files.Exif(1)), ("tEXt", [.. "Comment\0"u8, .. secret]),
            ("iTXt", [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. secret]), ("prVt", secret), rows, Files.PngEnd);
        var gif = Files.Gif(0);
        byte[] commented = [.. gif[..^1], 0x21, 0xFE, 6, .. secret, 0, 0x3B];

        AssertGone(jpeg, "image/jpeg");
        AssertGone(png, "image/png");
        AssertGone(picture.Encoded("image/webp").WithChunk("EXIF", Files.Exif(1)).WithChunk("XMP ", secret), "image/webp");
        AssertGone(commented, "image/gif");

        void AssertGone(byte[] file, string contentType)
        {
            Assert.Contains("SECRET", Latin(file), StringComparison.Ordinal);
            byte[] longer = [.. file, .. "<html>SECRET</html>"u8];
            var content = Process(longer, contentType).Variants.Single(each => each.Name == variant).Content.ToArray();
            Assert.DoesNotContain("SECRET", Latin(content), StringComparison.Ordinal);
            Assert.Empty(Parts.ThatArentPixels(content));
        }
    }

    [Theory]
    [InlineData("image/jpeg")]
    [InlineData("image/png")]
    [InlineData("image/webp")]
    public void Should_show_the_colours_of_a_profile_without_the_profile(string contentType)
    {
        // Pure red of sRGB is 234, 51, 35 in Display P3, a phone's colours.
        using var red = Files.Painted(64, 64, (_, _) => (255, 0, 0));
        using var wide = red.IccTransform("p3", inputProfile: "srgb");
        Assert.InRange(wide.Getpoint(32, 32)[1], 45, 57);
        var file = wide.Encoded(contentType);
        Assert.NotEmpty(Parts.ThatArentPixels(file));

        var original = Process(file, contentType).Variants[0];

        Assert.Empty(Parts.ThatArentPixels(original.Content.ToArray()));
        AssertColour(255, 0, 0, original, 32, 32);
    }

    [Fact]
    public void Should_show_a_picture_whose_profile_is_damaged()
    {
        var file = Files.Quarters().Encoded("image/jpeg").WithSegments((0xE2, [.. "ICC_PROFILE\0\x01\x01"u8, .. new byte[200]]));

        AssertShows("red lime blue white", Process(file, "image/jpeg").Variants[0]);
    }

    [Fact]
    public void Should_take_every_kind_of_PNG()
    {
        AssertShows([200, 200, 200], Files.Png(Files.Header(2, 2, 8, 0), Files.Rows(2, 200, 200), Files.PngEnd));
        AssertShows([200, 200, 200], Files.Png(Files.Header(1, 2, 16, 0), Files.Rows(2, 200, 77), Files.PngEnd));
        AssertShows([200, 100, 50], Files.Png(Files.Header(1, 2, 16, 2), Files.Rows(2, 200, 7, 100, 7, 50, 7), Files.PngEnd));
        AssertShows([255, 255, 255], Files.Png(Files.Header(8, 2, 1, 0), Files.Rows(2, 0xFF), Files.PngEnd));
        AssertShows(
            [1, 2, 3], Files.Png(Files.Header(2, 2, 1, 3), ("PLTE", [9, 9, 9, 1, 2, 3]), Files.Rows(2, 0xC0), Files.PngEnd));
        AssertShows([255, 0, 0, 128], Files.Png(Files.Header(1, 2, 8, 6), Files.Rows(2, 255, 0, 0, 128), Files.PngEnd));
        AssertShows([80, 80, 80, 9], Files.Png(Files.Header(1, 2, 8, 4), Files.Rows(2, 80, 9), Files.PngEnd));

        static void AssertShows(double[] expected, byte[] file)
        {
            using var shown = Shown(Process(file, "image/png").Variants[0]);
            Assert.Equal(expected, shown.Getpoint(0, 0));
            Assert.Equal(expected, shown.Getpoint(shown.Width - 1, 1));
        }
    }

    [Fact]
    public void Should_keep_no_colours_under_full_transparency()
    {
        var file = Files.Png(Files.Header(2, 1, 8, 6), Files.Rows(1, 12, 34, 56, 0, 12, 34, 56, 1), Files.PngEnd);

        using var shown = Shown(Process(file, "image/png").Variants[0]);

        Assert.Equal([0, 0, 0, 0], shown.Getpoint(0, 0));
        Assert.Equal([12, 34, 56, 1], shown.Getpoint(1, 0));
    }

    [Fact]
    public void Should_take_a_JPEG_in_shades_of_gray()
    {
        using var picture = Image.NewFromMemory(Enumerable.Repeat((byte)90, 1024).ToArray(), 32, 32, 1, Enums.BandFormat.Uchar);

        AssertColour(90, 90, 90, Process(picture.Encoded("image/jpeg"), "image/jpeg").Variants[0], 16, 16);
    }

    [Fact]
    public void Should_take_a_JPEG_in_printing_inks()
    {
        using var shown = Shown(Process(Files.Cmyk(cyan: 0, magenta: 255, yellow: 255, black: 0), "image/jpeg").Variants[0]);

        // Red as it is printed.
        var colour = shown.Getpoint(4, 4);
        Assert.True(colour[0] > 200 && colour[1] < 60 && colour[2] < 60, string.Join(' ', colour));
    }

    [Fact]
    public void Should_keep_the_first_frame_of_an_animation()
    {
        var processed = Process(Files.Gif(blueFrames: 5_000), "image/gif");

        Assert.Equal("image/png", processed.Variants[0].ContentType);
        AssertColour(255, 0, 0, processed.Variants[0], 0, 0);
    }

    [Fact]
    public void Should_not_store_a_photo_of_few_colours_at_many_times_its_size()
    {
        // Noise in a palette: a byte a pixel, and three in a file without one.
        var noise = new byte[1_000_000];
        new Random(1).NextBytes(noise);
        var palette = Enumerable.Range(0, 768).Select(each => (byte)(each * 7919)).ToArray();
        var file = Files.Png(
            Files.Header(1000, 1000, 8, 3), ("PLTE", palette), Files.Packed(noise.Chunk(1000)), Files.PngEnd);

        var original = Process(file, "image/png").Variants[0];

        Assert.Equal("image/webp", original.ContentType);
        Assert.True(original.Content.Length < 2 * file.Length, $"{original.Content.Length} bytes of {file.Length}");
    }

    [Fact]
    public void Should_stop_when_it_is_cancelled()
    {
        using var picture = Files.Quarters();
        var file = picture.Encoded("image/png");

        Assert.Throws<OperationCanceledException>(() => ImageProcessor.Process(file, "image/png", new CancellationToken(canceled: true)));
    }

    private static ProcessedImage Process(byte[] file, string contentType) =>
        ImageProcessor.Process(file, contentType, CancellationToken.None);

    private static Image Shown(ImageVariant variant)
    {
        using var stored = Image.NewFromBuffer(variant.Content.Span);
        Assert.Equal((variant.Width, variant.Height), (stored.Width, stored.Height));
        return stored.CopyMemory();
    }

    /// <summary>The colours of the four quarters, clockwise from the upper left.</summary>
    private static void AssertShows(string clockwise, ImageVariant variant)
    {
        var (left, right, top, bottom) = (variant.Width / 4, variant.Width * 3 / 4, variant.Height / 4, variant.Height * 3 / 4);
        (int X, int Y)[] places = [(left, top), (right, top), (right, bottom), (left, bottom)];
        foreach (var (colour, (x, y)) in clockwise.Split(' ').Zip(places))
        {
            var (red, green, blue) = colour switch
            {
                "red" => (255, 0, 0),
                "lime" => (0, 255, 0),
                "blue" => (0, 0, 255),
                _ => (255, 255, 255),
            };
            AssertColour(red, green, blue, variant, x, y);
        }
    }

    private static void AssertColour(int red, int green, int blue, ImageVariant variant, int x, int y)
    {
        using var shown = Shown(variant);
        var actual = shown.Getpoint(x, y);
        Assert.True(
            Math.Abs(actual[0] - red) <= 8 && Math.Abs(actual[1] - green) <= 8 && Math.Abs(actual[2] - blue) <= 8,
            $"Expected {red} {green} {blue} at {x}, {y} of {variant.Name}, but it is {string.Join(' ', actual)}.");
    }

    private static string Latin(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);
}
