using System.Text;
using Chat.Functions.Media.Images;
using Chat.Functions.Tests.Media.Recordings;
using Xunit;

namespace Chat.Functions.Tests.Media.Videos;

public sealed class VideoProcessorTests
{
    [Fact]
    public async Task Should_keep_the_frames_where_they_are_and_nothing_that_is_said_beside_them()
    {
        foreach (var (contentType, file) in Clips.All())
        {
            Assert.Contains("SECRET", Encoding.Latin1.GetString(file), StringComparison.Ordinal);
            var (video, cleaned) = await Clips.ProcessAsync(file, contentType);

            var text = Encoding.Latin1.GetString(cleaned);
            Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
            Assert.DoesNotContain("52.5N", text, StringComparison.Ordinal);
            Assert.Equal(file.Length, cleaned.Length);
            Assert.Equal(contentType == "video/webm" ? "video/webm" : "video/mp4", video.ContentType);
            AssertSame(file, cleaned, Encoding.ASCII.GetBytes(Clips.Picture));
            AssertSame(file, cleaned, Files.Packet);
        }

        static void AssertSame(byte[] file, byte[] cleaned, byte[] frame)
        {
            var count = 0;
            for (var at = file.AsSpan().IndexOf(frame); at >= 0; count++)
            {
                Assert.Equal(frame, cleaned[at..(at + frame.Length)]);
                var next = file.AsSpan(at + 1).IndexOf(frame);
                at = next < 0 ? -1 : at + 1 + next;
            }

            Assert.InRange(count, 20, 200);
        }
    }

    [Fact]
    public async Task Should_tell_how_long_and_how_large_it_is_as_it_is_seen()
    {
        foreach (var (contentType, file) in Clips.All(20))
        {
            var (video, _) = await Clips.ProcessAsync(file, contentType);
            Assert.InRange(video.DurationMs, 19_900, 20_100);
            Assert.Contains((video.Width, video.Height), ((int, int)[])[(1080, 1920), (1280, 720)]);
        }

        // Turned by a quarter.
        var (phone, _) = await Clips.ProcessAsync(Clips.Phone(1), "video/quicktime");
        Assert.Equal((1080, 1920), (phone.Width, phone.Height));
    }

    [Fact]
    public async Task Should_change_nothing_more_of_what_is_clean()
    {
        foreach (var (contentType, file) in Clips.All())
        {
            var (video, cleaned) = await Clips.ProcessAsync(file, contentType);
            var (again, twice) = await Clips.ProcessAsync(cleaned, video.ContentType);
            Assert.Equal(cleaned, twice);
            Assert.Equal((video.DurationMs, video.Width, video.Height), (again.DurationMs, again.Width, again.Height));
        }
    }

    [Fact]
    public async Task Should_write_into_a_recording_how_long_it_is()
    {
        var (_, cleaned) = await Clips.ProcessAsync(Clips.WebM(7, isLive: true), "video/webm");
        byte[] duration = [0x44, 0x89, 0x84, .. BitConverter.GetBytes(7000f).Reverse()];
        Assert.True(cleaned.AsSpan().IndexOf(duration) > 0);
    }

    [Fact]
    public async Task Should_take_three_minutes_and_refuse_more_whatever_is_said_of_them()
    {
        foreach (var (contentType, file) in Clips.All(180))
        {
            Assert.InRange((await Clips.ProcessAsync(file, contentType)).Video.DurationMs, 179_900, 180_100);
        }

        foreach (var (contentType, file) in Clips.All(182))
        {
            await HostileVideoTests.AssertRefusedAsync("too_long", file, contentType);
        }

        await HostileVideoTests.AssertRefusedAsync("too_long", Clips.Phone(1, movieSeconds: 182), "video/mp4");
    }

    [Theory]
    [InlineData("wrong_tracks", "text", "avc1")]
    [InlineData("wrong_type", "vide", "mp4v")]
    [InlineData("wrong_type", "vide", "encv")]
    [InlineData("wrong_type", "vide", "jpeg")]
    public async Task Should_refuse_what_has_no_pictures_that_browsers_show(string reason, string handler, string format) =>
        await HostileVideoTests.AssertRefusedAsync(reason, Clips.Phone(1, handler: handler, format: format), "video/mp4");

    [Theory]
    [InlineData("avc3")]
    [InlineData("hvc1")]
    [InlineData("hev1")]
    [InlineData("av01")]
    public async Task Should_take_what_phones_record(string format) =>
        Assert.Equal(1000, (await Clips.ProcessAsync(Clips.Phone(1, format: format), "video/mp4")).Video.DurationMs);

    [Theory]
    [InlineData(0x11, 0xB0)]
    [InlineData(0x11, 0x80, 4, 0xC4, 0, 0, 0x20, 0)]
    [InlineData(0x2B, 0x11, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)]
    public async Task Should_take_sound_of_any_channels(params int[] config)
    {
        var phone = Clips.Phone(1, aac: [.. config.Select(one => (byte)one)]);
        Assert.Equal(1000, (await Clips.ProcessAsync(phone, "video/mp4")).Video.DurationMs);
        await HostileVideoTests.AssertRefusedAsync("unreadable", Clips.Phone(1, aac: [0x09, 0x90]), "video/mp4");
    }

    [Theory]
    [InlineData("LKO2?U%2Tw=w]~RBVZRi};RPxuwH", true)]
    [InlineData("00OZZy", true)]
    [InlineData("00OZZ", false)]
    [InlineData("LKO2?U%2Tw=w]~RBVZRi};RPxuw", false)]
    [InlineData("00OZ y", false)]
    [InlineData("00OZ\u00E9y", false)]
    public void Should_take_a_blurhash_of_the_length_that_it_says(string text, bool isOne) => Assert.Equal(isOne, Blurhash.IsOne(text));
}
