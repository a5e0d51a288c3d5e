using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Channels: few post, and any number read, without a write for each.</summary>
public class When_a_channel_is_followed
{
    [Fact]
    public async Task Should_be_created_by_whom_the_host_app_lets()
    {
        await using var app = await ChatApp.StartAsync();
        var news = new { kind = "channel", title = "News" };
        var path = "/api/conversations";
        Assert.Equal("not_allowed", await app.As("alice").IsRefusedAsync("POST", path, HttpStatusCode.Forbidden, news));
        Assert.Equal("not_allowed", await app.AsModerator("alice").IsRefusedAsync("POST", path, HttpStatusCode.Forbidden, news));
        var publisher = app.AsPublisher("alice");
        await publisher.IsRefusedAsync("POST", path, HttpStatusCode.BadRequest, new { kind = "channel" });
        var many = new { kind = "channel", title = "News", members = Enumerable.Range(0, 20).Select(n => $"m{n}") };
        await publisher.IsRefusedAsync("POST", path, HttpStatusCode.BadRequest, many);
        var own = await publisher.AskAsync("POST", path, news, HttpStatusCode.Created);
        Assert.Equal(("channel", "News", 0), (own.Text("kind"), own.Text("title"), own.Number("followerCount")));
        Assert.Equal("owner", own.List("members").Single().Text("role"));

        using var behalf = await Person.PatientlyAsync(() => new Person(app.Http, "app", "chat.host").SendAsync(
            HttpMethod.Post, path, JsonContent.Create(news), request => request.Headers.Add("On-Behalf-Of", "bob")));
        Assert.Equal(HttpStatusCode.Created, behalf.StatusCode);
        Assert.Equal("bob", (await behalf.Content.ReadFromJsonAsync<JsonElement>()).Text("createdBy"));

        // Those who post are as few as a small group; the next doesn't come in by any way.
        var channel = own.Text("conversationId")!;
        var members = $"/api/conversations/{channel}/members";
        await publisher.DoAsync("POST", members, new { members = Enumerable.Range(0, 19).Select(n => $"m{n}") });
        using var full = await Person.PatientlyAsync(() => publisher.PostAsync(members, new { members = new[] { "m19" } }));
        var problem = await full.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("limit_reached", "channelMembers", 20), (
            problem.Text("code"), problem.Text("limit.name"), problem.Number("limit.value")));
    }

    [Fact]
    public async Task Should_be_read_by_who_follows_and_by_nobody_else()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, carol, bob) = (app.AsPublisher("alice"), app.As("carol"), app.As("bob"));
        var channel = (await alice.CreateChannelAsync("News", "carol")).ConversationId;
        var path = $"/api/conversations/{channel}";
        var first = await alice.SendAsync(channel, "Before");
        foreach (var part in new[] { "", "/messages", "/events", $"/messages/{first.MessageId}", "/pins", "/members" })
        {
            Assert.Equal("conversation_not_found", await bob.IsRefusedAsync("GET", path + part, HttpStatusCode.NotFound));
        }

        await using var phone = await bob.ListenAsync();
        var subscription = await bob.FollowAsync(channel);
        Assert.Equal((1, 0, "all"), (
            subscription.Number("joinedOrdinal"), subscription.Number("readOrdinal"), subscription.Text("notify")));
        Assert.True((await phone.ReceivesEventAsync("subscription.updated")).At("isFollowing")!.Value.GetBoolean());
        Assert.Equal("Before", (await bob.HistoryAsync(channel)).Single().Text);
        await carol.SendAsync(channel, "After");
        await alice.DoAsync("PUT", $"{path}/messages/{first.MessageId}/pin");
        clock.Jump(TimeSpan.FromSeconds(6));

        var seen = await bob.AskAsync("GET", path);
        Assert.Equal((1, 2, 1), (seen.Number("unreadCount"), seen.Number("messageCount"), seen.Number("followerCount")));
        Assert.Empty(seen.List("members"));
        var row = Assert.Single(await bob.FollowedAsync());
        Assert.Equal(("channel", "After", 1), (row.Text("kind"), row.Text("lastMessage.preview"), row.Number("unreadCount")));
        Assert.Empty(await bob.ListedAsync());
        Assert.Equal(0, (await bob.UnreadAsync()).Conversations);
        Assert.Single((await bob.AskAsync("GET", path + "/pins")).List("pins"));
        Assert.Equal("Before", (await bob.AskAsync("GET", $"{path}/messages/{first.MessageId}")).Text("text"));
        Assert.Equal(seen.Number("lastSeq"), (await bob.LogAsync(channel))[^1].Number("seq"));

        // Members have it in their lists, as any group; nothing of a follower's is in a list of theirs.
        await app.HasDeliveredAsync(clock);
        Assert.Equal(channel, Assert.Single(await carol.ListedAsync()));
        Assert.Empty(await carol.FollowedAsync());

        await bob.MarkReadAsync(channel, seen.Number("lastSeq"));
        await bob.MarkReadAsync(channel, 1);
        Assert.Equal("out_of_range", (await bob.AskAsync(
            "PUT", path + "/read", new { seq = 99 }, HttpStatusCode.BadRequest)).List("errors")[0].Text("code"));
        Assert.Equal(0, Assert.Single(await bob.FollowedAsync()).Number("unreadCount"));
        var elsewhere = (await bob.StartDirectAsync("dave")).ConversationId;
        var forwarded = await bob.AskAsync(
            "POST", $"{path}/messages/{first.MessageId}/forward", new { clientMessageId = "f", to = new[] { elsewhere, channel } });
        Assert.Equal([201, 404], forwarded.List("results").Select(result => result.Number("status")));
        await bob.AskAsync(
            "POST", "/api/reports", new { target = new { conversationId = channel }, reason = "spam" }, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Should_let_followers_do_no_more_than_read()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.AsPublisher("alice");
        var channel = (await alice.CreateChannelAsync("News", "carol")).ConversationId;
        var message = (await alice.SendAsync(channel, "Hello")).MessageId;
        await app.As("bob").FollowAsync(channel);

        // The last says whether even the owner may not.
        (string Method, string Path, string? Body, bool IsForNobody)[] all =
        [
            ("POST", "/messages", """{"clientMessageId": "1", "text": "Mine"}""", false),
            ("POST", "/messages/batch", """{"messages": [{"clientMessageId": "1", "text": "Mine"}]}""", false),
            ("POST", "/scheduled", """{"clientMessageId": "1", "text": "Mine", "dueAt": "2099-01-01T00:00:00Z"}""", false),
            ("GET", "/scheduled", null, false),
            ("PATCH", "/messages/{m}", """{"text": "Mine"}""", false),
            ("DELETE", "/messages/{m}", null, false),
            ("DELETE", "/messages/{m}?scope=me", null, false),
            ("PUT", "/messages/{m}/pin", null, false),
            ("GET", "/members", null, false),
            ("POST", "/members", """{"members": ["dave"]}""", false),
            ("PATCH", "/members/carol", """{"role": "admin"}""", false),
            ("DELETE", "/members/alice", null, false),
            ("DELETE", "/members/bob", null, false),
            ("POST", "/owner", """{"userId": "bob"}""", false),
            ("GET", "/invite-links", null, false),
            ("POST", "/invite-links", "{}", false),
            ("GET", "/join-requests", null, false),
            ("PATCH", "", """{"title": "Mine"}""", false),
            ("DELETE", "", null, false),
            ("PATCH", "/preferences", """{"pinned": true}""", false),
            ("POST", "/clear", """{"seq": 1}""", false),
            ("POST", "/unread", null, false),
            ("PUT", "/delivered", """{"seq": 1}""", true),
            ("GET", "/receipts", null, true),
            ("POST", "/typing", """{"typing": true}""", true),
            ("PATCH", "", """{"messageTtl": 86400}""", true),
            ("PATCH", "", """{"slowModeSeconds": 60}""", false),
            ("PATCH", "", """{"joinPolicy": "approval"}""", true),
            ("POST", "/messages", """{"clientMessageId": "1", "text": "All!", "mentionsAll": true}""", true),
            ("POST", "/messages", """{"clientMessageId": "1", "text": "Why?", "threadId": "{m}"}""", true),
            ("POST", "/messages", """{"clientMessageId": "1", "location": {"latitude": 52.5, "longitude": 13.4}}""", true),
            ("POST", "/scheduled", """{"clientMessageId": "1", "text": "?", "threadId": "{m}", "dueAt": "2099-01-01T00:00:00Z"}""", true),
            ("POST", "/scheduled", """{"clientMessageId": "1", "text": "?", "mentionsAll": true, "dueAt": "2099-01-01T00:00:00Z"}""", true),
        ];
        foreach (var (method, path, body, isForNobody) in all)
        {
            var address = $"/api/conversations/{channel}{path.Replace("{m}", message, StringComparison.Ordinal)}";
            object? json = body is null ? null : JsonNode.Parse(body.Replace("{m}", message, StringComparison.Ordinal));
            foreach (var caller in isForNobody ? new[] { "bob", "alice" } : ["bob"])
            {
                Assert.Equal("not_allowed", await app.As(caller).IsRefusedAsync(method, address, HttpStatusCode.Forbidden, json));
            }

            Assert.Equal(
                "conversation_not_found", await app.As("stranger").IsRefusedAsync(method, address, HttpStatusCode.NotFound, json));
        }

        Assert.Equal(2, (await alice.ConversationAsync(channel)).LastSeq);
    }

    [Fact]
    public async Task Should_be_followed_again_from_then_on()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = (await alice.CreateChannelAsync("News")).ConversationId;
        var before = await bob.SyncAsync(null);
        var first = await bob.FollowAsync(channel, new { notify = "some", mutedUntil = "2099-01-01T00:00:00Z" });
        var again = await bob.AskAsync("PUT", $"/api/channels/{channel}/subscription", new { });
        Assert.Equal(first.ToString(), again.ToString());
        var changed = await bob.AskAsync("PUT", $"/api/channels/{channel}/subscription", new { mutedUntil = (string?)null });
        Assert.Equal(("some", null), (changed.Text("notify"), changed.Text("mutedUntil")));
        Assert.True(changed.Number("version") > first.Number("version"));
        var synced = await SubscriptionsAsync(bob, before.Cursor);
        Assert.Equal(changed.ToString(), Assert.Single(synced.Items).ToString());

        await bob.UnfollowAsync(channel);
        await bob.UnfollowAsync(channel);
        await alice.SendAsync(channel, "Unheard");
        await bob.IsRefusedAsync("GET", $"/api/conversations/{channel}/messages", HttpStatusCode.NotFound);
        Assert.Empty(await bob.FollowedAsync());
        var left = Assert.Single((await SubscriptionsAsync(bob, synced.Cursor)).Items);
        Assert.False(left.At("isFollowing")!.Value.GetBoolean());

        var anew = await bob.FollowAsync(channel);
        Assert.Equal((1, "all"), (anew.Number("joinedOrdinal"), anew.Text("notify")));
        Assert.True(anew.Number("version") > left.Number("version"));
        Assert.Equal(0, Assert.Single(await bob.FollowedAsync()).Number("unreadCount"));

        // Page by page, with a list that changes, nothing is missed.
        for (var n = 0; n < 5; n++)
        {
            await bob.FollowAsync((await alice.CreateChannelAsync($"{n}")).ConversationId);
            await bob.StartDirectAsync($"friend-{n}");
        }

        var all = new HashSet<string>(StringComparer.Ordinal);
        for (var page = await bob.AskAsync("GET", "/api/sync?limit=2"); ;)
        {
            all.UnionWith(page.List("items").Select(item => item.Text("conversationId")!));
            if (!page.GetProperty("hasMore").GetBoolean())
            {
                break;
            }

            page = await bob.AskAsync("GET", $"/api/sync?limit=2&cursor={Uri.EscapeDataString(page.Text("cursor")!)}");
        }

        Assert.Equal(11, all.Count);
    }

    [Fact]
    public async Task Should_end_for_who_is_taken_out_and_for_all_when_it_is_gone()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol, eve) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"), app.As("eve"));
        var channel = (await alice.CreateChannelAsync("News", "carol")).ConversationId;
        var path = $"/api/conversations/{channel}";
        await bob.FollowAsync(channel);
        await eve.FollowAsync(channel);
        await alice.DoAsync("DELETE", path + "/members/eve");
        await alice.DoAsync("DELETE", path + "/members/mallory");
        foreach (var one in new[] { eve, app.As("mallory") })
        {
            await one.IsRefusedAsync("GET", path, HttpStatusCode.NotFound);
            await one.IsRefusedAsync("PUT", $"/api/channels/{channel}/subscription", HttpStatusCode.NotFound, new { });
            await one.UnfollowAsync(channel);
            await one.IsRefusedAsync("PUT", $"/api/channels/{channel}/subscription", HttpStatusCode.NotFound, new { });
        }

        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(1, await When_a_channel_has_many_followers.CountAsync(app, channel));

        // The owner leaves: who is left owns it. When the last one does, it is gone.
        await alice.DoAsync("DELETE", path + "/members/alice");
        await carol.SendAsync(channel, "Mine now");
        await carol.DoAsync("DELETE", path + "/members/carol");
        await bob.IsRefusedAsync("GET", path + "/messages", HttpStatusCode.NotFound);
        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Empty(await bob.FollowedAsync());

        // A deleted one is, too, and what is left of it in their partition goes with the next list.
        var other = (await alice.CreateChannelAsync("Other")).ConversationId;
        await bob.FollowAsync(other);
        Assert.Single(await bob.FollowedAsync());
        await alice.DoAsync("DELETE", $"/api/conversations/{other}");
        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Empty(await bob.FollowedAsync());
        await bob.IsRefusedAsync("POST", $"/api/conversations/{other}/messages", HttpStatusCode.NotFound, new
        {
            clientMessageId = "1",
            text = "Anybody?",
        });
        var synced = await SubscriptionsAsync(bob, null);
        Assert.All(synced.Items, item => Assert.False(item.At("isFollowing")!.Value.GetBoolean()));
        Assert.Equal(2, synced.Items.Count);
    }

    [Fact]
    public async Task Should_not_tell_followers_who_its_members_are()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = (await alice.CreateChannelAsync("News", "carol")).ConversationId;
        await bob.FollowAsync(channel);
        await using var phone = await bob.ListenAsync();
        await bob.AskAsync("POST", $"/api/channels/{channel}/watch");
        await alice.DoAsync("POST", $"/api/conversations/{channel}/members", new { members = new[] { "dave" } });
        await alice.DoAsync("DELETE", $"/api/conversations/{channel}/members/carol");
        await alice.SendAsync(channel, "Hello");
        await phone.ReceivesAsync(channel, "Hello");
        var pushed = await phone.ReceivesEventAsync("entry.hidden");
        Assert.Equal("{}", pushed.ToString());

        string[] seen = ["entry.hidden", "entry.hidden", "entry.hidden", "message.created"];
        Assert.Equal(seen, (await bob.LogAsync(channel)).Select(one => one.Text("type")));
        Assert.DoesNotContain("dave", string.Concat(await bob.LogAsync(channel)), StringComparison.Ordinal);
        Assert.Equal("member.removed", (await alice.LogAsync(channel))[2].Text("type"));
    }

    [Fact]
    public async Task Should_show_followers_what_a_post_answers()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = (await alice.CreateChannelAsync("News", "bob")).ConversationId;
        var path = $"/api/conversations/{channel}";
        var first = (await alice.SendAsync(channel, "First")).MessageId;
        var answer = new { clientMessageId = "2", text = "Second", replyTo = first };
        await alice.AskAsync("POST", path + "/messages", answer, HttpStatusCode.Created);

        // Whether they never were a member, or left: what they see, they may report.
        await bob.DoAsync("DELETE", path + "/members/bob");
        var third = await alice.SendAsync(channel, "Third");
        foreach (var one in new[] { bob, app.As("eve") })
        {
            await one.FollowAsync(channel);
            var page = await one.AskAsync("GET", path + "/messages");
            Assert.Equal("First", page.List("messages").Single(post => post.Text("text") == "Second").Text("replyTo.preview"));
            var target = new { conversationId = channel, messageIds = new[] { third.MessageId } };
            await one.AskAsync("POST", "/api/reports", new { target, reason = "spam" }, HttpStatusCode.Accepted);
        }
    }

    [Fact]
    public async Task Should_show_nothing_to_who_was_removed_though_their_following_did_not_end()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await using var app = await ChatApp.StartAsync(azure);
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = (await alice.CreateChannelAsync("News", "bob")).ConversationId;
        var path = $"/api/conversations/{channel}";
        await bob.FollowAsync(channel);

        // The log has it, and the rest fails.
        using (azure.Faults.Add(new Fault("cosmos", "replace", FaultKind.Fail) { Target = one => one.Contains("/sub:") }))
        {
            using var failed = await alice.SendAsync(HttpMethod.Delete, path + "/members/bob", null);
            Assert.False(failed.IsSuccessStatusCode);
        }

        Assert.Equal("member.removed", (await alice.LogAsync(channel))[^1].Text("type"));
        foreach (var part in new[] { "", "/messages", "/events" })
        {
            await bob.IsRefusedAsync("GET", path + part, HttpStatusCode.NotFound);
        }

        await bob.IsRefusedAsync("PUT", path + "/read", HttpStatusCode.NotFound, new { seq = 1 });
        await bob.IsRefusedAsync("PUT", $"/api/channels/{channel}/subscription", HttpStatusCode.NotFound, new { });
        await bob.IsRefusedAsync("POST", $"/api/channels/{channel}/watch", HttpStatusCode.NotFound);
        await app.HasDeliveredAsync();
        Assert.Empty(await bob.FollowedAsync());
    }

    [Fact]
    public async Task Should_show_nothing_of_whom_a_follower_blocks()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = (await alice.CreateChannelAsync("News")).ConversationId;
        await alice.SendAsync(channel, "Hello");
        await bob.FollowAsync(channel);
        await bob.DoAsync("PUT", "/api/blocks/alice");
        Assert.Equal("blocked", (await bob.AskAsync("GET", $"/api/conversations/{channel}/messages")).List("messages")[0].Text("hidden"));
        var row = Assert.Single(await bob.FollowedAsync());
        Assert.Equal(("", "blocked"), (row.Text("lastMessage.preview"), row.Text("lastMessage.hidden")));
    }

    [Fact]
    public async Task Should_be_pushed_to_who_watches_it()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"));
        var channel = (await alice.CreateChannelAsync("News")).ConversationId;
        var watch = $"/api/channels/{channel}/watch";
        Assert.Equal("conversation_not_found", await bob.IsRefusedAsync("POST", watch, HttpStatusCode.NotFound));
        var own = (await bob.StartDirectAsync("dave")).ConversationId;
        await bob.FollowAsync(channel);
        await carol.FollowAsync(channel);
        await using var phone = await bob.ListenAsync();
        var until = (await bob.AskAsync("POST", watch)).At("until")!.Value.GetDateTimeOffset();
        Assert.InRange(until - clock.GetUtcNow(), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(10));
        await alice.SendAsync(channel, "One");
        await phone.ReceivesAsync(channel, "One");

        // A device that connects later watches, too, but not for ever. The service closes what was silent meanwhile.
        clock.Jump(until - clock.GetUtcNow() - TimeSpan.FromSeconds(60));
        await using var tablet = await bob.ListenAsync();
        await alice.SendAsync(channel, "Two");
        await tablet.ReceivesAsync(channel, "Two");
        await clock.JumpInStepsAsync(TimeSpan.FromSeconds(65));
        await alice.SendAsync(channel, "Three");
        await app.HasPushedAsync();
        Assert.DoesNotContain(await tablet.EventsBeforeNowAsync(bob, own), one => one.Text("data.text") == "Three");

        // Whoever follows it no more isn't pushed to, and who never watched never was.
        await using var other = await carol.ListenAsync();
        await bob.AskAsync("POST", watch);
        await bob.UnfollowAsync(channel);
        await carol.AskAsync("POST", watch);
        await alice.SendAsync(channel, "Four");
        await other.ReceivesAsync(channel, "Four");
        await alice.DoAsync("DELETE", $"/api/conversations/{channel}");
        await other.ReceivesEventAsync("conversation.deleted");
        Assert.DoesNotContain(await tablet.EventsBeforeNowAsync(bob, own), one => one.Text("data.text") == "Four");
        Assert.Single(other.Messages(channel).DistinctBy(message => message.MessageId));
    }

    private static async Task<(List<JsonElement> Items, string Cursor)> SubscriptionsAsync(Person person, string? cursor)
    {
        var page = await person.AskAsync(
            "GET", "/api/sync?limit=100" + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"));
        return (
            [.. page.List("items").Select(item => item.At("subscription")).OfType<JsonElement>()],
            page.Text("cursor")!);
    }
}
