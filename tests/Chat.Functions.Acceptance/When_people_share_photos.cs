using System.Net;
using System.Text;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

public class When_people_share_photos
{
    [Fact]
    public async Task Should_be_seen_by_the_other_and_by_nobody_else()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await azure.Blobs.ListenAsync(0, CancellationToken.None);
        await using var app = await ChatApp.StartAsync(azure);
        using var uploads = new Uploads(azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await uploads.ShareAsync(alice, conversation);
        await app.HasDeliveredAsync();

        var seen = Assert.Single((await bob.AskAsync("GET", $"/api/conversations/{conversation}/messages")).List("messages"));
        Assert.DoesNotContain("http", seen.ToString(), StringComparison.Ordinal);
        var photo = Assert.Single(seen.List("attachments"));
        Assert.Equal(("image", "ready"), (photo.Text("kind"), photo.Text("state")));
        Assert.True(photo.Number("width") > 0 && photo.Number("height") > 0 && photo.Text("blurhash")!.Length > 6);
        var listed = (await bob.AskAsync("GET", "/api/conversations")).List("conversations").Single();
        Assert.Equal(("", "image"), (listed.Text("lastMessage.preview"), listed.Text("lastMessage.attachment")));

        using var browser = new HttpClient();
        foreach (var variant in (string[])["original", "1080", "320"])
        {
            var address = await Uploads.AddressAsync(bob, seen, variant);
            using var got = await browser.GetAsync(new Uri(address.Text("url")!));
            Assert.Equal(HttpStatusCode.OK, got.StatusCode);
            Assert.StartsWith("image/", got.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
            Assert.Equal("inline", got.Content.Headers.ContentDisposition!.DispositionType);
            var bytes = await got.Content.ReadAsByteArrayAsync();
            Assert.NotEmpty(bytes);
            Assert.DoesNotContain(Photo.Place, Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);

            // Caches find it: within a quarter of an hour it has one address.
            Assert.Equal(address.Text("url"), (await Uploads.AddressAsync(bob, seen, variant)).Text("url"));
        }

        var refused = await Uploads.AddressAsync(app.As("mallory"), seen);
        Assert.Equal(("conversation_not_found", null), (refused.Text("code"), refused.Text("url")));
        var other = await Uploads.AddressOfAsync(bob, seen, "aaaaaaaaaaaaaaaaaaaaaa");
        Assert.Equal("media_not_found", other.Text("code"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_be_shown_once_it_is_processed_when_it_was_sent_before(bool isGood)
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var phone = await bob.ListenAsync();
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Azure.Faults.Add(new Fault("blobs", "get-blob", FaultKind.Delay) { Strike = _ => sent.Task });
        var photo = isGood ? new Photo() : new Photo { Bytes = Encoding.UTF8.GetBytes("<svg onload=\"alert(1)\"/>") };
        var media = await uploads.UploadAsync(alice, conversation, photo);

        var message = await alice.SayAsync(conversation, Uploads.Of(media));
        Assert.Equal("processing", message.List("attachments")[0].Text("state"));
        Assert.Equal("media_not_ready", (await Uploads.AddressAsync(bob, message)).Text("code"));
        sent.SetResult();

        var updated = await phone.ReceivesEventAsync("message.updated");
        var expected = isGood ? "ready" : "failed";
        Assert.Equal(expected, updated.At("message")!.Value.List("attachments")[0].Text("state"));
        Assert.Equal(expected, (await bob.AskAsync("GET", message.Path())).List("attachments")[0].Text("state"));
        Assert.Equal(isGood ? null : "media_failed", (await Uploads.AddressAsync(bob, message)).Text("code"));
        await app.HasDeliveredAsync();
        Assert.Equal(1, (await bob.SummaryAsync(conversation))!.UnreadCount);
    }

    [Fact]
    public async Task Should_outlive_the_message_it_was_forwarded_from_and_go_with_the_last()
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var target = (await bob.StartDirectAsync("carol")).ConversationId;
        var message = await uploads.ShareAsync(alice, conversation);
        var media = message.List("attachments")[0].Text("mediaId")!;

        var result = (await bob.AskAsync(
            "POST", message.Path() + "/forward", new { clientMessageId = "f-1", to = new[] { target } })).List("results").Single();
        Assert.Equal(201, result.Number("status"));
        var forwarded = result.At("message")!.Value;
        await alice.AskAsync("DELETE", message.Path());
        Assert.Equal("message_unsent", (await Uploads.AddressOfAsync(bob, message, media)).Text("code"));
        Assert.Equal("conversation_not_found", (await Uploads.AddressAsync(alice, forwarded)).Text("code"));

        await app.HasDeliveredAsync();
        await HasSettledAsync(app);
        var address = (await Uploads.AddressAsync(carol, forwarded)).Text("url")!;
        Assert.NotNull(await uploads.GetAsync(address));

        await bob.AskAsync("DELETE", forwarded.Path());
        await Eventually.SeesAsync(uploads.BlobsAsync, blobs => blobs.Count == 0);
        Assert.Null(await uploads.GetAsync(address));

        // What was sent is answered with what became of it, also when its photo is gone.
        Assert.Equal("media_not_found", await alice.MayNotSayAsync(conversation, Uploads.Of(media), HttpStatusCode.NotFound));
    }

    [Theory]
    [InlineData(0, "said")]
    [InlineData(6, "said")]
    [InlineData(12, "said")]
    [InlineData(0, "another")]
    public async Task Should_go_with_its_message_whichever_was_said_and_whenever_it_was_sent(int minutes, string sent)
    {
        var clock = new JumpingClock();
        var patient = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:UnsendWindow"] = "1.00:00:00" };
        await using var app = await ChatApp.StartAsync(settings: patient, time: clock);
        using var uploads = new Uploads(app.Azure);
        var alice = new Person(app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var mediaId = await uploads.UploadAsync(alice, conversation, clientMessageId: "said");
        await uploads.IsAsync(alice, mediaId, "ready");
        clock.Jump(TimeSpan.FromMinutes(minutes));
        await HasSettledAsync(app);

        var message = await alice.AskAsync(
            "POST",
            $"/api/conversations/{conversation}/messages",
            new { clientMessageId = sent, attachments = new[] { new { mediaId } } },
            HttpStatusCode.Created);
        clock.Jump(TimeSpan.FromHours(2));
        await app.HasDeliveredAsync();
        await HasSettledAsync(app);
        Assert.NotNull(await uploads.GetAsync((await Uploads.AddressAsync(alice, message)).Text("url")!));

        await alice.AskAsync("DELETE", message.Path());
        clock.Jump(sent == "another" ? TimeSpan.FromHours(22.5) : TimeSpan.Zero);
        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
    }

    [Theory]
    [InlineData("taken back")]
    [InlineData("removed by a moderator")]
    [InlineData("disappears")]
    [InlineData("conversation deleted")]
    public async Task Should_leave_no_blob_when_the_message_is_gone(string how)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        if (how == "disappears")
        {
            await alice.AskAsync("PATCH", $"/api/conversations/{conversation}", new { messageTtl = 1800 });
        }

        var message = await uploads.ShareAsync(alice, conversation);
        var stays = await uploads.UploadedAsync(alice, conversation);
        clock.Jump(TimeSpan.FromMinutes(11));
        await HasSettledAsync(app);
        Assert.Equal(6, (await uploads.BlobsAsync()).Count);
        switch (how)
        {
            case "taken back":
                await alice.AskAsync("DELETE", message.Path());
                break;
            case "removed by a moderator":
                await RemoveAsync(app, bob, message);
                break;
            case "conversation deleted":
                await alice.DoAsync("DELETE", $"/api/conversations/{conversation}");
                break;
            default:
                clock.Jump(TimeSpan.FromMinutes(20));
                break;
        }

        await Eventually.SeesAsync(
            clock,
            uploads.BlobsAsync,
            blobs => blobs.Count == 3 && blobs.TrueForAll(blob => blob.Contains(stays, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Should_attach_only_what_is_ones_own_and_for_that_conversation()
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var elsewhere = (await alice.StartDirectAsync("carol")).ConversationId;
        var media = await uploads.UploadedAsync(alice, conversation);
        var pending = (await uploads.BeginAsync(alice, new Photo().For(conversation))).Text("mediaId")!;

        Assert.Equal("media_not_found", await bob.MayNotSayAsync(conversation, Uploads.Of(media), HttpStatusCode.NotFound));
        Assert.Equal("media_not_found", await alice.MayNotSayAsync(elsewhere, Uploads.Of(media), HttpStatusCode.NotFound));
        Assert.Equal("media_not_ready", await alice.MayNotSayAsync(conversation, Uploads.Of(pending), HttpStatusCode.Conflict));
        var many = new { text = "x", attachments = Enumerable.Range(0, 10).Select(n => new { mediaId = $"aaaaaaaaaaaaaaaaaaaaa{n}" }) };
        Assert.Equal("malformed", await alice.MayNotSayAsync(conversation, many, HttpStatusCode.BadRequest));
        var twice = new { attachments = new[] { new { mediaId = media }, new { mediaId = media } } };
        Assert.Equal("malformed", await alice.MayNotSayAsync(conversation, twice, HttpStatusCode.BadRequest));
        Assert.Empty((await bob.AskAsync("GET", $"/api/conversations/{conversation}/messages")).List("messages"));
    }

    [Fact]
    public async Task Should_be_sent_in_batches_and_later_and_once_however_often_it_is_tried()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var alice = new Person(app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        var bob = new Person(app.Http, "bob", lifetime: TimeSpan.FromDays(3));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var (now, later) = (await uploads.UploadedAsync(alice, conversation), await uploads.UploadedAsync(alice, conversation));

        var batch = new { messages = new[] { Person.Under("b-1", Uploads.Of(now)), Person.Under("b-2", new { text = "Look" }) } };
        foreach (var status in (int[])[201, 200])
        {
            var results = (await alice.AskAsync("POST", $"/api/conversations/{conversation}/messages/batch", batch)).List("results");
            Assert.Equal([status, status], results.Select(result => result.Number("status")));
        }

        var dueAt = clock.GetUtcNow().AddHours(30);
        await alice.AskAsync(
            "POST",
            $"/api/conversations/{conversation}/scheduled",
            Person.Under("s-1", new { attachments = new[] { new { mediaId = later } }, dueAt }),
            HttpStatusCode.Created);
        clock.Jump(TimeSpan.FromMinutes(11));
        await HasSettledAsync(app);
        clock.Jump(TimeSpan.FromHours(25));
        await HasSettledAsync(app);
        clock.Jump(TimeSpan.FromHours(5));

        var seen = await Eventually.SeesAsync(
            clock,
            () => bob.AskAsync("GET", $"/api/conversations/{conversation}/messages"),
            page => page.List("messages").Count == 3);
        var sent = seen.List("messages")[2];
        Assert.Equal(later, sent.List("attachments")[0].Text("mediaId"));
        Assert.NotNull(await uploads.GetAsync((await Uploads.AddressAsync(bob, sent)).Text("url")!));
    }

    [Fact]
    public async Task Should_not_be_shown_to_whom_the_message_is_not()
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var conversation = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var message = await uploads.ShareAsync(alice, conversation);
        await alice.DoAsync("POST", $"/api/conversations/{conversation}/members", new { members = new[] { "carol" } });

        // From before she came; and of whom he blocks.
        Assert.Equal("message_not_found", (await Uploads.AddressAsync(carol, message)).Text("code"));
        await bob.DoAsync("PUT", "/api/blocks/alice");
        Assert.Equal("message_not_found", (await Uploads.AddressAsync(bob, message)).Text("code"));
        await alice.DoAsync("DELETE", $"/api/conversations/{conversation}/members/bob");
        Assert.Equal("conversation_not_found", (await Uploads.AddressAsync(bob, message)).Text("code"));
        Assert.NotNull((await Uploads.AddressAsync(alice, message)).Text("url"));
    }

    [Theory]
    [InlineData("cosmos", "batch", nameof(FaultKind.ResetBefore), true)]
    [InlineData("cosmos", "batch", nameof(FaultKind.ResetAfter), true)]
    [InlineData("servicebus", "schedule", nameof(FaultKind.ResetBefore), true)]
    [InlineData("cosmos", "batch", nameof(FaultKind.Fail), false)]
    public async Task Should_lose_and_leave_nothing_when_a_send_breaks(string service, string operation, string kind, bool isRetried)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var alice = new Person(app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var media = await uploads.UploadedAsync(alice, conversation);
        await app.HasDeliveredAsync();
        JsonElement message = default;
        using (app.Azure.Faults.Add(new Fault(service, operation, Enum.Parse<FaultKind>(kind)) { Times = isRetried ? 3 : int.MaxValue }))
        {
            var path = $"/api/conversations/{conversation}/messages";
            var body = Person.Under("p-1", Uploads.Of(media));
            if (isRetried)
            {
                await Eventually.SeesAsync(() => alice.PostAsync(path, body), answer => answer.IsSuccessStatusCode);
                message = await alice.AskAsync("POST", path, body);
            }
            else
            {
                Assert.False((await alice.PostAsync(path, body)).IsSuccessStatusCode);
            }
        }

        for (var hour = 0; hour < 26; hour++)
        {
            clock.Jump(TimeSpan.FromHours(1));
            await HasSettledAsync(app);
        }

        await Eventually.SeesAsync(uploads.BlobsAsync, blobs => blobs.Count == (isRetried ? 3 : 0));
        if (isRetried)
        {
            Assert.NotNull((await Uploads.AddressAsync(alice, message)).Text("url"));
        }
    }

    /// <summary>Waits until what is due on queue <c>media</c> is done.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_be_seen_by_moderators_also_when_it_was_taken_back_after_a_report(bool isCopiedLater)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob, moderator) = (app.As("alice"), app.As("bob"), app.AsModerator("vera"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await uploads.ShareAsync(bob, conversation);
        var message = await uploads.ShareAsync(alice, conversation);

        using (app.Azure.Faults.Add(new Fault("blobs", "put-blob", FaultKind.ResetBefore) { Times = isCopiedLater ? int.MaxValue : 0 }))
        {
            await ReportAsync(bob, message);
        }

        var found = (await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases").Single();
        var evidence = await Eventually.SeesAsync(
            clock,
            async () => (await moderator.AskAsync("GET", $"/api/moderation/cases/{found.Text("caseId")}")).List("evidence"),
            all => all.Exists(one => one.At("photos") is not null));
        await alice.AskAsync("DELETE", message.Path());
        var photo = message.List("attachments")[0].Text("mediaId")!;
        await Eventually.SeesAsync(
            clock, uploads.BlobsAsync, blobs => !blobs.Exists(one => one.Contains(photo, StringComparison.Ordinal)));

        var kept = Assert.Single(evidence, one => one.At("photos") is not null);
        Assert.Equal(message.Text("messageId"), kept.Text("messageId"));
        Assert.Equal(photo, Assert.Single(kept.List("photos")).Text("mediaId"));
        var picture = Assert.NotNull(await uploads.GetAsync(kept.List("photos")[0].Text("url")!));
        Assert.Equal("image/webp", picture.Type);
        Assert.NotEmpty(picture.Bytes);
        Assert.Equal(2, evidence.Count);
    }

    private static async Task HasSettledAsync(ChatApp app)
    {
        await Eventually.HoldsAsync(() => app.Azure.ServiceBus.Find("media")!.Count(), count => count is { Active: 0, InFlight: 0 });
    }

    private static Task<JsonElement> ReportAsync(Person reporter, JsonElement message) => reporter.AskAsync(
        "POST",
        "/api/reports",
        new
        {
            target = new { conversationId = message.Text("conversationId"), messageIds = new[] { message.Text("messageId") } },
            reason = "harassment",
        },
        HttpStatusCode.Accepted);

    private static async Task RemoveAsync(ChatApp app, Person reporter, JsonElement message)
    {
        await ReportAsync(reporter, message);
        var moderator = app.AsModerator("vera");
        var reported = (await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases").Single();
        await moderator.DecideAsync(
            $"/api/moderation/cases/{reported.Text("caseId")}", new { action = "remove", ground = "terms", rule = "No harassment" });
    }
}
