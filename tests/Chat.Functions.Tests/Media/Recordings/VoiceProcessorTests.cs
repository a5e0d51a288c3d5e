using System.Text;
using Chat.Functions.Media.Recordings;
using Xunit;

namespace Chat.Functions.Tests.Media.Recordings;

public sealed class VoiceProcessorTests
{
    [Fact]
    public void Should_tell_how_long_a_browsers_recording_is_though_it_does_not_say()
    {
        foreach (var (contentType, file) in ((string, byte[])[])[("audio/webm", Recorded.WebM), ("audio/mp4", Recorded.Mp4)])
        {
            var voice = VoiceProcessor.Process(file, contentType);
            Assert.InRange(voice.DurationMs, 1200, 1800);
            Assert.Equal(contentType, voice.ContentType);
            Assert.DoesNotContain("Chrome", Encoding.Latin1.GetString(voice.Content.Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Should_keep_the_sound_and_nothing_that_is_said_about_it()
    {
        foreach (var (contentType, file) in Files.All())
        {
            Assert.True(contentType == "audio/mp4" || Encoding.Latin1.GetString(file).Contains(Files.Secret, StringComparison.Ordinal));
            var voice = VoiceProcessor.Process(file, contentType);
            Assert.InRange(voice.DurationMs, 1950, 2010);
            var text = Encoding.Latin1.GetString(voice.Content.Span);
            Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
            Assert.Contains(Encoding.Latin1.GetString(Files.Packet), text, StringComparison.Ordinal);
            Assert.Equal(contentType == "audio/ogg" ? "audio/webm" : contentType, voice.ContentType);
        }
    }

    [Fact]
    public void Should_read_what_it_has_written_and_write_the_same()
    {
        foreach (var (contentType, file) in Files.All(17).Append(("audio/webm", Recorded.WebM)).Append(("audio/mp4", Recorded.Mp4)))
        {
            var once = VoiceProcessor.Process(file, contentType);
            var twice = VoiceProcessor.Process(once.Content, once.ContentType);
            Assert.Equal(once.DurationMs, twice.DurationMs);
            Assert.Equal(once.Content.ToArray(), twice.Content.ToArray());
        }
    }

    [Fact]
    public void Should_take_a_minute_and_refuse_more_whatever_the_file_says_of_its_times()
    {
        foreach (var (contentType, file) in Files.All(60))
        {
            Assert.InRange(VoiceProcessor.Process(file, contentType).DurationMs, 59_900, 60_000);
        }

        foreach (var (contentType, file) in Files.All(62))
        {
            AssertRefused("too_long", file, contentType);
        }
    }

    [Fact]
    public void Should_refuse_other_tracks_than_one_of_sound()
    {
        AssertRefused("wrong_tracks", Files.WebM(1, Files.WebMTrack(), Files.WebMTrack()), "audio/webm");
        AssertRefused("wrong_tracks", Files.WebM(1, Files.WebMTrack(type: 1, codec: "V_VP9")), "audio/webm");
        AssertRefused("wrong_tracks", Files.Mp4(1, traks: 2), "audio/mp4");
        AssertRefused("wrong_tracks", Files.Mp4(1, handler: "vide"), "audio/mp4");
        AssertRefused("wrong_tracks", Files.Ogg(1, serialOfSound: 8), "audio/ogg");
        AssertRefused("wrong_type", Files.WebM(1, Files.WebMTrack(codec: "A_VORBIS")), "audio/webm");
    }

    private static void AssertRefused(string reason, byte[] file, string contentType) =>
        HostileRecordingTests.AssertRefused(reason, file, contentType);
}
