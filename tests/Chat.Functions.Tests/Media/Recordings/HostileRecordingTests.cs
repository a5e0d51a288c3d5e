using System.Buffers.Binary;
using System.Text;
using Chat.Functions.Media;
using Chat.Functions.Media.Recordings;
using Xunit;

namespace Chat.Functions.Tests.Media.Recordings;

/// <summary>Files that are made to deceive, to exhaust or to break. They are refused, or cleaned, and nothing else happens.</summary>
public sealed class HostileRecordingTests
{
    [Theory]
    [InlineData("")]
    [InlineData("<!doctype html><script>alert(1)</script>")]
    [InlineData("RIFF\u0004\u0000\u0000\u0000WAVE")]
    [InlineData("ID3\u0004")]
    [InlineData("%PDF-1.7")]
    public void Should_refuse_other_formats_whatever_is_declared(string file)
    {
        foreach (var contentType in VoiceProcessor.ContentTypes.Append("text/html").Append("audio/wav"))
        {
            AssertRefused(file.Length == 0 ? "unreadable" : "wrong_type", Encoding.Latin1.GetBytes(file), contentType);
        }
    }

    [Fact]
    public void Should_refuse_what_is_not_of_its_declared_type()
    {
        foreach (var (contentType, file) in Files.All())
        {
            foreach (var other in VoiceProcessor.ContentTypes.Where(other => other != contentType).Append("audio/webm;codecs=opus"))
            {
                AssertRefused("wrong_type", file, other);
            }
        }
    }

    [Fact]
    public void Should_refuse_or_clean_a_file_that_ends_too_early()
    {
        foreach (var (contentType, file) in All())
        {
            Assert.All(Hostile.Truncated(file), torn => AssertRefusedOrClean(torn, contentType));
        }

        AssertRefused("unreadable", Recorded.WebM[..^10], "audio/webm");
        AssertRefused("unreadable", Recorded.Mp4[..900], "audio/mp4");
    }

    [Fact]
    public void Should_refuse_or_clean_a_file_whose_numbers_lie()
    {
        foreach (var (contentType, file) in All())
        {
            Assert.All(Hostile.Lying(file), lying => AssertRefusedOrClean(lying, contentType));
        }
    }

    [Fact]
    public void Should_refuse_or_clean_files_with_changed_bytes()
    {
        var random = new Random(60);
        foreach (var (contentType, file) in All())
        {
            Assert.All(Hostile.Changed(file, 5000, random), changed => AssertRefusedOrClean(changed, contentType));
        }
    }

    [Fact]
    public void Should_not_be_exhausted_by_what_is_nested_or_counted()
    {
        // A hundred thousand boxes within each other, at a place where others are sought; and as many elements.
        var boxes = Enumerable.Range(1, 100_000).SelectMany(left => BigEndian.Of((uint)((100_001 - left) * 8)).Concat("udta"u8.ToArray()));
        byte[] type = Files.Box("ftyp", "isom"u8.ToArray());
        AssertRefused("unreadable", [.. type, .. Files.Box("moov", [.. boxes])], "audio/mp4");
        byte[] unknown = [0x1F, 0x43, 0xB6, 0x75, 0xFF];
        AssertRefused(
            "unreadable",
            [.. Files.WebM(0)[..18], .. Enumerable.Repeat(unknown, 100_000).SelectMany(one => one)],
            "audio/webm");

        // Four billion frames, of no byte each or of all.
        foreach (var size in (uint[])[0, 1, 6])
        {
            var file = Files.Mp4(1);
            var table = file.AsSpan().IndexOf("stsz"u8) + 8;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(table), size);
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(table + 4), uint.MaxValue);
            AssertRefused("unreadable", file, "audio/mp4");
        }

        // As many frames as 2 MB can have, and what refers to the same bytes again and again.
        AssertRefused("too_long", Files.WebM(41_000 / 50), "audio/webm");
        AssertRefused("unreadable", Again(Files.FragmentedMp4(1)), "audio/mp4");

        static byte[] Again(byte[] file)
        {
            var run = file.AsSpan().IndexOf("trun"u8) + 4;
            var size = run + 12;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(run + 8), unchecked((uint)-file.AsSpan().IndexOf("moof"u8) + 4));
            for (; size + 4 < file.AsSpan().IndexOf("mdat"u8) - 4; size += 4)
            {
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(size), 40);
            }

            return file;
        }
    }

    internal static void AssertRefused(string reason, byte[] file, string contentType)
    {
        var refused = Assert.Throws<UnusableMediaException>(() => VoiceProcessor.Process(file, contentType));
        Assert.Equal(reason, refused.Reason);
    }

    private static IEnumerable<(string ContentType, byte[] File)> All() =>
        Files.All(0.3).Append(("audio/webm", Recorded.WebM)).Append(("audio/mp4", Recorded.Mp4));

    private static void AssertRefusedOrClean(byte[] file, string contentType)
    {
        try
        {
            var voice = VoiceProcessor.Process(file, contentType);
            Assert.InRange(voice.DurationMs, 0, VoiceProcessor.MaxDuration.TotalMilliseconds);
            Assert.InRange(voice.Content.Length, 1, 1000 + 16 * file.Length);
            VoiceProcessor.Process(voice.Content, voice.ContentType);
        }
        catch (UnusableMediaException)
        {
            // As it should be: it isn't a recording any more.
        }
    }
}
