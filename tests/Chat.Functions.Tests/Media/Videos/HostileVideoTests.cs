using System.Buffers.Binary;
using System.Text;
using Chat.Functions.Media;
using Chat.Functions.Media.Recordings;
using Chat.Functions.Media.Videos;
using Chat.Functions.Tests.Media.Recordings;
using Xunit;

namespace Chat.Functions.Tests.Media.Videos;

/// <summary>Files that are made to deceive, to exhaust or to break. They are refused, or cleaned, and nothing else happens.</summary>
public sealed class HostileVideoTests
{
    [Theory]
    [InlineData("")]
    [InlineData("<!doctype html><script>alert(1)</script>")]
    [InlineData("RIFF\u0004\u0000\u0000\u0000AVI ")]
    [InlineData("OggS")]
    [InlineData("%PDF-1.7")]
    public async Task Should_refuse_other_formats_whatever_is_declared(string file)
    {
        foreach (var contentType in VideoProcessor.ContentTypes.Append("text/html").Append("video/avi"))
        {
            await AssertRefusedAsync(file.Length == 0 ? "unreadable" : "wrong_type", Encoding.Latin1.GetBytes(file), contentType);
        }
    }

    [Fact]
    public async Task Should_refuse_what_is_not_of_its_declared_type()
    {
        foreach (var (contentType, file) in Clips.All())
        {
            await AssertRefusedAsync("wrong_type", file, contentType == "video/webm" ? "video/mp4" : "video/webm");
            await AssertRefusedAsync("wrong_type", file, contentType + ";codecs=vp9");
        }

        await AssertRefusedAsync("wrong_type", Clips.WebM(1, type: "matroska"), "video/webm");
        await AssertRefusedAsync("wrong_type", Clips.WebM(1, codec: "V_MPEG4/ISO/AVC"), "video/webm");
        await AssertRefusedAsync("wrong_type", [.. Files.Mp4(1)], "video/webm");
        await AssertRefusedAsync("unreadable", [.. Files.Mp4(1)], "video/mp4");
        await AssertRefusedAsync("wrong_tracks", Files.WebM(1), "video/webm");
    }

    [Fact]
    public async Task Should_refuse_or_clean_a_file_that_ends_too_early()
    {
        foreach (var (contentType, file) in Clips.All(1))
        {
            foreach (var torn in Hostile.Truncated(file))
            {
                await AssertRefusedOrCleanAsync(torn, contentType);
            }
        }
    }

    [Fact]
    public async Task Should_refuse_or_clean_a_file_whose_numbers_lie()
    {
        foreach (var (contentType, file) in Clips.All(1))
        {
            foreach (var lying in Hostile.Lying(file))
            {
                await AssertRefusedOrCleanAsync(lying, contentType);
            }
        }
    }

    [Fact]
    public async Task Should_refuse_or_clean_files_with_changed_bytes()
    {
        var random = new Random(60);
        foreach (var (contentType, file) in Clips.All(1))
        {
            foreach (var changed in Hostile.Changed(file, 1000, random))
            {
                await AssertRefusedOrCleanAsync(changed, contentType);
            }
        }
    }

    [Fact]
    public async Task Should_refuse_more_pixels_than_devices_show()
    {
        foreach (var (width, height) in ((uint, uint)[])[(8193, 16), (16, 8193), (8192, 4321), (0, 720), (65535, 65535)])
        {
            await AssertRefusedAsync("too_many_pixels", Clips.Phone(1, width: width, height: height), "video/mp4");
            await AssertRefusedAsync("too_many_pixels", Clips.WebM(1, width: width, height: height), "video/webm");
        }
    }

    [Fact]
    public async Task Should_not_be_exhausted_by_what_is_nested_or_counted()
    {
        // A hundred thousand boxes within each other, and beside each other; and as many elements.
        byte[] type = Files.Box("ftyp", "isom\0\0\0\0"u8.ToArray());
        var nested = Enumerable.Range(1, 100_000).SelectMany(left => BigEndian.Of((uint)((100_001 - left) * 8)).Concat("trak"u8.ToArray()));
        await AssertRefusedAsync("unreadable", [.. type, .. Files.Box("moov", [.. nested])], "video/mp4");
        byte[] empty = [0, 0, 0, 8, .. "skip"u8];
        byte[] many = [.. Enumerable.Repeat(empty, 100_000).SelectMany(one => one)];
        await AssertRefusedAsync("unreadable", [.. type, .. many], "video/mp4");
        await AssertRefusedAsync("unreadable", [.. type, .. Files.Box("moov", many)], "video/mp4");
        byte[] unknown = [0x1F, 0x43, 0xB6, 0x75, 0xFF];
        await AssertRefusedAsync(
            "unreadable", [.. Clips.WebM(0)[..40], .. Enumerable.Repeat(unknown, 600_000).SelectMany(one => one)], "video/webm");
        byte[] little = [.. Enumerable.Repeat<byte[]>([0xBF, 0x80], 1_000_000).SelectMany(one => one)];
        await AssertRefusedAsync("unreadable", [.. Clips.WebM(1), .. little], "video/webm");

        // A movie of 9 MB, and one that says that it has more than there is.
        await AssertRefusedAsync("unreadable", [.. type, .. Files.Box("moov", new byte[9_000_000])], "video/mp4");
        await AssertRefusedAsync("unreadable", [.. type, 0, 0, 0, 1, .. "moov"u8, .. BigEndian.Of(ulong.MaxValue)], "video/mp4");

        // Four billion frames, of no byte each, of one, or of all.
        foreach (var size in (uint[])[0, 1, 8])
        {
            var file = Clips.Phone(1);
            var table = file.AsSpan().IndexOf("stsz"u8) + 8;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(table), size);
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(table + 4), uint.MaxValue);
            await AssertRefusedAsync("unreadable", file, "video/mp4");
        }

        // Four billion frames of a fragment, also of a track that doesn't stay.
        foreach (var id in (byte[])[1, 2, 3])
        {
            var file = Clips.Fragmented(1);
            var header = file.AsSpan().IndexOf((byte[])[.. "tfhd"u8, 0, 2, 0, 0, 0, 0, 0, id]);
            var run = header + file.AsSpan(header).IndexOf("trun"u8) + 8;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(run), uint.MaxValue);
            await AssertRefusedOrCleanAsync(file, "video/mp4");
            await Assert.ThrowsAsync<UnusableMediaException>(() => Clips.ProcessAsync(file, "video/mp4"));
        }
    }

    [Fact]
    public async Task Should_refuse_frames_that_are_elsewhere()
    {
        // In another file, or where the boxes are that describe them.
        var file = Clips.Phone(1);
        file[file.AsSpan().IndexOf("url "u8) + 7] = 0;
        await AssertRefusedAsync("unreadable", file, "video/mp4");

        file = Clips.Phone(1);
        var table = file.AsSpan().IndexOf("stco"u8) + 12;
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(table), file.AsSpan().IndexOf("moov"u8));
        await AssertRefusedAsync("unreadable", file, "video/mp4");
    }

    [Fact]
    public async Task Should_refuse_what_says_twice_what_it_is()
    {
        // Where frames are, in either form; and in a track of WebM anything that is looked at, in place of what isn't.
        var file = Clips.Phone(1);
        var first = file.AsSpan().IndexOf("stco"u8);
        "co64"u8.CopyTo(file.AsSpan(first + file.AsSpan(first).IndexOf("stts"u8)));
        await AssertRefusedAsync("unreadable", file, "video/mp4");

        foreach (var id in (byte[])[0xD7, 0x86, 0xE0])
        {
            file = Clips.WebM(1);
            var name = file.AsSpan().IndexOf((byte[])[0x53, 0x6E, 0x10]);
            ((byte[])[id, 0x08, 0]).CopyTo(file.AsSpan(name));
            await AssertRefusedAsync("unreadable", file, "video/webm");
        }
    }

    internal static async Task AssertRefusedAsync(string reason, byte[] file, string contentType)
    {
        var refused = await Assert.ThrowsAsync<UnusableMediaException>(() => Clips.ProcessAsync(file, contentType));
        Assert.Equal(reason, refused.Reason);
    }

    private static async Task AssertRefusedOrCleanAsync(byte[] file, string contentType)
    {
        try
        {
            var (video, cleaned) = await Clips.ProcessAsync(file, contentType);
            Assert.InRange(video.DurationMs, 0, VideoProcessor.MaxDuration.TotalMilliseconds);
            Assert.InRange(video.Width * video.Height, 1, 8192 * 4320);
            var (again, twice) = await Clips.ProcessAsync(cleaned, video.ContentType);
            Assert.Equal((video.DurationMs, video.Width, video.Height), (again.DurationMs, again.Width, again.Height));
            Assert.Equal(cleaned, twice);
        }
        catch (UnusableMediaException)
        {
            // As it should be: it isn't a video any more.
        }
    }
}
