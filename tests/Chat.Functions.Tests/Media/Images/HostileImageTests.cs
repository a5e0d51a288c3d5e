using System.Text;
using Chat.Functions.Media;
using Chat.Functions.Media.Images;
using Xunit;

namespace Chat.Functions.Tests.Media.Images;

/// <summary>Files that are made to deceive, to exhaust or to break. They are refused, or cleaned, and nothing else happens.</summary>
public sealed class HostileImageTests
{
    [Theory]
    [InlineData("image/jpeg")]
    [InlineData("image/png")]
    [InlineData("image/webp")]
    [InlineData("image/gif")]
    public void Should_refuse_an_empty_file(string contentType) => AssertRefused("unreadable", [], contentType);

    [Fact]
    public void Should_refuse_what_is_not_of_its_declared_type()
    {
        var valid = Valid();
        string[] others = [.. valid.Keys, "image/svg+xml", "image/bmp", "text/html", ""];
        foreach (var (contentType, file) in valid)
        {
            foreach (var other in others)
            {
                if (other != contentType)
                {
                    AssertRefused("wrong_type", file, other);
                }
            }
        }
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")]
    [InlineData("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")]
    [InlineData("<!doctype html><script>alert(1)</script>")]
    [InlineData("%PDF-1.7")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("BM\u0001\u0001\u0001\u0001")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0")]
    [InlineData("\0\0\0\u0018ftypavif\0\0\0\0")]
    public void Should_refuse_other_formats_whatever_is_declared(string file)
    {
        foreach (var contentType in Valid().Keys.Append("image/svg+xml").Append("image/heic").Append("image/avif"))
        {
            AssertRefused("wrong_type", Encoding.Latin1.GetBytes(file), contentType);
        }
    }

    [Fact]
    public void Should_refuse_a_file_that_ends_too_early()
    {
        foreach (var (contentType, file) in Valid())
        {
            for (var length = 1; length < file.Length; length += Math.Max(1, file.Length / 100))
            {
                AssertRefusedOrClean(file[..length], contentType);
            }

            // Of an animation, within its first frame.
            AssertRefused("unreadable", file[..(contentType == "image/gif" ? 40 : file.Length / 2)], contentType);
        }
    }

    [Theory]
    [InlineData("<html><script>alert('POLYGLOT')</script></html>")]
    [InlineData("PK\u0003\u0004POLYGLOT.exe")]
    public void Should_drop_what_follows_the_picture(string appended)
    {
        foreach (var (contentType, file) in Valid())
        {
            byte[] polyglot = [.. file, .. Encoding.Latin1.GetBytes(appended)];
            var processed = ImageProcessor.Process(polyglot, contentType, CancellationToken.None);
            Assert.All(processed.Variants, variant =>
                Assert.DoesNotContain("POLYGLOT", Encoding.Latin1.GetString(variant.Content.Span), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Should_refuse_a_bomb_by_its_header()
    {
        AssertRefused("too_many_pixels", Files.Png(Files.Header(60_000, 60_000, 8, 6), Files.Rows(1, 0), Files.PngEnd), "image/png");
        AssertRefused("too_many_pixels", Files.Png(Files.Header(1, 20_000, 8, 0), Files.Rows(20_000, 0), Files.PngEnd), "image/png");

        // Of the screen and of the frame on it.
        var gif = Files.Gif(0);
        gif.AsSpan(6, 4).Fill(0xEA);
        gif.AsSpan(32, 4).Fill(0xEA);
        AssertRefused("too_many_pixels", gif, "image/gif");

        var jpeg = Valid()["image/jpeg"];
        var frame = jpeg.AsSpan().IndexOf((byte[])[0xFF, 0xC0]);
        jpeg.AsSpan(frame + 5, 4).Fill(0xEA);
        AssertRefused("too_many_pixels", jpeg, "image/jpeg");
    }

    [Fact]
    public void Should_refuse_a_JPEG_of_many_scans()
    {
        Assert.Equal(48, ImageProcessor.Process(Files.Scans(100), "image/jpeg", CancellationToken.None).Width);
        AssertRefused("unreadable", Files.Scans(101), "image/jpeg");

        // What other pictures in it, such as that of a camera's preview, have doesn't count.
        var preview = Files.Scans(80).WithSegments((0xE1, Files.Scans(80)));
        Assert.Equal(48, ImageProcessor.Process(preview, "image/jpeg", CancellationToken.None).Width);
    }

    [Fact]
    public void Should_refuse_51_megapixels_and_take_50()
    {
        AssertRefused("too_many_pixels", OneBit(10_200, 5_000), "image/png");

        var processed = ImageProcessor.Process(OneBit(10_000, 5_000), "image/png", CancellationToken.None);
        Assert.Equal((10_000, 5_000), (processed.Width, processed.Height));

        static byte[] OneBit(int width, int height) =>
            Files.Png(Files.Header(width, height, 1, 0), Files.Rows(height, new byte[width / 8]), Files.PngEnd);
    }

    [Fact]
    public void Should_refuse_or_clean_files_with_flipped_bytes()
    {
        var random = new Random(20);
        foreach (var (contentType, file) in Valid())
        {
            for (var round = 0; round < 150; round++)
            {
                var flipped = file.ToArray();
                for (var flips = random.Next(1, 10); flips > 0; flips--)
                {
                    // Half of them where the headers are.
                    var at = random.Next(random.Next(2) == 0 ? Math.Min(64, file.Length) : file.Length);
                    flipped[at] = (byte)random.Next(256);
                }

                AssertRefusedOrClean(flipped, contentType);
            }
        }
    }

    private static Dictionary<string, byte[]> Valid()
    {
        using var picture = Files.Photo(48, 32);
        return new()
        {
            ["image/jpeg"] = picture.Encoded("image/jpeg").WithSegments((0xE1, Files.JpegExif(6))),
            ["image/png"] = picture.Encoded("image/png"),
            ["image/webp"] = picture.Encoded("image/webp"),
            ["image/gif"] = Files.Gif(3),
        };
    }

    private static void AssertRefused(string reason, byte[] file, string contentType)
    {
        var refused = Assert.Throws<UnusableMediaException>(() => ImageProcessor.Process(file, contentType, CancellationToken.None));
        Assert.Equal(reason, refused.Reason);
    }

    private static void AssertRefusedOrClean(byte[] file, string contentType)
    {
        try
        {
            var processed = ImageProcessor.Process(file, contentType, CancellationToken.None);
            Assert.All(processed.Variants, variant => Assert.Empty(Parts.ThatArentPixels(variant.Content.ToArray())));
        }
        catch (UnusableMediaException)
        {
            // As it should be: it isn't a picture any more.
        }
    }
}
