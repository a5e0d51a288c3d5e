using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Log;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Chat.Functions.Acceptance.When_people_comment_on_a_channels_posts;

namespace Chat.Functions.Acceptance;

/// <summary>Who may see comments and who may take them away; and what nobody may do with them.</summary>
public class When_comments_are_kept_in_order
{
    [Fact]
    public async Task Should_end_at_once_for_who_does_not_follow_any_more()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await using var app = await ChatApp.StartAsync(azure);
        await using var other = await ChatApp.StartAsync(azure);
        var (alice, bob, eve, mallory) = (app.AsPublisher("alice"), app.As("bob"), app.As("eve"), app.As("mallory"));
        var channel = await ChannelAsync(alice, bob, eve, mallory);
        var (post, comments) = await PostAsync(alice, channel);
        var path = $"/api/conversations/{comments}";
        await using var eves = await eve.ListenAsync();
        await using var mallorys = await mallory.ListenAsync();
        await using var bobs = await bob.ListenAsync();
        foreach (var one in new[] { bob, eve, mallory })
        {
            await one.AskAsync("POST", $"/api/channels/{comments}/watch");
        }

        var said = await eve.SayAsync(comments, new { text = "Hello" });
        await mallory.SendAsync(comments, "Buy now");
        await eves.ReceivesAsync(comments, "Buy now");
        await mallorys.ReceivesAsync(comments, "Buy now");

        // The other instance may read what was before.
        azure.Cosmos.LagReads("chat", "conversations", 1000);
        azure.Cosmos.LagReads("chat", "users", 1000);
        await eve.UnfollowAsync(channel);
        await alice.DoAsync("DELETE", $"/api/conversations/{channel}/members/mallory");
        foreach (var gone in new[] { eve.At(other), mallory.At(other), eve, mallory, app.As("stranger") })
        {
            Assert.Equal("conversation_not_found", await gone.MayNotSayAsync(comments, new { text = "Still" }, HttpStatusCode.NotFound));
        }

        azure.Cosmos.LagReads("chat", "conversations", 0);
        azure.Cosmos.LagReads("chat", "users", 0);
        foreach (var gone in new[] { eve, mallory, app.As("stranger") })
        {
            foreach (var part in new[] { "", "/messages", "/events", $"/messages/{said.Text("messageId")}" })
            {
                await gone.IsRefusedAsync("GET", path + part, HttpStatusCode.NotFound);
            }

            await gone.IsRefusedAsync("PUT", CommentsOn(post), HttpStatusCode.NotFound);
            await gone.IsRefusedAsync("POST", $"/api/channels/{comments}/watch", HttpStatusCode.NotFound);
            await gone.IsRefusedAsync("PATCH", said.Path(), HttpStatusCode.NotFound, new { text = "Mine" });
            await gone.IsRefusedAsync("DELETE", said.Path(), HttpStatusCode.NotFound);
            await gone.IsRefusedAsync("PUT", said.Path() + "/reactions/:hey:", HttpStatusCode.NotFound);

            // Whoever saw it may report it all the same.
            var target = new { conversationId = comments, messageIds = new[] { said.Text("messageId") } };
            var mayReport = gone.Name == "stranger" ? HttpStatusCode.NotFound : HttpStatusCode.Accepted;
            await gone.AskAsync("POST", "/api/reports", new { target, reason = "spam" }, mayReport);
        }

        await alice.SendAsync(comments, "Now that they are gone");
        await bobs.ReceivesAsync(comments, "Now that they are gone");
        foreach (var device in new[] { eves, mallorys })
        {
            Assert.DoesNotContain("they are gone", JsonSerializer.Serialize(device.Events()), StringComparison.Ordinal);
        }

        // Back again: what they said is theirs.
        await eve.FollowAsync(channel);
        await eve.AskAsync("DELETE", said.Path());
    }

    [Fact]
    public async Task Should_go_with_the_post_and_with_the_channel()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, vera) = (app.AsPublisher("alice"), app.As("bob"), app.AsModerator("vera"));
        var channel = await ChannelAsync(alice, bob);
        var (post, comments) = await PostAsync(alice, channel);
        var (_, others) = await PostAsync(alice, channel);
        var said = await bob.SayAsync(comments, new { text = "Nice" });
        var kept = await bob.SayAsync(others, new { text = "Nicer" });
        await app.HasDeliveredAsync(clock);
        await alice.AskAsync("DELETE", post.Path());
        foreach (var one in new[] { alice, bob })
        {
            await one.IsRefusedAsync("GET", $"/api/conversations/{comments}/messages", HttpStatusCode.NotFound);
            await one.IsRefusedAsync("GET", said.Path(), HttpStatusCode.NotFound);
            Assert.Equal("conversation_not_found", await one.MayNotSayAsync(comments, new { text = "More" }, HttpStatusCode.NotFound));
            Assert.Equal("message_unsent", await one.IsRefusedAsync("PUT", CommentsOn(post), HttpStatusCode.Conflict));
        }

        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(0, (await bob.AskAsync("GET", post.Path())).Number("counts.comments"));
        Assert.Single(await bob.HistoryAsync(others));
        await alice.DoAsync("DELETE", $"/api/conversations/{channel}");
        foreach (var one in new[] { alice, bob })
        {
            await one.IsRefusedAsync("GET", $"/api/conversations/{others}/messages", HttpStatusCode.NotFound);
            await one.MayNotSayAsync(others, new { text = "More" }, HttpStatusCode.NotFound);
            await one.IsRefusedAsync("DELETE", kept.Path(), HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task Should_be_taken_back_by_their_author_and_by_who_keeps_order()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, eve) = (app.AsPublisher("alice"), app.As("bob"), app.As("eve"));
        var channel = await ChannelAsync(alice, bob, eve);
        var (post, comments) = await PostAsync(alice, channel);
        var said = await eve.SayAsync(comments, new { text = "Rude" });
        var answer = await bob.SayAsync(comments, new { text = "Not nice", replyTo = said.Text("messageId") });
        Assert.Equal("Rude", answer.Text("replyTo.preview"));
        await bob.IsRefusedAsync("DELETE", said.Path(), HttpStatusCode.Forbidden);
        await bob.IsRefusedAsync("PATCH", said.Path(), HttpStatusCode.Forbidden, new { text = "Kind" });
        await alice.IsRefusedAsync("PATCH", said.Path(), HttpStatusCode.Forbidden, new { text = "Kind" });
        Assert.Equal("alice", (await alice.AskAsync("DELETE", said.Path())).Text("unsentBy"));
        await bob.AskAsync("DELETE", answer.Path());
        await app.HasDeliveredAsync(clock);
        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(0, (await bob.AskAsync("GET", post.Path())).Number("counts.comments"));
        Assert.All(await bob.HistoryAsync(comments), one => Assert.Equal("", one.Text));
    }

    [Fact]
    public async Task Should_be_reported_and_moderated_as_any_message()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, mallory, vera) = (app.AsPublisher("alice"), app.As("bob"), app.As("mallory"), app.AsModerator("vera"));
        var channel = await ChannelAsync(alice, bob, mallory);
        var (post, comments) = await PostAsync(alice, channel);
        var bad = await mallory.SayAsync(comments, new { text = "Buy now" });
        await using var phone = await bob.ListenAsync();
        await bob.AskAsync("POST", $"/api/channels/{comments}/watch");
        Assert.Equal("not_allowed", await bob.IsRefusedAsync(
            "POST", "/api/reports", HttpStatusCode.Forbidden, new { target = new { conversationId = comments }, reason = "spam" }));
        var target = new { conversationId = comments, messageIds = new[] { bad.Text("messageId") } };
        await bob.AskAsync("POST", "/api/reports", new { target, reason = "spam" }, HttpStatusCode.Accepted);
        var open = Assert.Single((await vera.AskAsync("GET", "/api/moderation/cases")).List("cases"));
        Assert.Equal("mallory", open.Text("target.userId"));
        var path = $"/api/moderation/cases/{open.Text("caseId")}";
        var details = await vera.AskAsync("GET", path);
        Assert.Equal("comments", Assert.Single(details.List("reports")).Text("conversation.kind"));
        Assert.Equal("Buy now", Assert.Single(details.List("evidence")).Text("message.text"));
        await vera.DecideAsync(path, new { action = "remove", ground = "terms", rule = "Spam" });
        Assert.Equal("moderator", (await phone.ReceivesEventAsync("message.deleted")).Text("reason"));
        Assert.Equal("", (await bob.AskAsync("GET", bad.Path())).Text("text"));
        await app.HasDeliveredAsync(clock);
        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(0, (await bob.AskAsync("GET", post.Path())).Number("counts.comments"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_not_be_told_of_what_was_held_once_their_post_is_gone(bool isPost)
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings());
        var (alice, bob, carol) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"));
        var channel = await ChannelAsync(alice, bob, carol);
        var (post, comments) = await PostAsync(alice, channel);
        await using var phone = await carol.ListenAsync();
        var own = (await carol.StartDirectAsync("dave")).ConversationId;
        await carol.AskAsync("POST", $"/api/channels/{comments}/watch");
        var shown = await bob.SayAsync(comments, new { text = "Nice" });
        await alice.AskAsync("PATCH", $"/api/conversations/{channel}", new { slowModeSeconds = 0 });
        await bob.SayAsync(comments, new { text = "hold my words" });
        await phone.ReceivesEventAsync("message.created", one => one.Text("held") == "True");

        // What is changed while the post is there is told.
        await bob.AskAsync("PATCH", shown.Path(), new { text = "Nicer" });
        await phone.ReceivesEventAsync("message.updated", one => one.Text("message.text") == "Nicer");
        await (isPost ? alice.AskAsync("DELETE", post.Path()) : alice.DoAsync("DELETE", $"/api/conversations/{channel}"));
        var asked = host.Questions.Single(one => one.ToString().Contains("hold my words", StringComparison.Ordinal));
        await app.AsHost().Caller.DoAsync("POST", "/api/host/verdicts", new
        {
            conversationId = comments,
            messageId = asked.List("messages")[0].Text("messageId"),
            contentHash = asked.List("messages")[0].Text("contentHash"),
            verdict = "allow",
        });
        await app.HasPushedAsync();
        Assert.DoesNotContain(
            "hold my words", JsonSerializer.Serialize(await phone.EventsBeforeNowAsync(carol, own)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_be_there_for_no_stranger_and_for_nobody_once_a_moderator_closed_them()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, stranger) = (app.AsPublisher("alice"), app.As("bob"), app.As("stranger"));
        var channel = await ChannelAsync(alice, bob);
        var (post, comments) = await PostAsync(alice, channel);
        var said = await alice.SayAsync(comments, new { text = "Hello" });
        var report = new { target = new { conversationId = comments }, reason = "spam" };
        var nothing = new { target = new { conversationId = "aaaaaaaaaaaaaaaaaaaaaa" }, reason = "spam" };
        Assert.Equal(
            await stranger.IsRefusedAsync("POST", "/api/reports", HttpStatusCode.NotFound, nothing),
            await stranger.IsRefusedAsync("POST", "/api/reports", HttpStatusCode.NotFound, report));
        var closed = await app.Services.GetRequiredService<ConversationLog>()
            .AppendAsync(new ConversationId(comments), new CloseConversationCommand(), null, default);
        Assert.Null(closed.Refusal);
        foreach (var one in new[] { alice, bob, stranger })
        {
            await one.IsRefusedAsync("GET", $"/api/conversations/{comments}", HttpStatusCode.NotFound);
            await one.IsRefusedAsync("GET", $"/api/conversations/{comments}/messages", HttpStatusCode.NotFound);
            await one.IsRefusedAsync("GET", $"/api/conversations/{comments}/members", HttpStatusCode.NotFound);
            await one.IsRefusedAsync("DELETE", said.Path(), HttpStatusCode.NotFound);
            await one.MayNotSayAsync(comments, new { text = "Hello?" }, HttpStatusCode.NotFound);
        }

        Assert.Equal("comments_off", await alice.IsRefusedAsync("PUT", CommentsOn(post), HttpStatusCode.Forbidden));
        Assert.Equal("comments_off", await bob.IsRefusedAsync("PUT", CommentsOn(post), HttpStatusCode.Forbidden));
        await stranger.IsRefusedAsync("PUT", CommentsOn(post), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Should_hold_comments_to_word_lists_and_show_stubs_of_whom_one_blocks()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await azure.Cosmos.UpsertDocumentAsync(
            "chat", "settings", "wordList", """{"type":"wordList","id":"no","action":"refuse","words":["badword"]}"""u8.ToArray());
        await using var app = await ChatApp.StartAsync(azure);
        var (alice, bob, eve) = (app.AsPublisher("alice"), app.As("bob"), app.As("eve"));
        var channel = await ChannelAsync(alice, bob, eve);
        var (_, comments) = await PostAsync(alice, channel);
        Assert.Equal("content_refused", await bob.MayNotSayAsync(
            comments, new { text = "a badword" }, HttpStatusCode.UnprocessableEntity));
        var said = await eve.SayAsync(comments, new { text = "Hello" });
        Assert.Equal("content_refused", await eve.IsRefusedAsync(
            "PATCH", said.Path(), HttpStatusCode.UnprocessableEntity, new { text = "a badword" }));
        await bob.DoAsync("PUT", "/api/blocks/eve");
        var stub = $$"""{"seq":2,"hidden":"blocked"}""";
        Assert.Equal(stub, (await bob.AskAsync("GET", $"/api/conversations/{comments}/messages")).List("messages").Single().ToString());
        Assert.Equal(stub, (await bob.LogAsync(comments))[^1].Text("data"));
        Assert.Equal("Hello", Assert.Single(await alice.HistoryAsync(comments)).Text);

        // A quote shows nothing of it, either.
        var answer = await bob.SayAsync(comments, new { text = "Who?", replyTo = said.Text("messageId") });
        Assert.Equal($$"""{"messageId":"{{said.Text("messageId")}}"}""", (await bob.AskAsync("GET", answer.Path())).Text("replyTo"));
        Assert.Equal("Hello", (await eve.AskAsync("GET", answer.Path())).Text("replyTo.preview"));
    }

    [Fact]
    public async Task Should_be_of_use_for_nothing_else()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = await ChannelAsync(alice, bob);
        var (post, comments) = await PostAsync(alice, channel);
        var said = await alice.SayAsync(comments, new { text = "Hello" });
        var message = said.Text("messageId")!;
        (string Method, string Path, string? Body)[] all =
        [
            ("PATCH", "", """{"title": "Mine"}"""),
            ("PATCH", "", """{"comments": false}"""),
            ("PATCH", "", """{"slowModeSeconds": 0}"""),
            ("PATCH", "", """{"messageTtl": 86400}"""),
            ("DELETE", "", null),
            ("GET", "/members", null),
            ("POST", "/members", """{"members": ["dave"]}"""),
            ("PATCH", "/members/bob", """{"role": "admin"}"""),
            ("DELETE", "/members/bob", null),
            ("DELETE", "/members/alice", null),
            ("POST", "/owner", """{"userId": "bob"}"""),
            ("GET", "/invite-links", null),
            ("POST", "/invite-links", "{}"),
            ("DELETE", "/invite-links/aaaaaaaaaaaaaaaaaaaaaa", null),
            ("GET", "/join-requests", null),
            ("POST", "/join-requests/dave/approve", null),
            ("POST", "/join-requests/dave/reject", null),
            ("PATCH", "/preferences", """{"pinned": true}"""),
            ("POST", "/clear", """{"seq": 1}"""),
            ("POST", "/unread", null),
            ("PUT", "/read", """{"seq": 1}"""),
            ("PUT", "/delivered", """{"seq": 1}"""),
            ("GET", "/receipts", null),
            ("POST", "/typing", """{"typing": true}"""),
            ("PUT", "/messages/{m}/pin", null),
            ("DELETE", "/messages/{m}/pin", null),
            ("GET", "/pins", null),
            ("GET", "/messages/{m}/replies", null),
            ("DELETE", "/messages/{m}?scope=me", null),
            ("PUT", "/messages/{m}/vote", """{"options": [0]}"""),
            ("GET", "/shared?kind=link", null),
            ("GET", "/streak", null),
            ("PUT", "/streak", """{"enabled": false}"""),
            ("POST", "/streak/restore", null),
            ("GET", "/collections", null),
            ("PUT", "/collections/aaaaaaaaaaaaaaaaaaaaaa", """{"title": "Mine"}"""),
            ("GET", "/collections/aaaaaaaaaaaaaaaaaaaaaa/items", null),
            ("GET", "/scheduled", null),
            ("POST", "/scheduled", """{"clientMessageId": "1", "text": "Mine", "dueAt": "2099-01-01T00:00:00Z"}"""),
            ("DELETE", "/scheduled/aaaaaaaaaaaaaaaaaaaaaa", null),
            ("POST", "/messages", """{"clientMessageId": "1", "text": "All!", "mentionsAll": true}"""),
            ("POST", "/messages", """{"clientMessageId": "1", "text": "Why?", "threadId": "{m}"}"""),
            ("POST", "/messages", """{"clientMessageId": "1", "location": {"latitude": 52.5, "longitude": 13.4}}"""),
            ("POST", "/messages", """{"clientMessageId": "1", "poll": {"question": "Tea?", "options": ["Yes", "No"]}}"""),
            ("POST", "/messages", """{"clientMessageId": "1", "text": "Bob", "mentions": [{"userId": "bob", "offset": 0, "length": 3}]}"""),
        ];
        foreach (var (method, path, body) in all)
        {
            var address = $"/api/conversations/{comments}{path.Replace("{m}", message, StringComparison.Ordinal)}";
            object? json = body is null ? null : JsonNode.Parse(body.Replace("{m}", message, StringComparison.Ordinal));
            foreach (var caller in new[] { alice, bob })
            {
                Assert.Equal(("not_allowed", address), (await caller.IsRefusedAsync(
                    method, address, HttpStatusCode.Forbidden, json), address));
            }

            Assert.Equal(
                "conversation_not_found", await app.As("stranger").IsRefusedAsync(method, address, HttpStatusCode.NotFound, json));
        }

        foreach (var caller in new[] { alice, bob })
        {
            // Nor can they be followed, uploaded to, or taken for a post; nobody is there.
            await caller.IsRefusedAsync("PUT", $"/api/channels/{comments}/subscription", HttpStatusCode.Forbidden, new { });
            await caller.IsRefusedAsync("PUT", $"/api/channels/{comments}/posts/{message}/comments", HttpStatusCode.Forbidden);
            await caller.DoAsync("DELETE", $"/api/channels/{comments}/subscription");
            await caller.IsRefusedAsync("POST", "/api/media/uploads", HttpStatusCode.NotFound, new
            {
                conversationId = comments,
                kind = "image",
                contentType = "image/png",
                bytes = 1000,
                sha256 = new string('a', 64),
            });
            await caller.IsRefusedAsync("GET", $"/api/presence?users=alice&conversationId={comments}", HttpStatusCode.NotFound);
        }

        Assert.Equal(2, (await bob.AskAsync("GET", $"/api/conversations/{comments}")).Number("lastSeq"));
        Assert.Equal("Hello", (await bob.AskAsync("GET", said.Path())).Text("text"));
        Assert.Single((await bob.AskAsync("GET", said.Path() + "/revisions")).List("revisions"));
        Assert.Empty((await bob.AskAsync("GET", said.Path() + "/reactions")).List("reactions"));

        // To forward is to say it again, here as elsewhere.
        var elsewhere = (await bob.StartDirectAsync("dave")).ConversationId;
        var forwarded = await bob.AskAsync(
            "POST", said.Path() + "/forward", new { clientMessageId = "f", to = new[] { elsewhere, channel, comments } });
        Assert.Equal([201, 404, 201], forwarded.List("results").Select(result => result.Number("status")));
    }
}
