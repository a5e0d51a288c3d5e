using Chat.Functions.Media;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Media;

public class MediaItemTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(MediaItem.Image)]
    [InlineData(MediaItem.Video)]
    [InlineData(MediaItem.Voice)]
    [InlineData(MediaItem.File)]
    public void Should_say_no_more_of_a_file_that_is_held_or_failed_than_of_one_that_is_processed(string kind)
    {
        var declared = Declared(kind);
        var ready = declared with
        {
            Width = 320,
            Height = 180,
            Blurhash = declared.Blurhash ?? "LKO2?U%2Tw=w]~RBVZRi};RPxuwH",
            DurationMs = 3000,
            Variants = [new(MediaVariant.Original, "image/webp", 7)],
        };
        var held = ready.HeldFrom(Now, "00ff");

        Assert.Equal(MediaState.Held, held.State);
        Assert.Equal(Attachment.Of(declared), Attachment.Of(held));
        Assert.Equal(Attachment.Of(declared.Failed("refused")), Attachment.Of(held.Failed("refused")));
        Assert.Equal((null, null), (held.Failed("refused").Scan, held.Deleted().Scan));
        Assert.NotEqual(Attachment.Of(declared), Attachment.Of(ready with { State = MediaState.Ready }));
    }

    private static MediaItem Declared(string kind) => new()
    {
        MediaId = MediaId.New(),
        OwnerId = new UserId("alice"),
        ConversationId = default,
        Kind = kind,
        ContentType = "image/png",
        Bytes = 100,
        Sha256 = new string('0', 64),
        State = MediaState.Processing,
        CreatedAt = Now,
        UrlExpiresAt = Now,
        Blurhash = kind == MediaItem.Video ? "LEHV6nWB2yk8pyo0adR*.7kCMdnj" : null,
        Waveform = kind == MediaItem.Voice ? [1, 2, 3] : null,
        FileName = kind == MediaItem.File ? "Plan.pdf" : null,
    };
}
