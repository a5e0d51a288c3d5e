using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The host app looks at every file before anybody gets it.</summary>
public class When_files_are_scanned
{
    [Theory]
    [InlineData("image")]
    [InlineData("video")]
    [InlineData("voice")]
    [InlineData("file")]
    public async Task Should_be_got_by_nobody_until_it_is_clean_and_then_be_what_was_scanned(string kind)
    {
        using var log = new CapturedLog();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOfScans, log: log);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var phone = await bob.ListenAsync();
        host.Verdict = _ => "pending";
        var media = await uploads.UploadAsync(alice, conversation, FileOf(kind));
        var (_, asked) = await IsAskedAsync(host);

        var message = await alice.SayAsync(conversation, Uploads.Of(media));
        var shown = Assert.Single(message.List("attachments"));
        Assert.Equal(("processing", null, null), (shown.Text("state"), shown.Text("width"), shown.Text("durationMs")));
        Assert.Equal(kind == "video", shown.At("blurhash") is not null);
        Assert.Equal("processing", (await uploads.CompleteAsync(alice, media)).Text("state"));
        foreach (var person in (Person[])[alice, bob])
        {
            Assert.Equal("media_not_ready", (await Uploads.AddressAsync(person, message, "original")).Text("code"));
        }

        // Where it can be got is told to the scanner, and is nowhere else.
        Assert.Equal((media, kind), (asked.Text("mediaId"), asked.Text("kind")));
        var scanned = Assert.NotNull(await uploads.GetAsync(asked.Text("url")!));
        Assert.Equal(asked.Number("bytes"), scanned.Bytes.Length);
        Assert.Equal(asked.Text("sha256"), Convert.ToHexStringLower(SHA256.HashData(scanned.Bytes)));
        Assert.Equal(asked.Text("contentType"), scanned.Type);
        await IsNowhereAsync(app, log, "sig=");
        Assert.DoesNotContain(await uploads.BlobsAsync(), blob => blob.StartsWith("incoming/", StringComparison.Ordinal));

        await app.AsHost().Caller.DoAsync("PUT", $"/api/host/media/{media}/verdict", new { verdict = "clean" });
        var updated = (await phone.ReceivesEventAsync("message.updated")).At("message")!.Value;
        var ready = Assert.Single(updated.List("attachments"));
        Assert.Equal(("ready", asked.Text("contentType")), (ready.Text("state"), ready.Text("contentType")));
        Assert.Equal(kind is "image" or "video", ready.At("width") is not null);
        var got = await uploads.GetAsync((await Uploads.AddressAsync(bob, message, "original")).Text("url")!);
        Assert.Equal(scanned.Bytes, got!.Value.Bytes);
        Assert.Equal("ready", (await uploads.CompleteAsync(alice, media)).Text("state"));
        await IsNowhereAsync(app, log, "sig=");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_be_deleted_and_said_so_when_it_is_refused(bool isAtOnce)
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOfScans);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var elsewhere = (await bob.StartDirectAsync("carol")).ConversationId;
        host.Verdict = _ => "pending";
        var media = await uploads.UploadAsync(alice, conversation);
        var (_, asked) = await IsAskedAsync(host);
        var message = await alice.SayAsync(conversation, Uploads.Of(media));
        var forwarded = (await bob.AskAsync(
            "POST", message.Path() + "/forward", new { clientMessageId = "f-1", to = new[] { elsewhere } })).List("results").Single()
            .At("message")!.Value;
        host.Verdict = _ => "refused";
        if (!isAtOnce)
        {
            await GiveAsync(app, media, "refused");
        }

        foreach (var (person, seen) in ((Person, JsonElement)[])[(bob, message), (app.As("carol"), forwarded)])
        {
            await Eventually.SeesAsync(
                () => person.AskAsync("GET", seen.Path()), look => look.List("attachments")[0].Text("state") == "failed");
            Assert.Equal("media_failed", (await Uploads.AddressAsync(person, seen, "original")).Text("code"));
        }

        await Eventually.SeesAsync(uploads.BlobsAsync, blobs => blobs.Count == 0);
        Assert.Null(await uploads.GetAsync(asked.Text("url")!));
        Assert.Equal("refused", (await uploads.CompleteAsync(alice, media)).Text("reason"));
        Assert.Equal("media_failed", await alice.MayNotSayAsync(conversation, Uploads.Of(media), HttpStatusCode.Conflict));

        // The first verdict counts.
        await GiveAsync(app, media, "clean");
        Assert.Equal("failed", (await bob.AskAsync("GET", message.Path())).List("attachments")[0].Text("state"));
    }

    [Theory]
    [InlineData("down")]
    [InlineData("slow")]
    [InlineData("elsewhere")]
    [InlineData("huge")]
    [InlineData("no JSON")]
    [InlineData("another word")]
    [InlineData("nothing")]
    [InlineData("null")]
    public async Task Should_wait_for_a_verdict_whatever_else_comes(string answer)
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOfScans, time: clock);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Misbehaves = http => answer switch
        {
            "down" => Task.Run(() => http.Response.StatusCode = StatusCodes.Status500InternalServerError),
            "slow" => slow.Task.WaitAsync(http.RequestAborted),
            "elsewhere" when http.Request.Path == "/clean" => http.Response.WriteAsync("""{"verdict":"clean"}"""),
            "elsewhere" => Task.Run(() => http.Response.Redirect("/clean", permanent: false, preserveMethod: true)),
            "huge" => http.Response.WriteAsync($$"""{"verdict":"clean","said":"{{new string('x', 65_536)}}"}"""),
            "no JSON" => http.Response.WriteAsync("clean"),
            "another word" => http.Response.WriteAsync("""{"verdict":"Clean"}"""),
            "null" => http.Response.WriteAsync("null"),
            _ => Task.CompletedTask,
        };
        var media = await uploads.UploadAsync(alice, conversation);
        var message = await alice.SayAsync(conversation, Uploads.Of(media));
        await Eventually.SeesAsync(clock, () => Task.FromResult(host.Scanned), asked => asked.Count >= 3);
        Assert.Equal("media_not_ready", (await Uploads.AddressAsync(bob, message)).Text("code"));

        host.Misbehaves = null;
        slow.SetResult();
        await Eventually.SeesAsync(
            clock, () => bob.AskAsync("GET", message.Path()), seen => seen.List("attachments")[0].Text("state") == "ready");
        Assert.NotNull(await uploads.GetAsync((await Uploads.AddressAsync(bob, message)).Text("url")!));
        Assert.Single(host.Scanned.DistinctBy(asked => asked.Id));
    }

    [Fact]
    public async Task Should_take_verdicts_on_what_waits_for_one_alone()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOfScans);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        host.Verdict = _ => "pending";
        var pending = (await uploads.BeginAsync(alice, new Photo().For(conversation))).Text("mediaId")!;
        foreach (var unknown in (string[])["aaaaaaaaaaaaaaaaaaaaaa", pending])
        {
            Assert.Equal("media_not_found", await RefusedAsync(unknown, HttpStatusCode.NotFound));
        }

        using (var processed = new Halt(app.Azure, "blobs", "put-blob", target => target.Contains("original", StringComparison.Ordinal)))
        {
            var processing = await uploads.UploadAsync(alice, conversation);
            await processed.Reached;
            Assert.Equal("media_not_ready", await RefusedAsync(processing, HttpStatusCode.Conflict));
        }

        await IsAskedAsync(host);
        Assert.Equal("malformed", await RefusedAsync(pending, HttpStatusCode.BadRequest, "pending"));
        var (one, other) = (await uploads.UploadAsync(alice, conversation), await uploads.UploadAsync(alice, conversation));
        await Eventually.HoldsAsync(() => host.Scanned, asked => asked.DistinctBy(question => question.Id).Count() == 3);
        var message = await alice.SayAsync(
            conversation, new { attachments = new[] { new { mediaId = one }, new { mediaId = other } } });
        await GiveAsync(app, one, "clean");
        await Eventually.SeesAsync(
            () => bob.AskAsync("GET", message.Path()),
            seen => seen.List("attachments").Select(file => file.Text("state")!).SequenceEqual(["ready", "processing"]));
        await GiveAsync(app, one, "refused");
        await GiveAsync(app, one, "clean");
        await HasSettledAsync(app);
        Assert.NotNull((await Uploads.AddressOfAsync(bob, message, one)).Text("url"));
        Assert.Equal("media_not_ready", (await Uploads.AddressOfAsync(bob, message, other)).Text("code"));

        // Nobody waits for a verdict any more.
        await alice.AskAsync("DELETE", message.Path());
        await Eventually.SeesAsync(
            uploads.BlobsAsync, blobs => !blobs.Exists(blob => blob.Contains(other, StringComparison.Ordinal)));
        Assert.Equal("media_not_found", await RefusedAsync(other, HttpStatusCode.NotFound));

        Task<string> RefusedAsync(string media, HttpStatusCode status, string verdict = "clean") =>
            app.AsHost().Caller.IsRefusedAsync("PUT", $"/api/host/media/{media}/verdict", status, new { verdict });
    }

    [Fact]
    public async Task Should_stay_held_where_scanning_is_turned_off_until_a_verdict_comes()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var host = await HookReceiver.StartAsync();
        using var uploads = new Uploads(azure);
        string media;
        JsonElement message;
        await using (var app = await ChatApp.StartAsync(azure, host.SettingsOfScans))
        {
            var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
            host.Verdict = _ => "pending";
            media = await uploads.UploadAsync(app.As("alice"), conversation);
            message = await app.As("alice").SayAsync(conversation, Uploads.Of(media));
            await IsAskedAsync(host);
        }

        var asked = host.Scanned.Count;
        await using var off = await ChatApp.StartAsync(azure);
        clock.Jump(TimeSpan.FromMinutes(1));
        await HasSettledAsync(off);
        Assert.Equal("media_not_ready", (await Uploads.AddressAsync(off.As("bob"), message)).Text("code"));
        Assert.Equal(asked, host.Scanned.Count);
        await uploads.UploadedAsync(off.As("alice"), message.Text("conversationId")!);
        Assert.Equal(asked, host.Scanned.Count);
        await GiveAsync(off, media, "clean");
        await Eventually.SeesAsync(
            () => off.As("bob").AskAsync("GET", message.Path()), seen => seen.List("attachments")[0].Text("state") == "ready");
    }

    private static Photo FileOf(string kind) => kind switch
    {
        "video" => new Video(),
        "voice" => new Voice(),
        "file" => new Document(),
        _ => new Photo(),
    };

    private static Task GiveAsync(ChatApp app, string media, string verdict) =>
        app.AsHost().Caller.DoAsync("PUT", $"/api/host/media/{media}/verdict", new { verdict });

    private static async Task<(string Id, JsonElement File)> IsAskedAsync(HookReceiver host) =>
        (await Eventually.HoldsAsync(() => host.Scanned, asked => asked.Count > 0))[0];

    private static async Task HasSettledAsync(ChatApp app) =>
        await Eventually.HoldsAsync(() => app.Azure.ServiceBus.Find("media")!.Count(), count => count is { Active: 0, InFlight: 0 });

    /// <summary>In no document, no message of a queue and no line of the log.</summary>
    private static async Task IsNowhereAsync(ChatApp app, CapturedLog log, string text)
    {
        Assert.All(await StoredDocuments.AllAsync(app), stored => Assert.DoesNotContain(text, stored.Value, StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(text, StringComparison.Ordinal));
        var queued = await app.Azure.ServiceBus.Find("media")!.PeekAsync(SubQueue.None, 0, 100);
        Assert.NotEmpty(queued);
        Assert.DoesNotContain(queued, message => message.Body.ToString().Contains(text, StringComparison.Ordinal));
    }
}
