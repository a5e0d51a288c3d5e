using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Microsoft.AspNetCore.Http;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Cards refer to things of the host app's, which knows who may see them and takes some down.</summary>
public class When_people_share_cards
{
    private static readonly object Video = new
    {
        type = "video",
        id = "v-1",
        title = "Lisbon by tram",
        subtitle = "3 min",
        thumbnailUrl = "https://cdn.example/v-1",
        extra = "of the app",
    };

    [Fact]
    public async Task Should_be_seen_listed_forwarded_and_gone_with_the_message()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var target = (await bob.StartDirectAsync("carol")).ConversationId;
        var phone = await bob.ListenAsync();

        var message = await alice.SayAsync(conversation, new { cards = new[] { Video } });
        var pushed = await phone.ReceivesEventAsync("message.created");
        await app.HasDeliveredAsync();
        var seen = Assert.Single((await bob.AskAsync("GET", $"/api/conversations/{conversation}/messages")).List("messages"));
        foreach (var card in new[] { message, pushed, seen }.Select(one => Assert.Single(one.List("cards"))))
        {
            Assert.Equal(JsonSerializer.Serialize(Video), card.ToString());
        }

        var listed = (await bob.AskAsync("GET", "/api/conversations")).List("conversations")
            .Single(one => one.Text("conversationId") == conversation);
        Assert.Equal(("", "video"), (listed.Text("lastMessage.preview"), listed.Text("lastMessage.card")));

        var forward = new { clientMessageId = "f-1", to = new[] { target } };
        Assert.Equal(201, (await bob.AskAsync("POST", message.Path() + "/forward", forward)).List("results")[0].Number("status"));
        await alice.AskAsync("DELETE", message.Path());
        Assert.Null((await bob.AskAsync("GET", message.Path())).At("cards"));
        Assert.Equal("message_unsent", (await UnfurledAsync(bob, message)).Text("code"));
        var forwarded = Assert.Single((await carol.AskAsync("GET", $"/api/conversations/{target}/messages")).List("messages"));
        Assert.Equal("Lisbon by tram", (await UnfurledAsync(carol, forwarded)).Text("card.title"));
    }

    [Fact]
    public async Task Should_keep_to_their_bounds_and_not_be_a_strangers_first_word()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(ChatApp.Strict) { ["Cards:ThumbnailHosts"] = "cdn.example" });
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Notes", "dave")).ConversationId;
        object[] refused =
        [
            new { cards = Enumerable.Range(0, 6).Select(n => new { type = "video", id = $"v-{n}", title = "x" }) },
            new { cards = new[] { new { type = "virus", id = "v", title = "x" } } },
            new { cards = new[] { new { type = "video", id = "..", title = "x" } } },
            new { cards = new[] { new { type = "video", id = "v", title = new string('x', 129) } } },
            new { cards = new[] { new { type = "video", id = "v", title = "x", thumbnailUrl = "http://cdn.example/v" } } },
            new { cards = new[] { new { type = "video", id = "v", title = "x", thumbnailUrl = "https://cdn.example.evil.example/v" } } },
            new { cards = new[] { new { type = "video", id = "v", title = "x", extra = new string('é', 513) } } },
            new { cards = new[] { new { type = "video", id = "v" } } },
            new { cards = new[] { Video, Video } },
            new { cards = new[] { Video }, poll = new { question = "Well?", options = new[] { "a", "b" } } },
            new { cards = Array.Empty<object>(), text = "x" },
        ];
        foreach (var content in refused)
        {
            Assert.Equal("malformed", await alice.MayNotSayAsync(group, content, HttpStatusCode.BadRequest));
        }

        await alice.SayAsync(group, new { cards = new[] { new { type = "video", id = "v", title = "x", extra = new string('é', 512) } } });
        var stranger = (await alice.StartDirectAsync("bob")).ConversationId;
        var look = new { text = "Look", cards = new[] { Video } };
        Assert.Equal("not_a_request", await alice.MayNotSayAsync(stranger, look, HttpStatusCode.Forbidden));
        await alice.SendAsync(stranger, "Hello");
        await app.As("bob").DoAsync("POST", $"/api/requests/{stranger}/accept");
        await alice.SayAsync(stranger, look);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_show_nothing_of_what_the_host_app_takes_down(bool isCrashing)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversations = new[]
        {
            (await alice.StartDirectAsync("bob")).ConversationId,
            (await alice.CreateGroupAsync("Trip", "bob")).ConversationId,
        };
        var other = new { type = "sound", id = "v-1", title = "The song" };
        var content = new { text = "Look", cards = new object[] { Video, other } };
        var messages = new List<JsonElement>();
        foreach (var (n, conversation) in conversations.Index())
        {
            messages.Add(await alice.AskAsync(
                "POST", $"/api/conversations/{conversation}/messages", Person.Under($"c-{n}", content), HttpStatusCode.Created));
        }

        // More than one look finds.
        var many = Enumerable.Range(0, 50).Select(n => Person.Under($"d-{n}", new { cards = new[] { Video } }));
        var batch = await alice.AskAsync("POST", $"/api/conversations/{conversations[1]}/messages/batch", new { messages = many });
        messages.AddRange(batch.List("results").Select(result => result.At("message")!.Value));
        await app.HasDeliveredAsync();
        var phone = await bob.ListenAsync();
        using (isCrashing ? app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)) : null)
        {
            using var answer = await app.AsHost().Caller.PostAsync("/api/host/content/video/v-1/revoke", new { });
            Assert.Equal(isCrashing ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.NoContent, answer.StatusCode);
        }

        if (isCrashing)
        {
            await app.AsHost().Caller.DoAsync("POST", "/api/host/content/video/v-1/revoke", new { });
        }

        await Eventually.SeesAsync(
            clock,
            () => Task.WhenAll(messages.Select(message => bob.AskAsync("GET", message.Path()))),
            all => all.All(message => message.List("cards")[0].Text("gone") == "revoked"));
        var updated = await phone.ReceivesEventAsync("message.updated");
        Assert.Equal("revoked", updated.At("message")!.Value.List("cards")[0].Text("gone"));
        foreach (var message in await Task.WhenAll(messages.Take(2).Select(message => bob.AskAsync("GET", message.Path()))))
        {
            Assert.Equal("{\"type\":\"video\",\"id\":\"v-1\",\"gone\":\"revoked\"}", message.List("cards")[0].ToString());
            Assert.Equal("The song", message.List("cards")[1].Text("title"));
            Assert.Equal(("Look", 0L), (message.Text("text"), message.Number("revision")));
            Assert.Equal("revoked", (await UnfurledAsync(bob, message)).Text("card.gone"));
        }

        // Quiet: nothing is unread because of it. What was sent is answered, and it can't be sent again.
        await app.HasDeliveredAsync();
        Assert.Equal(1, (await bob.SummaryAsync(conversations[0]))!.UnreadCount);
        await alice.AskAsync("POST", $"/api/conversations/{conversations[0]}/messages", Person.Under("c-0", content));
        Assert.Equal("content_revoked", await alice.MayNotSayAsync(conversations[0], content, HttpStatusCode.Conflict));
        await alice.SayAsync(conversations[0], new { cards = new[] { other } });
        await app.AsHost().Caller.DoAsync("POST", "/api/host/content/video/v-1/revoke", new { });
        await alice.IsRefusedAsync("POST", "/api/host/content/video/v-1/revoke", HttpStatusCode.Forbidden, new { });
    }

    [Fact]
    public async Task Should_find_what_was_on_its_way_when_it_was_taken_down()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "Hello");
        await app.HasDeliveredAsync();
        var (held, isHeld) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var slow = app.Azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.Delay)
        {
            Times = 1,
            Strike = _ =>
            {
                isHeld.SetResult();
                return held.Task;
            },
        });

        var sending = alice.SayAsync(conversation, new { cards = new[] { Video } });
        await isHeld.Task.WaitAsync(Eventually.Timeout);
        await app.AsHost().Caller.DoAsync("POST", "/api/host/content/video/v-1/revoke", new { });
        held.SetResult();
        var message = await sending;
        clock.Jump(TimeSpan.FromMinutes(11));

        await Eventually.SeesAsync(
            clock,
            () => app.As("bob").AskAsync("GET", message.Path()),
            seen => seen.List("cards")[0].Text("gone") == "revoked");
    }

    [Fact]
    public async Task Should_not_show_a_story_that_is_over()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var expiresAt = clock.GetUtcNow().AddMinutes(30);
        var message = await alice.SayAsync(
            conversation, new { text = "Nice!", cards = new[] { new { type = "story", id = "s-1", title = "Bob's day", expiresAt } } });
        Assert.Equal("Bob's day", (await bob.AskAsync("GET", message.Path())).List("cards")[0].Text("title"));
        clock.Jump(TimeSpan.FromMinutes(31));

        var seen = await bob.AskAsync("GET", message.Path());
        var story = Assert.Single(seen.List("cards"));
        Assert.Equal(("Nice!", "expired", null), (seen.Text("text"), story.Text("gone"), story.Text("title")));
        Assert.Equal("expired", (await UnfurledAsync(bob, message)).Text("card.gone"));
    }

    [Fact]
    public async Task Should_show_what_the_host_app_says_to_each_class_of_viewers()
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOfUnfurling, time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await app.AsHost().SaysAsync("bob", "16-17");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var old = new { type = "video", id = "v-2", title = "Old" };
        var message = await alice.SayAsync(conversation, new { cards = new object[] { Video, old } });
        host.Things["v-1"] = new { state = "unavailable" };
        host.Things["v-2"] = new { state = "available", title = "New" };

        // An answer that takes long isn't waited for.
        await Eventually.SeesAsync(() => UnfurledAsync(bob, message), card => Shown(card) == ("unavailable", null));
        await Eventually.SeesAsync(() => UnfurledAsync(alice, message, 1), card => Shown(card) == (null, "New"));
        Assert.Equal([("16-17", "v-1"), ("unknown", "v-2")], host.Unfurled.Distinct());

        // Kept for five minutes, by the class of viewers.
        host.Things.Clear();
        Assert.Equal(("unavailable", null), Shown(await UnfurledAsync(bob, message)));
        Assert.Equal((null, "Lisbon by tram"), Shown(await UnfurledAsync(alice, message)));
        clock.Jump(TimeSpan.FromMinutes(6));
        await Eventually.SeesAsync(() => UnfurledAsync(bob, message), card => Shown(card) == (null, "Lisbon by tram"));

        // Down, or talking nonsense: what it said last is shown.
        clock.Jump(TimeSpan.FromMinutes(6));
        host.Things["v-1"] = new { state = "unavailable" };
        await Eventually.SeesAsync(() => UnfurledAsync(bob, message), card => Shown(card) == ("unavailable", null));
        clock.Jump(TimeSpan.FromMinutes(6));
        Func<HttpContext, Task>[] misbehaviours =
        [
            http => Task.Run(() => http.Response.StatusCode = 500),
            http => http.Response.WriteAsJsonAsync(new { cards = Array.Empty<object>() }),
            http => http.Response.WriteAsJsonAsync(new { cards = new[] { new { state = "available", title = new string('x', 129) } } }),
            http => http.Response.WriteAsJsonAsync(new { cards = new object?[] { null } }),
        ];
        foreach (var misbehaves in misbehaviours)
        {
            host.Misbehaves = misbehaves;
            Assert.Equal(("unavailable", null), Shown(await UnfurledAsync(bob, message)));
        }

        // Nobody learns of what they don't see.
        Assert.Equal("conversation_not_found", (await UnfurledAsync(app.As("mallory"), message)).Text("code"));
        Assert.Equal("card_not_found", (await UnfurledAsync(bob, message, 2)).Text("code"));
    }

    [Fact]
    public async Task Should_be_shown_to_the_host_app_before_they_are_to_anybody()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings());
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var message = await alice.SayAsync(
            conversation, new { cards = new[] { new { type = "video", id = "v-1", title = "Please hold" } } });
        var asked = host.Questions.SelectMany(question => question.List("messages")).Single();
        Assert.Equal("Please hold", asked.List("cards")[0].Text("title"));
        Assert.Null((await bob.AskAsync("GET", message.Path())).At("cards"));
        Assert.Equal("Please hold", (await alice.AskAsync("GET", message.Path())).List("cards")[0].Text("title"));

        // Taken down while it is held: the verdict still counts, and shows nothing of it.
        await app.AsHost().Caller.DoAsync("POST", "/api/host/content/video/v-1/revoke", new { });
        await Eventually.SeesAsync(
            () => alice.AskAsync("GET", message.Path()), seen => seen.List("cards")[0].Text("gone") == "revoked");
        await app.AsHost().Caller.DoAsync("POST", "/api/host/verdicts", new
        {
            conversationId = conversation,
            messageId = message.Text("messageId"),
            contentHash = asked.Text("contentHash"),
            verdict = "allow",
        });
        Assert.Equal(("revoked", null), Shown(await UnfurledAsync(bob, message)));
        Assert.Null((await bob.AskAsync("GET", message.Path())).List("cards")[0].Text("title"));
    }

    [Fact]
    public async Task Should_be_told_to_the_host_app_once_they_are_shown()
    {
        await using var host = await HookReceiver.StartAsync();
        host.Misbehaves = http => Task.Run(() => http.Response.StatusCode = host.Told.Count > 1 ? 204 : 500);
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOfShares, time: clock);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SayAsync(conversation, new { text = "Nothing" });
        var message = await alice.SayAsync(conversation, new { cards = new[] { Video } });

        var told = await Eventually.SeesAsync(clock, () => Task.FromResult(host.Told), all => all.Count > 1);
        Assert.Single(told.Select(one => one.Id).Distinct());
        Assert.Equal(("alice", message.Text("messageId")), (told[0].Body.Text("senderId"), told[0].Body.Text("messageId")));
        Assert.Equal("[{\"type\":\"video\",\"id\":\"v-1\"}]", told[0].Body.At("cards").ToString());
    }

    private static (string? Gone, string? Title) Shown(JsonElement item) => (item.Text("card.gone"), item.Text("card.title"));

    /// <summary>What a person may see now of a message's card.</summary>
    private static async Task<JsonElement> UnfurledAsync(Person person, JsonElement message, int index = 0)
    {
        var item = new { conversationId = message.Text("conversationId"), messageId = message.Text("messageId"), index };
        return Assert.Single((await person.AskAsync("POST", "/api/cards/unfurl", new { items = new[] { item } })).List("items"));
    }
}
