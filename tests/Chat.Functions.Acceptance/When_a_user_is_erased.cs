using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Standings;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Mallory deletes her account, and the host app has her erased.</summary>
public class When_a_user_is_erased
{
    private const string Path = "/api/host/users/mallory";

    [Fact]
    public async Task Should_take_back_all_that_they_said_with_its_files_wherever_they_were()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var life = await LifeAsync(app, uploads, clock);
        await using var phone = await Of(app, "bob").ListenAsync();

        var certificate = await EraseAsync(app, clock);
        Assert.Equal((8, 11, 2), (
            certificate.Number("conversations"), certificate.Number("messages"), certificate.Number("files")));
        var told = await phone.ReceivesEventAsync("message.deleted");
        Assert.Equal(("erasure", null), (told.Text("reason"), told.Text("by")));

        await app.HasDeliveredAsync(clock);
        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
        await IsErasedAsync(app, life);

        // Asked for again, it looks anew, and finds the same erased.
        Assert.Equal(certificate.ToString(), (await Host(app).AskAsync("GET", Path + "/erasure")).ToString());
        certificate = await EraseAsync(app, clock);
        Assert.Equal((8, 11, 2), (
            certificate.Number("conversations"), certificate.Number("messages"), certificate.Number("files")));
    }

    [Theory]
    [InlineData("cosmos", "batch", nameof(FaultKind.Fail))]
    [InlineData("cosmos", "batch", nameof(FaultKind.ResetAfter))]
    [InlineData("cosmos", "replace", nameof(FaultKind.ResetAfter))]
    [InlineData("cosmos", "delete", nameof(FaultKind.ResetAfter))]
    [InlineData("cosmos", "query", nameof(FaultKind.Throttle))]
    [InlineData("signalr", "close-user", nameof(FaultKind.Fail))]
    [InlineData("servicebus", "schedule", nameof(FaultKind.ResetAfter))]
    [InlineData("servicebus", "receive", nameof(FaultKind.Duplicate))]
    public async Task Should_be_erased_and_counted_once_whatever_fails(string service, string operation, string kind)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var life = await LifeAsync(app, uploads, clock);
        JsonElement certificate;
        using (app.Azure.Faults.Add(new Fault(service, operation, Enum.Parse<FaultKind>(kind)) { Times = 12, Probability = 0.5 }))
        {
            certificate = await EraseAsync(app, clock);
        }

        Assert.Equal((8, 11, 2), (
            certificate.Number("conversations"), certificate.Number("messages"), certificate.Number("files")));
        await app.HasDeliveredAsync(clock);
        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
        await IsErasedAsync(app, life);
    }

    [Fact]
    public async Task Should_be_erased_when_the_instances_that_do_it_are_killed_again_and_again()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure);
        using var uploads = new Uploads(azure);
        var life = await LifeAsync(app, uploads, clock);
        await app.KillAsync();
        foreach (var (operation, nth) in new[] { ("batch", 2), ("replace", 3), ("delete", 5) })
        {
            var (struck, count) = (new TaskCompletionSource(), 0);
            using var fault = azure.Faults.Add(new Fault("cosmos", operation, FaultKind.Delay)
            {
                Strike = _ => Interlocked.Increment(ref count) < nth ? Task.CompletedTask : ForeverAsync(struck),
            });
            await using var dying = await ChatApp.StartAsync(azure);
            await Host(dying).AskAsync("DELETE", Path + "?days=0", null, HttpStatusCode.Accepted);
            await Eventually.SeesAsync(clock, () => Task.FromResult(struck.Task.IsCompleted), isStruck => isStruck);
            await dying.KillAsync();
        }

        await using var last = await ChatApp.StartAsync(azure);
        var certificate = await EraseAsync(last, clock);
        Assert.Equal((8, 11, 2), (
            certificate.Number("conversations"), certificate.Number("messages"), certificate.Number("files")));
        await last.HasDeliveredAsync(clock);
        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
        await IsErasedAsync(last, life);
    }

    [Fact]
    public async Task Should_be_refused_everything_and_be_reached_by_nobody()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure);
        await using var second = await ChatApp.StartAsync(azure);
        var (mallory, bob) = (Of(app, "mallory"), Of(app, "bob"));
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        var group = (await Of(app, "carol").CreateGroupAsync("Trip", "bob")).ConversationId;
        await using var phone = await Of(second, "mallory").ListenAsync();
        await EraseAsync(app, clock);

        await phone.Ended.WaitAsync(Eventually.Timeout);
        clock.Jump(StandingList.Interval);
        foreach (var instance in new[] { app, second })
        {
            await Eventually.SeesAsync(
                () => Of(instance, "mallory").TrySendAsync(direct, "Still here?"),
                answer => answer.StatusCode == HttpStatusCode.Forbidden);
            foreach (var path in new[] { "/api/unread", "/api/me/privacy", "/api/me/decisions" })
            {
                Assert.Equal("account_erased", await Of(instance, "mallory").IsRefusedAsync("GET", path, HttpStatusCode.Forbidden));
            }
        }

        Assert.Equal("cannot_message", await bob.MayNotSayAsync(direct, new { text = "Where are you?" }, HttpStatusCode.Forbidden));
        Assert.Equal("cannot_message", await Of(app, "eve").IsRefusedAsync(
            "POST", "/api/conversations", HttpStatusCode.Forbidden, new { kind = "direct", members = new[] { "mallory" } }));
        Assert.Equal("cannot_message", await Of(app, "carol").IsRefusedAsync(
            "POST", $"/api/conversations/{group}/members", HttpStatusCode.Forbidden, new { members = new[] { "mallory" } }));
        Assert.Equal("user_erased", await Host(app).IsRefusedAsync(
            "PUT", Path, HttpStatusCode.Conflict, new { ageBand = "18+", state = "active", displayName = "Mallory", version = 999 }));
        Assert.Equal("user_erased", await Host(app).IsRefusedAsync("DELETE", Path + "/erasure", HttpStatusCode.Conflict));
        var profile = (await bob.AskAsync("POST", "/api/users/profiles", new { users = new[] { "mallory" } })).List("profiles").Single();
        Assert.Equal(("True", null), (profile.Text("isErased"), profile.Text("displayName")));
    }

    [Fact]
    public async Task Should_go_on_as_ever_until_it_is_due_and_can_be_cancelled_by_then()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var mallory = Of(app, "mallory");
        var host = Host(app);
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        Assert.Equal("erasure_not_found", await host.IsRefusedAsync("GET", Path + "/erasure", HttpStatusCode.NotFound));
        Assert.Equal("malformed", await host.IsRefusedAsync("DELETE", Path + "?days=31", HttpStatusCode.BadRequest));
        var asked = await host.AskAsync("DELETE", Path, null, HttpStatusCode.Accepted);
        Assert.Equal(("waiting", null), (asked.Text("state"), asked.Text("messages")));
        Assert.Equal(TimeSpan.FromDays(7), At(asked, "dueAt") - At(asked, "requestedAt"));
        Assert.Equal(asked.ToString(), (await host.AskAsync("DELETE", Path + "?days=1", null, HttpStatusCode.Accepted)).ToString());

        clock.Jump(TimeSpan.FromDays(6));
        await mallory.SendAsync(direct, "I stay, after all");
        await host.DoAsync("DELETE", Path + "/erasure");
        await host.DoAsync("DELETE", Path + "/erasure");
        clock.Jump(TimeSpan.FromDays(2));
        await IsIdleAsync(app);
        await mallory.SendAsync(direct, "Hello");
        Assert.Equal("erasure_not_found", await host.IsRefusedAsync("GET", Path + "/erasure", HttpStatusCode.NotFound));

        // Asked for again, it begins when that one is due.
        await host.AskAsync("DELETE", Path + "?days=1", null, HttpStatusCode.Accepted);
        clock.Jump(TimeSpan.FromHours(23));
        await IsIdleAsync(app);
        await mallory.SendAsync(direct, "One more hour");
        clock.Jump(TimeSpan.FromHours(1));
        await IsDoneAsync(host, app, clock);
        Assert.All(await Of(app, "bob").HistoryAsync(direct), message => Assert.Equal("", message.Text));
    }

    [Fact]
    public async Task Should_take_back_what_an_instance_still_let_in_that_did_not_know()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure);
        await using var second = await ChatApp.StartAsync(azure);
        var (alice, late) = (Of(app, "alice", "chat.publisher"), Of(second, "mallory"));
        var channel = (await alice.CreateChannelAsync("News")).ConversationId;
        await alice.AskAsync("PATCH", $"/api/conversations/{channel}", new { comments = true });
        var post = await alice.SayAsync(channel, new { text = "New" });
        await late.FollowAsync(channel);
        await Host(app).AskAsync("DELETE", Path + "?days=0", null, HttpStatusCode.Accepted);
        await Eventually.SeesAsync(() => alice.AskAsync("GET", $"/api/conversations/{channel}"), seen => seen.Number("followerCount") == 0);
        await IsIdleAsync(app);
        await late.FollowAsync(channel);
        var comments = (await late.AskAsync("PUT", When_people_comment_on_a_channels_posts.CommentsOn(post))).Text("conversationId")!;
        await late.SendAsync(comments, "secret and late");
        await late.AskAsync("PUT", post.Path() + "/reactions/:hey:");

        var certificate = await IsDoneAsync(Host(app), app, clock);
        Assert.Equal((1, 1, 0), (
            certificate.Number("conversations"), certificate.Number("messages"), certificate.Number("files")));
        await app.HasDeliveredAsync(clock);
        Assert.Equal("", Assert.Single(await alice.HistoryAsync(comments)).Text);
        Assert.Empty((await alice.AskAsync("GET", post.Path())).List("reactions"));
        Assert.DoesNotContain(
            await StoredDocuments.ListAsync(app),
            document => document.ToString().Contains("secret", StringComparison.Ordinal)
                || document.Text("id") is "f:mallory" or "sub:" or "x:0:mallory");
    }

    [Fact]
    public async Task Should_let_others_keep_what_they_forwarded()
    {
        var clock = new JumpingClock();
        var patient = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:UnsendWindow"] = "1.00:00:00" };
        await using var app = await ChatApp.StartAsync(settings: patient, time: clock);
        using var uploads = new Uploads(app.Azure);
        var (mallory, bob, carol) = (Of(app, "mallory"), Of(app, "bob"), Of(app, "carol"));
        var conversation = (await mallory.StartDirectAsync("bob")).ConversationId;
        var target = (await bob.StartDirectAsync("carol")).ConversationId;
        var message = await uploads.ShareAsync(mallory, conversation);
        await bob.AskAsync("POST", message.Path() + "/forward", new { clientMessageId = "f-1", to = new[] { target } });
        await EraseAsync(app, clock);
        await app.HasDeliveredAsync(clock);

        var kept = Assert.Single((await carol.AskAsync("GET", $"/api/conversations/{target}/messages")).List("messages"));
        Assert.NotNull((await Uploads.AddressAsync(carol, kept)).Text("url"));
        Assert.Equal(3, (await uploads.BlobsAsync()).Count);
        await bob.AskAsync("DELETE", kept.Path());
        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
    }

    /// <summary>What Mallory did before: a text of hers has the word <c>secret</c>, and so has what she set for herself.</summary>
    private static async Task<Life> LifeAsync(ChatApp app, Uploads uploads, JumpingClock clock)
    {
        var (mallory, bob, carol, alice) = (Of(app, "mallory"), Of(app, "bob"), Of(app, "carol"), Of(app, "alice", "chat.publisher"));
        await app.AsHost().SaysAsync("mallory", displayName: "secret name");
        await app.AsHost().FollowsAsync("mallory", "bob");
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        var edited = await mallory.SendAsync(direct, "secret before");
        await mallory.AskAsync("PATCH", $"/api/conversations/{direct}/messages/{edited.MessageId}", new { text = "secret after" });
        await uploads.ShareAsync(mallory, direct);
        await mallory.DoAsync("PUT", $"/api/conversations/{direct}/messages/{edited.MessageId}/pin");
        var mine = await bob.SendAsync(direct, "Hello");
        await mallory.AskAsync("PUT", $"/api/conversations/{direct}/messages/{mine.MessageId}/reactions/:hey:");
        await mallory.AskAsync("PUT", $"/api/conversations/{direct}/messages/{mine.MessageId}/reactions/:ho:");
        await bob.AskAsync("PUT", $"/api/conversations/{direct}/messages/{mine.MessageId}/reactions/:hey:");
        await mallory.PreferAsync(direct, new { draft = new { text = "secret draft" } });
        await mallory.AskAsync(
            "POST",
            $"/api/conversations/{direct}/scheduled",
            new { clientMessageId = "s", text = "secret later", dueAt = clock.GetUtcNow().AddDays(2) },
            HttpStatusCode.Created);

        var owned = (await mallory.CreateGroupAsync("Owned", "bob", "carol")).ConversationId;
        var poll = await bob.SayAsync(owned, new { poll = new { question = "Where?", options = new[] { "Here", "There" } } });
        await mallory.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 0 } });
        await mallory.SayAsync(owned, new { text = "secret thread", threadId = poll.Text("messageId") });
        await mallory.SendAsync(owned, "secret last");
        var left = (await carol.CreateGroupAsync("Left", "bob", "mallory")).ConversationId;
        await mallory.SendAsync(left, "secret and gone");
        await mallory.DoAsync("DELETE", $"/api/conversations/{left}/members/mallory");
        var deleted = (await carol.CreateGroupAsync("Deleted", "bob", "mallory")).ConversationId;
        var hers = await carol.SayAsync(deleted, new { text = "Hers" });
        await mallory.SendAsync(deleted, "secret in what is deleted");
        await uploads.ShareAsync(mallory, deleted);
        await mallory.AskAsync("PUT", hers.Path() + "/reactions/:hey:");
        await mallory.SendAsync(deleted, "secret at its end");
        await carol.DoAsync("DELETE", $"/api/conversations/{deleted}");

        var channel = (await alice.CreateChannelAsync("News", "mallory")).ConversationId;
        await alice.AskAsync("PATCH", $"/api/conversations/{channel}", new { comments = true });
        var post = await alice.SayAsync(channel, new { text = "New" });
        await mallory.SayAsync(channel, new { text = "secret post" });
        var comments = (await mallory.AskAsync("PUT", When_people_comment_on_a_channels_posts.CommentsOn(post))).Text("conversationId")!;
        await mallory.SendAsync(comments, "secret comment");
        var other = await alice.SayAsync(channel, new { text = "Another" });
        var others = (await alice.AskAsync("PUT", When_people_comment_on_a_channels_posts.CommentsOn(other))).Text("conversationId")!;
        var comment = await alice.SendAsync(others, "Not hers");
        await mallory.AskAsync("PUT", $"/api/conversations/{others}/messages/{comment.MessageId}/reactions/:hey:");
        var followed = (await alice.CreateChannelAsync("Followed")).ConversationId;
        await mallory.FollowAsync(followed);
        var liked = await alice.SayAsync(followed, new { text = "Like it" });
        await mallory.AskAsync("PUT", liked.Path() + "/reactions/:hey:");

        await mallory.DoAsync("PUT", "/api/me/hidden-words", new { words = new[] { "secret word" } });
        await mallory.DoAsync("PUT", "/api/blocks/dave");
        await bob.DoAsync("PUT", "/api/mutes/mallory");
        var restricted = (await mallory.StartDirectAsync("frank")).ConversationId;
        await mallory.SendAsync(restricted, "secret to who restricts");
        await app.HasDeliveredAsync(clock);
        await Of(app, "frank").DoAsync("PUT", "/api/restrictions/mallory");
        await app.HasDeliveredAsync(clock);
        return new(direct, owned, left, channel, comments, followed, mine, liked);
    }

    private sealed record Life(
        string Direct,
        string Owned,
        string Left,
        string Channel,
        string Comments,
        string Followed,
        MessageJson Reacted,
        JsonElement Liked);

    /// <summary>Nothing that she said is anywhere, and others see that it is gone.</summary>
    private static async Task IsErasedAsync(ChatApp app, Life life)
    {
        var (bob, alice) = (Of(app, "bob"), Of(app, "alice", "chat.publisher"));
        foreach (var conversation in new[] { life.Direct, life.Owned, life.Left })
        {
            var seen = (await bob.AskAsync("GET", $"/api/conversations/{conversation}/messages")).List("messages");
            Assert.All(
                seen.Where(message => message.Text("senderId") == "mallory"),
                message => Assert.Equal(("", "erasure"), (message.Text("text"), message.Text("unsentReason"))));
            Assert.Contains(seen, message => message.Text("senderId") == "mallory");
            await Eventually.SeesAsync(
                () => bob.SummaryAsync(conversation),
                summary => summary!.LastMessage is null or { Preview: "" } or { SenderId: not "mallory" });
        }

        var reacted = await bob.AskAsync("GET", $"/api/conversations/{life.Direct}/messages/{life.Reacted.MessageId}");
        var reaction = Assert.Single(reacted.List("reactions"));
        Assert.Equal((":hey:", 1), (reaction.Text("key"), reaction.Number("count")));
        Assert.Empty((await bob.AskAsync("GET", $"/api/conversations/{life.Direct}/pins")).List("pins"));
        Assert.Equal("owner", (await bob.ConversationAsync(life.Owned)).Members!.Single(member => member.UserId == "bob").Role);
        Assert.DoesNotContain(
            (await alice.AskAsync("GET", $"/api/conversations/{life.Channel}/members")).List("members"),
            member => member.Text("userId") == "mallory");
        Assert.Equal("", Assert.Single(await alice.HistoryAsync(life.Comments)).Text);
        Assert.Empty((await alice.AskAsync("GET", life.Liked.Path())).List("reactions"));
        await Eventually.SeesAsync(
            () => alice.AskAsync("GET", $"/api/conversations/{life.Followed}"),
            channel => channel.Number("followerCount") == 0);

        var all = await StoredDocuments.ListAsync(app);
        Assert.DoesNotContain(all, document => document.ToString().Contains("secret", StringComparison.Ordinal));
        Assert.DoesNotContain(all, document => document.Text("type") == "message"
            && document.At("reactions")?.ToString().Contains("mallory", StringComparison.Ordinal) == true);
        string[] kept = ["erasure", "person", "pair:"];
        Assert.All(
            all.Where(document => document.Text("userId") == "mallory" && document.Text("conversationId") is null),
            document => Assert.Contains(kept, prefix => document.Text("id")!.StartsWith(prefix, StringComparison.Ordinal)));
        foreach (var kind in new[] { "rel:", "blockedBy:", "f:", "s:", "r:", "p:", "x:" })
        {
            Assert.DoesNotContain(all, document => document.Text("id")!.StartsWith(kind, StringComparison.Ordinal)
                && document.Text("id")!.EndsWith("mallory", StringComparison.Ordinal));
        }
    }

    private static Person Host(ChatApp app) => Of(app, "app", "chat.host");

    /// <summary>Somebody whose token outlives the story.</summary>
    private static Person Of(ChatApp app, string name, string? role = null) => new(app.Http, name, role, TimeSpan.FromDays(60));

    private static async Task<JsonElement> EraseAsync(ChatApp app, JumpingClock clock)
    {
        await Host(app).AskAsync("DELETE", Path + "?days=0", null, HttpStatusCode.Accepted);
        return await IsDoneAsync(Host(app), app, clock);
    }

    /// <summary>Waits until it is done. Time jumps while nothing is being done about it.</summary>
    private static Task<JsonElement> IsDoneAsync(Person host, ChatApp app, JumpingClock clock) =>
        Eventually.SeesAsync(
            async () =>
            {
                var erasure = await host.AskAsync("GET", Path + "/erasure");
                if (erasure.Text("state") != "done" && IsIdle(app))
                {
                    clock.Jump(TimeSpan.FromMinutes(5));
                }

                return erasure;
            },
            erasure => erasure.Text("state") == "done",
            "the erasure to be done",
            TimeSpan.FromMinutes(3));

    private static Task<bool> IsIdleAsync(ChatApp app) => Eventually.HoldsAsync(() => IsIdle(app), isIdle => isIdle);

    private static bool IsIdle(ChatApp app) =>
        app.Azure.ServiceBus.Find("moderation")!.Count() is { Active: 0, InFlight: 0 };

    private static DateTimeOffset At(JsonElement erasure, string name) =>
        DateTimeOffset.Parse(erasure.Text(name)!, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task ForeverAsync(TaskCompletionSource struck)
    {
        struck.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }
}
