using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public sealed class When_people_send_files(When_people_send_files.Stage stage) : IClassFixture<When_people_send_files.Stage>, IAsyncLifetime
{
    private readonly ChatApp _app = stage.App;
    private readonly Uploads _uploads = stage.Uploads;
    private readonly Person _alice = stage.App.As($"alice-{Guid.NewGuid():N}");
    private readonly Person _bob = stage.App.As($"bob-{Guid.NewGuid():N}");
    private string _conversation = null!;

    public async Task InitializeAsync() => _conversation = (await _alice.StartDirectAsync(_bob.Name)).ConversationId;

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Should_be_saved_under_its_name_and_never_shown_and_be_gone_when_it_is_taken_back()
    {
        // More than one block.
        var bytes = new byte[(5 * 1024 * 1024) + 3];
        new Random(1).NextBytes(bytes);
        "<svg onload=alert(1)>"u8.CopyTo(bytes);
        var plan = new Document { Bytes = bytes, ContentType = "image/svg+xml", FileName = "../Pl\u202Eän \"a\".svg" };
        var media = await _uploads.UploadedAsync(_alice, _conversation, plan);
        var sent = await _alice.SayAsync(_conversation, Uploads.Of(media));
        await _app.HasDeliveredAsync();

        var seen = Assert.Single((await _bob.AskAsync("GET", $"/api/conversations/{_conversation}/messages")).List("messages"));
        var file = Assert.Single(seen.List("attachments"));
        Assert.Equal(("file", "ready", "_Plän _a_.svg"), (file.Text("kind"), file.Text("state"), file.Text("fileName")));
        Assert.Equal(("application/octet-stream", bytes.Length), (file.Text("contentType"), file.Number("bytes")));
        var listed = (await _bob.AskAsync("GET", "/api/conversations")).List("conversations").Single();
        Assert.Equal("file", listed.Text("lastMessage.attachment"));
        Assert.Single((await SharedAsync("file")).List("messages"));
        Assert.Empty((await SharedAsync("media")).List("messages"));

        var address = await Uploads.AddressAsync(_bob, seen, "original");
        using var browser = new HttpClient(_app.Azure.Blobs.CreateHandler());
        using var got = await browser.GetAsync(new Uri(address.Text("url")!));
        Assert.Equal("application/octet-stream", got.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", got.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("_Plän _a_.svg", got.Content.Headers.ContentDisposition.FileNameStar);
        Assert.Equal(bytes, await got.Content.ReadAsByteArrayAsync());
        Assert.Equal("media_not_found", (await Uploads.AddressAsync(_bob, seen, "320")).Text("code"));
        Assert.Equal("conversation_not_found", (await Uploads.AddressAsync(_app.As("mallory"), seen, "original")).Text("code"));

        await _alice.AskAsync("DELETE", sent.Path());
        await IsGoneAsync(media);
    }

    [Fact]
    public async Task Should_be_kept_for_moderators_as_something_to_save()
    {
        var media = await _uploads.UploadedAsync(_alice, _conversation, new Document());
        var message = await _alice.SayAsync(_conversation, Uploads.Of(media));
        var target = new { conversationId = _conversation, messageIds = new[] { message.Text("messageId") } };
        await _bob.AskAsync("POST", "/api/reports", new { target, reason = "harassment" }, HttpStatusCode.Accepted);
        await _alice.AskAsync("DELETE", message.Path());
        await IsGoneAsync(media);

        var copy = await CopyAsync(media);
        using var browser = new HttpClient(_app.Azure.Blobs.CreateHandler());
        using var got = await browser.GetAsync(new Uri(copy!));
        Assert.Equal("application/octet-stream", got.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", got.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal(new Document().Bytes, await got.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Should_stay_until_a_large_one_is_copied_for_moderators()
    {
        var plan = new Document { Bytes = new byte[(4 * 1024 * 1024) + 1] };
        var media = await _uploads.UploadedAsync(_alice, _conversation, plan);
        var message = await _alice.SayAsync(_conversation, Uploads.Of(media));
        var target = new { conversationId = _conversation, messageIds = new[] { message.Text("messageId") } };
        await _bob.AskAsync("POST", "/api/reports", new { target, reason = "spam" }, HttpStatusCode.Accepted);
        await _alice.AskAsync("DELETE", message.Path());
        await _app.HasDeliveredAsync();

        var copy = await Eventually.SeesAsync(() => CopyAsync(media), found => found is not null);
        using var browser = new HttpClient(_app.Azure.Blobs.CreateHandler());
        Assert.Equal(plan.Bytes, await browser.GetByteArrayAsync(new Uri(copy!)));
        Assert.Contains(await _uploads.BlobsAsync(), blob => blob.Contains($"{media}/original", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_be_what_was_declared_within_bounds_and_alone()
    {
        var document = new Document();
        var upload = await _uploads.BeginAsync(_alice, document.For(_conversation));
        await _uploads.PutAsync(upload, document with { Bytes = [.. document.Bytes.Reverse()] });
        var media = upload.Text("mediaId")!;
        Assert.Equal("wrong_hash", (await _uploads.IsAsync(_alice, media, "failed")).Text("reason"));
        Assert.Equal("media_failed", await _alice.MayNotSayAsync(_conversation, Uploads.Of(media), HttpStatusCode.Conflict));
        await IsGoneAsync(media);

        Assert.Equal("malformed", await RefusedAsync(document with { Bytes = new byte[26_214_401] }));
        Assert.Equal("malformed", await RefusedAsync(document with { Bytes = [] }));
        Assert.Equal("malformed", await RefusedAsync(document with { FileName = "" }));
        Assert.Equal("malformed", await RefusedAsync(document with { FileName = new string('a', 256) }));

        var one = await _uploads.UploadedAsync(_alice, _conversation, document);
        var other = await _uploads.UploadedAsync(_alice, _conversation);
        var both = new { attachments = new[] { new { mediaId = one }, new { mediaId = other } } };
        Assert.Equal("malformed", await _alice.MayNotSayAsync(_conversation, both, HttpStatusCode.BadRequest));

        Task<string> RefusedAsync(Document refused) =>
            _alice.IsRefusedAsync("POST", "/api/media/uploads", HttpStatusCode.BadRequest, refused.For(_conversation));
    }

    [Fact]
    public async Task Should_be_refused_while_files_are_off_and_stay_to_be_had()
    {
        var message = await _alice.SayAsync(
            _conversation, Uploads.Of(await _uploads.UploadedAsync(_alice, _conversation, new Document())));

        await using var off = await ChatApp.StartAsync(_app.Azure);
        var refused = await off.As(_alice.Name)
            .IsRefusedAsync("POST", "/api/media/uploads", HttpStatusCode.Forbidden, new Document().For(_conversation));
        Assert.Equal("files_disabled", refused);
        Assert.NotNull((await Uploads.AddressAsync(off.As(_bob.Name), message, "original")).Text("url"));
    }

    private Task<JsonElement> SharedAsync(string kind) =>
        _bob.AskAsync("GET", $"/api/conversations/{_conversation}/shared?kind={kind}");

    /// <summary>Where moderators get their copy; null while there is none.</summary>
    private async Task<string?> CopyAsync(string media)
    {
        var moderator = _app.AsModerator("vera");
        foreach (var one in (await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases"))
        {
            var found = await moderator.AskAsync("GET", $"/api/moderation/cases/{one.Text("caseId")}");
            var photo = found.List("evidence")
                .Where(evidence => evidence.At("photos") is not null)
                .SelectMany(evidence => evidence.List("photos"))
                .FirstOrDefault(photo => photo.Text("mediaId") == media);
            if (photo.ValueKind != JsonValueKind.Undefined)
            {
                return photo.Text("url");
            }
        }

        return null;
    }

    private async Task IsGoneAsync(string media) =>
        await Eventually.SeesAsync(_uploads.BlobsAsync, blobs => !blobs.Exists(blob => blob.Contains(media, StringComparison.Ordinal)));

    /// <summary>One app for all of it, which takes files.</summary>
    public sealed class Stage : IAsyncLifetime, IDisposable
    {
        internal ChatApp App { get; private set; } = null!;

        internal Uploads Uploads { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            App = await ChatApp.StartAsync(
                settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Media:FilesEnabled"] = "true" });
            Uploads = new Uploads(App.Azure);
        }

        public async Task DisposeAsync() => await App.DisposeAsync();

        public void Dispose() => Uploads.Dispose();
    }
}
