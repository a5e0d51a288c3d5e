using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public sealed class When_people_send_videos(When_people_send_videos.Stage stage)
    : IClassFixture<When_people_send_videos.Stage>, IAsyncLifetime
{
    private readonly ChatApp _app = stage.App;
    private readonly Uploads _uploads = stage.Uploads;
    private readonly Person _alice = stage.App.As($"alice-{Guid.NewGuid():N}");
    private readonly Person _bob = stage.App.As($"bob-{Guid.NewGuid():N}");
    private string _conversation = null!;

    public async Task InitializeAsync() => _conversation = (await _alice.StartDirectAsync(_bob.Name)).ConversationId;

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Should_be_seen_by_the_other_beside_a_photo_and_be_gone_when_it_is_taken_back()
    {
        var clip = new Video();
        var media = await _uploads.UploadedAsync(_alice, _conversation, clip);
        var photo = await _uploads.UploadedAsync(_alice, _conversation);
        var sent = await _alice.SayAsync(_conversation, new { attachments = new[] { new { mediaId = media }, new { mediaId = photo } } });
        await _app.HasDeliveredAsync();

        var seen = Assert.Single((await _bob.AskAsync("GET", $"/api/conversations/{_conversation}/messages")).List("messages"));
        var video = seen.List("attachments")[0];
        Assert.Equal(("video", "ready", "video/webm"), (video.Text("kind"), video.Text("state"), video.Text("contentType")));
        Assert.Equal((3000, 320, 180), (video.Number("durationMs"), video.Number("width"), video.Number("height")));
        Assert.Equal(clip.Blurhash, video.Text("blurhash"));
        var listed = (await _bob.AskAsync("GET", "/api/conversations")).List("conversations").Single();
        Assert.Equal("video", listed.Text("lastMessage.attachment"));
        Assert.Single((await _bob.AskAsync("GET", $"/api/conversations/{_conversation}/shared?kind=media")).List("messages"));

        var address = await Uploads.AddressAsync(_bob, seen, "original");
        using var browser = new HttpClient(_app.Azure.Blobs.CreateHandler());
        using var got = await browser.GetAsync(new Uri(address.Text("url")!));
        Assert.Equal("video/webm", got.Content.Headers.ContentType!.MediaType);
        Assert.Equal("inline", got.Content.Headers.ContentDisposition!.DispositionType);
        var bytes = await got.Content.ReadAsByteArrayAsync();
        Assert.Equal(clip.Bytes.Length, bytes.Length);
        Assert.DoesNotContain(Video.WrittenBy, Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal(clip.Bytes[^20..], bytes[^20..]);
        Assert.Equal("media_not_found", (await Uploads.AddressAsync(_bob, seen, "320")).Text("code"));
        Assert.Equal("conversation_not_found", (await Uploads.AddressAsync(_app.As("mallory"), seen, "original")).Text("code"));

        // As players seek.
        using var part = new HttpRequestMessage(HttpMethod.Get, address.Text("url")) { Headers = { Range = new RangeHeaderValue(10, 19) } };
        using var answer = await browser.SendAsync(part);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(bytes[10..20], await answer.Content.ReadAsByteArrayAsync());

        await _alice.AskAsync("DELETE", sent.Path());
        await IsGoneAsync(media);
    }

    [Fact]
    public async Task Should_be_refused_when_it_is_not_a_video_that_is_taken()
    {
        (Video Upload, string Reason)[] refused =
        [
            (new Video { Bytes = Video.Pictures(182) }, "too_long"),
            (new Video { Bytes = Video.Pictures(3)[..^5] }, "unreadable"),
            (new Video { Bytes = Encoding.UTF8.GetBytes("<!doctype html><script>alert(1)</script>") }, "wrong_type"),
            (new Video { ContentType = "video/mp4" }, "wrong_type"),
            (new Video { Bytes = Voice.Sound(2), ContentType = "video/webm" }, "wrong_type"),
        ];
        foreach (var (upload, reason) in refused)
        {
            var media = await _uploads.UploadAsync(_alice, _conversation, upload);
            Assert.Equal(reason, (await _uploads.IsAsync(_alice, media, "failed")).Text("reason"));
            await IsGoneAsync(media);
        }

        var clip = new Video();
        var begun = await _uploads.BeginAsync(_alice, clip.For(_conversation));
        await _uploads.PutAsync(begun, clip with { Bytes = [.. clip.Bytes[..^1], 7] });
        Assert.Equal("wrong_hash", (await _uploads.IsAsync(_alice, begun.Text("mediaId")!, "failed")).Text("reason"));
        await IsGoneAsync(begun.Text("mediaId")!);
    }

    [Fact]
    public async Task Should_say_what_it_looks_like_within_bounds_or_not_at_all()
    {
        await _uploads.BeginAsync(_alice, new Video { Blurhash = null }.For(_conversation));
        Assert.Equal("malformed", await RefusedAsync(new Video { Blurhash = "" }));
        Assert.Equal("malformed", await RefusedAsync(new Video { Blurhash = "LKO2?U%2Tw=w]~RBVZRi};RPxuw" }));
        Assert.Equal("malformed", await RefusedAsync(new Video { Blurhash = "<script>" }));
        Assert.Equal("malformed", await RefusedAsync(new Video { Blurhash = new string('0', 101) }));
        Assert.Equal("malformed", await RefusedAsync(new Video { ContentType = "video/webm;codecs=vp8" }));
        var hash = new string('0', 64);
        var large = new { conversationId = _conversation, kind = "video", contentType = "video/mp4", bytes = 104_857_601, sha256 = hash };
        Assert.Equal("malformed", await _alice.IsRefusedAsync("POST", "/api/media/uploads", HttpStatusCode.BadRequest, large));

        Task<string> RefusedAsync(Video clip) =>
            _alice.IsRefusedAsync("POST", "/api/media/uploads", HttpStatusCode.BadRequest, clip.For(_conversation));
    }

    private async Task IsGoneAsync(string media) =>
        await Eventually.SeesAsync(_uploads.BlobsAsync, blobs => !blobs.Exists(blob => blob.Contains(media, StringComparison.Ordinal)));

    /// <summary>One app for all of it.</summary>
    public sealed class Stage : IAsyncLifetime, IDisposable
    {
        internal ChatApp App { get; private set; } = null!;

        internal Uploads Uploads { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            App = await ChatApp.StartAsync();
            Uploads = new Uploads(App.Azure);
        }

        public async Task DisposeAsync() => await App.DisposeAsync();

        public void Dispose() => Uploads.Dispose();
    }
}
