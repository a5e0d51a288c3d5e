using System.Net;
using System.Net.Http.Json;
using System.Text;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_send_voice_messages
{
    [Fact]
    public async Task Should_be_heard_by_the_other_with_its_length_and_waveform_and_by_nobody_else()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await azure.Blobs.ListenAsync(0, CancellationToken.None);
        await using var app = await ChatApp.StartAsync(azure);
        using var uploads = new Uploads(azure);
        var (alice, bob, recording) = (app.As("alice"), app.As("bob"), new Voice());
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var media = await uploads.UploadedAsync(alice, conversation, recording);
        await alice.SayAsync(conversation, Uploads.Of(media));
        await app.HasDeliveredAsync();

        var seen = Assert.Single((await bob.AskAsync("GET", $"/api/conversations/{conversation}/messages")).List("messages"));
        var voice = Assert.Single(seen.List("attachments"));
        Assert.Equal(("voice", "ready", "audio/webm"), (voice.Text("kind"), voice.Text("state"), voice.Text("contentType")));
        Assert.Equal(3000, voice.Number("durationMs"));
        Assert.Equal(recording.Waveform, voice.List("waveform").Select(level => level.GetInt32()));
        Assert.Null(voice.At("width"));
        var listed = (await bob.AskAsync("GET", "/api/conversations")).List("conversations").Single();
        Assert.Equal(("", "voice"), (listed.Text("lastMessage.preview"), listed.Text("lastMessage.attachment")));
        Assert.Single((await bob.AskAsync("GET", $"/api/conversations/{conversation}/shared?kind=voice")).List("messages"));
        Assert.Empty((await bob.AskAsync("GET", $"/api/conversations/{conversation}/shared?kind=media")).List("messages"));

        var address = await Uploads.AddressAsync(bob, seen, "original");
        using var browser = new HttpClient();
        using var got = await browser.GetAsync(new Uri(address.Text("url")!));
        Assert.Equal("audio/webm", got.Content.Headers.ContentType!.MediaType);
        Assert.Equal("inline", got.Content.Headers.ContentDisposition!.DispositionType);
        var bytes = await got.Content.ReadAsByteArrayAsync();
        Assert.Equal(voice.Number("bytes"), bytes.Length);
        Assert.DoesNotContain(Voice.WrittenBy, Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);

        Assert.Equal("media_not_found", (await Uploads.AddressAsync(bob, seen, "320")).Text("code"));
        Assert.Equal("conversation_not_found", (await Uploads.AddressAsync(app.As("mallory"), seen, "original")).Text("code"));
    }

    [Theory]
    [InlineData("longer than a minute", "too_long")]
    [InlineData("torn", "unreadable")]
    [InlineData("a page", "wrong_type")]
    [InlineData("of another type", "wrong_type")]
    public async Task Should_be_refused_when_it_is_not_a_voice_message(string what, string reason)
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var recording = what switch
        {
            "longer than a minute" => new Voice { Bytes = Voice.Sound(62) },
            "torn" => new Voice { Bytes = Voice.Sound(3)[..^5] },
            "a page" => new Voice { Bytes = Encoding.UTF8.GetBytes("<!doctype html><script>alert(1)</script>") },
            _ => new Voice { ContentType = "audio/mp4" },
        };

        var media = await uploads.UploadAsync(alice, conversation, recording);

        Assert.Equal(reason, (await uploads.IsAsync(alice, media, "failed")).Text("reason"));
        Assert.Equal("media_failed", await alice.MayNotSayAsync(conversation, Uploads.Of(media), HttpStatusCode.Conflict));
        await Eventually.SeesAsync(uploads.BlobsAsync, blobs => blobs.Count == 0);
    }

    [Fact]
    public async Task Should_say_how_loud_it_is_within_bounds()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var levels = new Voice().Waveform;

        Assert.Equal("malformed", await RefusedAsync(new Voice { Waveform = [.. levels, 0] }));
        Assert.Equal("malformed", await RefusedAsync(new Voice { Waveform = [.. levels.Skip(1)] }));
        Assert.Equal("malformed", await RefusedAsync(new Voice { Waveform = [.. levels.Skip(1), 101] }));
        Assert.Equal("malformed", await RefusedAsync(new Voice { Waveform = [.. levels.Skip(1), -1] }));
        Assert.Equal("malformed", await RefusedAsync(new Voice { ContentType = "audio/webm;codecs=opus" }));
        Assert.Equal("malformed", await RefusedAsync(new Voice { Bytes = new byte[2_097_153] }));

        Task<string> RefusedAsync(Voice recording) =>
            alice.IsRefusedAsync("POST", "/api/media/uploads", HttpStatusCode.BadRequest, recording.For(conversation));
    }

    [Fact]
    public async Task Should_be_alone_in_its_message()
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var voice = await uploads.UploadedAsync(alice, conversation, new Voice());
        var other = await uploads.UploadedAsync(alice, conversation, new Voice());
        var photo = await uploads.UploadedAsync(alice, conversation);

        Assert.Equal("malformed", await alice.MayNotSayAsync(conversation, Both(voice, photo), HttpStatusCode.BadRequest));
        Assert.Equal("malformed", await alice.MayNotSayAsync(conversation, Both(voice, other), HttpStatusCode.BadRequest));
        await alice.SayAsync(conversation, Uploads.Of(voice));

        static object Both(string one, string two) => new { attachments = new[] { new { mediaId = one }, new { mediaId = two } } };
    }

    [Theory]
    [InlineData("taken back")]
    [InlineData("disappears")]
    [InlineData("never sent")]
    public async Task Should_leave_no_blob_when_it_is_gone(string how)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var alice = new Person(app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        var conversation = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await alice.AskAsync("PATCH", $"/api/conversations/{conversation}", new { messageTtl = how == "disappears" ? 1800 : 86400 });
        var media = await uploads.UploadedAsync(alice, conversation, new Voice());
        var message = how == "never sent" ? default : await alice.SayAsync(conversation, Uploads.Of(media));

        // The change feed doesn't show what has disappeared by then.
        await app.HasDeliveredAsync();
        clock.Jump(TimeSpan.FromMinutes(11));
        await Eventually.SeesAsync(uploads.BlobsAsync, blobs => blobs is [var one] && one == $"media/{media}/original");

        if (how == "taken back")
        {
            await alice.AskAsync("DELETE", message.Path());
        }
        else
        {
            clock.Jump(how == "disappears" ? TimeSpan.FromMinutes(20) : TimeSpan.FromHours(24));
        }

        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
    }

    [Fact]
    public async Task Should_be_heard_by_moderators_though_it_was_taken_back_after_a_report()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob, moderator) = (app.As("alice"), app.As("bob"), app.AsModerator("vera"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var media = await uploads.UploadedAsync(alice, conversation, new Voice());
        var message = await alice.SayAsync(conversation, Uploads.Of(media));
        var target = new { conversationId = conversation, messageIds = new[] { message.Text("messageId") } };
        await bob.AskAsync("POST", "/api/reports", new { target, reason = "harassment" }, HttpStatusCode.Accepted);
        await alice.AskAsync("DELETE", message.Path());
        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);

        var found = (await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases").Single();
        var evidence = (await moderator.AskAsync("GET", $"/api/moderation/cases/{found.Text("caseId")}")).List("evidence").Single();
        var kept = Assert.NotNull(await uploads.GetAsync(Assert.Single(evidence.List("photos")).Text("url")!));
        Assert.Equal("audio/webm", kept.Type);
        Assert.NotEmpty(kept.Bytes);
    }

    [Fact]
    public async Task Should_be_another_upload_with_another_waveform()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var recording = new Voice();

        Assert.Equal(HttpStatusCode.Created, await AskAsync(recording));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(recording));
        Assert.Equal(HttpStatusCode.Conflict, await AskAsync(recording with { Waveform = [.. recording.Waveform.Reverse()] }));

        async Task<HttpStatusCode> AskAsync(Voice asked)
        {
            using var answer = await Person.PatientlyAsync(() => alice.SendAsync(
                HttpMethod.Post,
                "/api/media/uploads",
                JsonContent.Create(asked.For(conversation)),
                request => request.Headers.Add("Idempotency-Key", "voice")));
            return answer.StatusCode;
        }
    }
}
