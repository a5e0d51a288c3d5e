using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Strangers ask before they write: by one short message, which reaches nothing but the other one's requests.</summary>
public class When_somebody_asks_to_write
{
    [Fact]
    public async Task Should_be_nowhere_but_among_the_requests()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await using var phone = await bob.ListenAsync();
        await app.AsHost().SaysAsync("alice", displayName: "Alice");
        var request = await alice.AsksToWriteAsync("bob");
        await phone.ReceivesEventAsync("request.received", data => data.Text("by") == "alice");
        await app.HasDeliveredAsync();

        var asked = Assert.Single(await bob.RequestsAsync());
        Assert.Equal(
            (request, "Alice", "Hello, it's me"),
            (asked.Text("conversationId"), asked.Text("from.displayName"), asked.Text("message.preview")));
        Assert.Empty(await bob.AllConversationsAsync());
        Assert.Empty((await bob.SyncAsync(null)).Items);
        Assert.Equal((0, 0), ((await bob.UnreadAsync()).Conversations, (await bob.UnreadAsync()).Messages));
        Assert.Equal("Hello, it's me", Assert.Single((await bob.MessagesAsync(request)).Messages).Text);
        foreach (var (method, path, body) in new (string, string, object?)[]
        {
            ("PUT", "read", new { seq = 2 }),
            ("POST", "unread", null),
            ("POST", "clear", new { seq = 2 }),
            ("PATCH", "preferences", new { pinned = true }),
            ("PATCH", "", new { messageTtl = 60 }),
        })
        {
            Assert.Equal(
                "request_pending",
                await bob.IsRefusedAsync(method, $"/api/conversations/{request}/{path}".TrimEnd('/'), HttpStatusCode.Forbidden, body));
        }

        Assert.Equal(request, (await bob.StartDirectAsync("alice")).ConversationId);
        await app.HasDeliveredAsync();
        Assert.Empty(await bob.AllConversationsAsync());
        Assert.Single(await bob.RequestsAsync());
        Assert.Equal(["request.received"], phone.Events().Select(one => one.Text("type")));
        Assert.Equal([request], await alice.ListedAsync());
        Assert.Empty(await alice.RequestsAsync());
    }

    [Fact]
    public async Task Should_be_tried_again_when_a_replica_does_not_show_the_conversation()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();

        // The log reads the head first, then whoever evaluates first contact.
        using (app.Azure.Faults.Add(new Chat.Local.Fault("cosmos", "read", Chat.Local.FaultKind.Fail)
        {
            Status = 404,
            Skip = 1,
            Times = 1,
            Target = target => target.EndsWith($"{conversation}/head", StringComparison.Ordinal),
        }))
        {
            using var unclear = await alice.TrySendAsync(conversation, "Hello", "1");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, unclear.StatusCode);
        }

        using var sent = await Person.PatientlyAsync(() => alice.TrySendAsync(conversation, "Hello", "1"));
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
    }

    [Fact]
    public async Task Should_say_one_short_thing()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = (await alice.StartDirectAsync("bob")).ConversationId;
        foreach (var content in new object[]
        {
            new { text = new string('a', 501) },
            new { text = "Look at https://example.com" },
            new { text = "www.example.org" },
            new { text = "It's on example.com!" },
            new { poll = new { question = "When?", options = new[] { "Now", "Never" } } },
            new { text = "Hello bob", mentions = new[] { new { userId = "bob", offset = 6, length = 3 } } },
        })
        {
            Assert.Equal("not_a_request", await alice.MayNotSayAsync(request, content, HttpStatusCode.Forbidden));
        }

        await app.HasDeliveredAsync();
        Assert.Empty(await bob.RequestsAsync());
        await alice.SendAsync(request, new string('a', 500), "first");
        Assert.Equal("request_pending", await alice.MayNotSayAsync(request, new { text = "Again" }, HttpStatusCode.Forbidden));

        // A retry finds the first, in this process and in another one.
        await using var other = await ChatApp.StartAsync(app.Azure, ChatApp.Strict);
        foreach (var instance in new[] { app, other })
        {
            using var retry = await Person.PatientlyAsync(() => alice.At(instance).TrySendAsync(request, new string('a', 500), "first"));
            Assert.Equal(HttpStatusCode.OK, retry.StatusCode);
        }

        // Taking it back is possible, and leaves nothing to answer.
        var first = Assert.Single((await alice.MessagesAsync(request)).Messages);
        Assert.Equal(
            "request_pending",
            await alice.IsRefusedAsync(
                "PATCH",
                $"/api/conversations/{request}/messages/{first.MessageId}",
                HttpStatusCode.Forbidden,
                new { text = "Something else" }));
        await alice.AskAsync("DELETE", $"/api/conversations/{request}/messages/{first.MessageId}");
        Assert.Equal("", Assert.Single(await bob.RequestsAsync()).Text("message.preview"));
    }

    [Fact]
    public async Task Should_be_refused_by_every_door_that_sends()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict, time: clock);
        var alice = app.As("alice");
        var request = await alice.AsksToWriteAsync("bob");
        var group = (await alice.CreateGroupAsync("Mine", "carol")).ConversationId;
        var mine = await alice.SendAsync(group, "To be forwarded");

        var batch = new { messages = new[] { TriedConversation.Text(), TriedConversation.Text() } };
        Assert.Equal(
            "request_pending",
            await alice.IsRefusedAsync("POST", $"/api/conversations/{request}/messages/batch", HttpStatusCode.Forbidden, batch));
        var forwarded = await alice.AskAsync(
            "POST",
            $"/api/conversations/{group}/messages/{mine.MessageId}/forward",
            new { clientMessageId = "1", to = new[] { request } });
        Assert.Equal("request_pending", Assert.Single(forwarded.List("results")).Text("problem.code"));
        await alice.AskAsync(
            "POST",
            $"/api/conversations/{request}/scheduled",
            new { clientMessageId = "2", text = "Later", dueAt = clock.GetUtcNow().AddMinutes(2) },
            HttpStatusCode.Created);
        clock.Jump(TimeSpan.FromMinutes(3));
        await Eventually.SeesAsync(
            clock,
            async () => (await alice.AskAsync("GET", $"/api/conversations/{request}/scheduled")).List("scheduled").Count,
            left => left == 0);
        Assert.Single((await alice.MessagesAsync(request)).Messages);
    }

    [Fact]
    public async Task Should_be_possible_again_after_the_window_whatever_became_of_it()
    {
        // Thirty days by default, which no token of a story outlives.
        var settings = new Dictionary<string, string?>(ChatApp.Strict, StringComparer.Ordinal) { ["Limits:RequestWindow"] = "00:30:00" };
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(settings: settings, time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = await alice.AsksToWriteAsync("bob");
        await bob.DoAsync("POST", $"/api/requests/{request}/decline", new { });
        Assert.Empty(await bob.RequestsAsync());
        clock.Jump(TimeSpan.FromMinutes(29));
        Assert.Equal("request_pending", await alice.MayNotSayAsync(request, new { text = "And now?" }, HttpStatusCode.Forbidden));
        clock.Jump(TimeSpan.FromMinutes(2));
        await app.As("alice").SendAsync(request, "And now?");
        Assert.Equal("And now?", Assert.Single(await bob.RequestsAsync()).Text("message.preview"));
        Assert.Equal("request_pending", await alice.MayNotSayAsync(request, new { text = "And now?!" }, HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Should_depend_on_age_follows_and_settings()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var host = app.AsHost();
        foreach (var (name, age) in new[] { ("kid", "u16"), ("teen", "16-17"), ("teen-2", "16-17"), ("adult", "18+"), ("adult-2", "18+") })
        {
            await host.SaysAsync(name, age);
        }

        async Task<string> TryAsync(string from, string to)
        {
            using var answer = await Person.PatientlyAsync(
                () => app.As(from).PostAsync("/api/conversations", new { kind = "direct", members = new[] { to } }));
            var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return json.Text("code") ?? (json.At("request") is null ? "open" : "request");
        }

        Assert.Equal("cannot_message", await TryAsync("adult", "kid"));
        Assert.Equal("cannot_message", await TryAsync("kid", "adult"));
        Assert.Equal("cannot_message", await TryAsync("adult", "teen"));
        Assert.Equal("cannot_message", await TryAsync("teen-2", "teen"));
        await app.As("teen").AskAsync("PATCH", "/api/me/privacy", new { whoCanMessage = "everyone" });
        Assert.Equal("cannot_message", await TryAsync("adult", "teen"));
        await host.FollowsAsync("teen", "adult");
        Assert.Equal("open", await TryAsync("adult", "teen"));
        Assert.Equal("request", await TryAsync("teen-2", "teen"));

        Assert.Equal(
            "everyone",
            (await app.As("adult-2").AskAsync("PATCH", "/api/me/privacy", new { whoCanMessage = "everyone" })).Text("whoCanMessage"));
        await app.As("adult-2").AskAsync("PATCH", "/api/me/privacy", new { whoCanMessage = "friends" });
        await host.FollowsAsync("adult-2", "adult");
        Assert.Equal("cannot_message", await TryAsync("adult", "adult-2"));
        await host.FollowsAsync("adult", "adult-2");
        Assert.Equal("open", await TryAsync("adult", "adult-2"));
        await host.SaysAsync("out", state: "suspended");
        Assert.Equal("cannot_message", await TryAsync("adult", "out"));
        Assert.Equal("cannot_message", await TryAsync("out", "adult"));
    }

    [Fact]
    public async Task Should_be_looked_at_again_when_its_message_is_sent()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var (toBob, toCarol) = (
            (await alice.StartDirectAsync("bob")).ConversationId,
            (await alice.StartDirectAsync("carol")).ConversationId);
        await bob.AskAsync("PATCH", "/api/me/privacy", new { whoCanMessage = "noOne" });
        Assert.Equal("cannot_message", await alice.MayNotSayAsync(toBob, new { text = "Hello" }, HttpStatusCode.Forbidden));
        await app.AsHost().FollowsAsync("carol", "alice");
        await alice.SendAsync(toCarol, "Hello");
        await alice.SendAsync(toCarol, "You follow me, so there's more");
        Assert.Empty(await carol.RequestsAsync());
        await app.HasDeliveredAsync();
        Assert.Equal([toCarol], await carol.ListedAsync());
    }

    [Fact]
    public async Task Should_not_let_the_other_one_write_to_whom_they_may_not_before_its_message_is_sent()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (teen, adult, alice, bob) = (app.As("teen"), app.As("adult"), app.As("alice"), app.As("bob"));
        await app.AsHost().SaysAsync("teen", "16-17");
        var toAdult = (await teen.StartDirectAsync("adult")).ConversationId;
        Assert.Equal("cannot_message", await adult.MayNotSayAsync(toAdult, new { text = "Hello" }, HttpStatusCode.Forbidden));
        Assert.Empty((await teen.MessagesAsync(toAdult)).Messages);
        await teen.SendAsync(toAdult, "Hello");
        await adult.SendAsync(toAdult, "Now that you ask");

        // Whoever may ask does so by the first message, whichever of the two opened it.
        var toBob = (await alice.StartDirectAsync("bob")).ConversationId;
        Assert.Equal("not_a_request", await bob.MayNotSayAsync(toBob, new { text = "See https://example.com" }, HttpStatusCode.Forbidden));
        await bob.SendAsync(toBob, "Hello", "first");
        await bob.SendAsync(toBob, "Hello", "first");
        Assert.Equal("request_pending", await bob.MayNotSayAsync(toBob, new { text = "And more" }, HttpStatusCode.Forbidden));
        Assert.Equal("bob", Assert.Single(await alice.RequestsAsync()).Text("from.userId"));
        await alice.SendAsync(toBob, "Hello yourself");
        await bob.SendAsync(toBob, "And more");
    }

    [Fact]
    public async Task Should_leave_open_what_was_there_before()
    {
        await using var open = await ChatApp.StartAsync();
        var (alice, bob) = (open.As("alice"), open.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var strict = await ChatApp.StartAsync(open.Azure, ChatApp.Strict);
        await alice.At(strict).SendAsync(direct, "One");
        await alice.At(strict).SendAsync(direct, "Two");
        Assert.Empty(await bob.At(strict).RequestsAsync());
    }

    [Fact]
    public async Task Should_list_many_page_by_page()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        foreach (var n in Enumerable.Range(0, 5))
        {
            await app.As($"stranger-{n}").AsksToWriteAsync("bob");
        }

        var (names, query) = (new List<string?>(), "limit=2");
        while (query is not null)
        {
            var page = await app.As("bob").AskAsync("GET", $"/api/requests?{query}");
            names.AddRange(page.List("requests").Select(one => one.Text("from.userId")));
            query = page.Text("continuation") is { } next ? $"limit=2&continuation={next}" : null;
        }

        Assert.Equal(["stranger-4", "stranger-3", "stranger-2", "stranger-1", "stranger-0"], names);
    }
}
