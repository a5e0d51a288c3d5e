using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Strangers ask before they write; whoever is asked decides, and those who asked learn no more than that they were let in.</summary>
public class When_somebody_asks_to_write
{
    [Fact]
    public async Task Should_be_nowhere_but_among_the_requests()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await using var phone = await bob.ListenAsync();
        await app.AsHost().SaysAsync("alice", displayName: "Alice");
        var request = await AskAsync(alice, "bob");
        await phone.ReceivesEventAsync("request.received", data => data.Text("by") == "alice");
        await app.HasDeliveredAsync();

        var asked = Assert.Single(await RequestsAsync(bob));
        Assert.Equal((request, "Alice", "Hello, it's me"), (asked.Text("conversationId"), asked.Text("from.displayName"), asked.Text("message.preview")));
        Assert.Empty(await bob.AllConversationsAsync());
        Assert.Empty((await bob.SyncAsync(null)).Items);
        Assert.Equal((0, 0), ((await bob.UnreadAsync()).Conversations, (await bob.UnreadAsync()).Messages));
        Assert.Equal("Hello, it's me", Assert.Single((await bob.MessagesAsync(request)).Messages).Text);
        foreach (var (method, path, body) in new (string, string, object?)[]
        {
            ("PUT", "read", new { seq = 2 }), ("POST", "unread", null), ("POST", "clear", new { seq = 2 }), ("PATCH", "preferences", new { pinned = true }), ("PATCH", "", new { messageTtl = 60 }),
        })
        {
            Assert.Equal("request_pending", await bob.IsRefusedAsync(method, $"/api/conversations/{request}/{path}".TrimEnd('/'), HttpStatusCode.Forbidden, body));
        }

        Assert.Equal(request, (await bob.StartDirectAsync("alice")).ConversationId);
        await app.HasDeliveredAsync();
        Assert.Empty(await bob.AllConversationsAsync());
        Assert.Single(await RequestsAsync(bob));
        Assert.Equal(["request.received"], phone.Events().Select(one => one.Text("type")));
        Assert.Equal([request], await alice.ListedAsync());
        Assert.Empty(await RequestsAsync(alice));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_be_a_conversation_once_it_is_accepted(bool byAnswering)
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = await AskAsync(alice, "bob");
        await app.HasDeliveredAsync();
        await using var phone = await alice.ListenAsync();
        if (byAnswering)
        {
            await bob.SendAsync(request, "Hello yourself");
            await phone.ReceivesAsync(request, "Hello yourself");
        }
        else
        {
            await bob.DoAsync("POST", $"/api/requests/{request}/accept");
            await bob.DoAsync("POST", $"/api/requests/{request}/accept");
            await phone.ReceivesEventAsync("request.resolved", data => data.Text("state") == "accepted");
            Assert.Equal(1, (await bob.SummaryAsync(request))!.UnreadCount);
        }

        Assert.Empty(await RequestsAsync(bob));
        await using var his = await bob.ListenAsync();
        await alice.SendAsync(request, "There's more, at https://example.com");
        await his.ReceivesAsync(request, "There's more, at https://example.com");
        await app.HasDeliveredAsync();
        Assert.Equal([request], await bob.ListedAsync());
        Assert.Null((await alice.AskAsync("GET", $"/api/conversations/{request}")).At("request"));
    }

    [Fact]
    public async Task Should_tell_who_asked_once_however_often_it_is_accepted()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var (request, own) = (await AskAsync(alice, "bob"), (await alice.CreateGroupAsync("Mine", "carol")).ConversationId);
        await bob.DoAsync("POST", $"/api/requests/{request}/accept");
        await using var phone = await alice.ListenAsync();
        await bob.DoAsync("POST", $"/api/requests/{request}/accept");
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await bob.DoAsync("POST", $"/api/requests/{request}/accept");
        Assert.DoesNotContain(await phone.EventsBeforeNowAsync(alice, own), one => one.Text("type") == "request.resolved");
    }

    [Fact]
    public async Task Should_reach_the_list_although_the_process_dies_after_it_was_accepted()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = await AskAsync(alice, "bob");
        await app.HasDeliveredAsync();

        // The answer's own write of the list fails, as if the process had ended before it.
        using (app.Azure.Faults.Add(new Chat.Local.Fault("cosmos", "patch", Chat.Local.FaultKind.Fail) { Target = target => target.Contains($"inbox:{request}", StringComparison.Ordinal), Times = 1 }))
        {
            using var answer = await bob.SendAsync(HttpMethod.Post, $"/api/requests/{request}/accept", null);
            Assert.False(answer.IsSuccessStatusCode);
        }

        await Eventually.SeesAsync(() => bob.ListedAsync(), listed => listed.SequenceEqual([request]));
    }

    /// <summary>What the sender can see, and what is answered to all that they can do, whatever became of the request.</summary>
    [Fact]
    public async Task Should_look_the_same_whether_it_waits_is_declined_or_its_sender_is_blocked()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var seen = new List<string>();
        foreach (var becomes in new[] { "pending", "declined", "blocked", "declined and blocked", "read" })
        {
            var (alice, bob) = (app.As($"alice-of-{seen.Count}"), app.As($"bob-of-{seen.Count}"));
            await using var phone = await alice.ListenAsync();
            var request = await AskAsync(alice, bob.Name);
            await app.HasDeliveredAsync();
            await (becomes switch
            {
                "declined" => bob.DoAsync("POST", $"/api/requests/{request}/decline", new { }),
                "blocked" => bob.DoAsync("PUT", $"/api/blocks/{alice.Name}"),
                "declined and blocked" => bob.DoAsync("POST", $"/api/requests/{request}/decline", new { block = true }),
                "read" => bob.DoAsync("PUT", $"/api/conversations/{request}/delivered", new { seq = 2 }),
                _ => Task.CompletedTask,
            });
            using var typing = await bob.PostAsync($"/api/conversations/{request}/typing", new { typing = true });
            await app.HasDeliveredAsync();
            var told = await LookAsync(alice, bob, request);
            await app.HasDeliveredAsync();
            told += string.Join('\n', phone.Events().Select(one => one.Text("type")));
            seen.Add(told.Replace($"-of-{seen.Count}", "", StringComparison.Ordinal).Replace(request, "{request}", StringComparison.Ordinal));
        }

        Assert.All(seen, one => Assert.Equal(seen[0], one));
        Assert.Contains("403 {\"status\":403,\"code\":\"request_pending\"", seen[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_say_one_short_thing()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = (await alice.StartDirectAsync("bob")).ConversationId;
        foreach (var content in new object[]
        {
            new { text = new string('a', 501) }, new { text = "Look at https://example.com" }, new { text = "www.example.org" }, new { text = "It's on example.com!" },
            new { poll = new { question = "When?", options = new[] { "Now", "Never" } } }, new { text = "Hello bob", mentions = new[] { new { userId = "bob", offset = 6, length = 3 } } },
        })
        {
            Assert.Equal("not_a_request", await alice.MayNotSayAsync(request, content, HttpStatusCode.Forbidden));
        }

        await app.HasDeliveredAsync();
        Assert.Empty(await RequestsAsync(bob));
        await alice.SendAsync(request, new string('a', 500), "first");
        Assert.Equal("request_pending", await alice.MayNotSayAsync(request, new { text = "Again" }, HttpStatusCode.Forbidden));

        // A retry finds the first, in this process and in another one.
        await using var other = await ChatApp.StartAsync(app.Azure, ChatApp.Strict);
        foreach (var instance in new[] { app, other })
        {
            using var retry = await alice.At(instance).TrySendAsync(request, new string('a', 500), "first");
            Assert.Equal(HttpStatusCode.OK, retry.StatusCode);
        }

        // Taking it back is possible, and leaves nothing to answer.
        var first = Assert.Single((await alice.MessagesAsync(request)).Messages);
        Assert.Equal("request_pending", await alice.IsRefusedAsync("PATCH", $"/api/conversations/{request}/messages/{first.MessageId}", HttpStatusCode.Forbidden, new { text = "Something else" }));
        await alice.AskAsync("DELETE", $"/api/conversations/{request}/messages/{first.MessageId}");
        Assert.Equal("", Assert.Single(await RequestsAsync(bob)).Text("message.preview"));
    }

    [Fact]
    public async Task Should_be_refused_by_every_door_that_sends()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict, time: clock);
        var alice = app.As("alice");
        var request = await AskAsync(alice, "bob");
        var group = (await alice.CreateGroupAsync("Mine", "carol")).ConversationId;
        var mine = await alice.SendAsync(group, "To be forwarded");

        var batch = new { messages = new[] { TriedConversation.Text(), TriedConversation.Text() } };
        Assert.Equal("request_pending", await alice.IsRefusedAsync("POST", $"/api/conversations/{request}/messages/batch", HttpStatusCode.Forbidden, batch));
        var forwarded = await alice.AskAsync("POST", $"/api/conversations/{group}/messages/{mine.MessageId}/forward", new { clientMessageId = "1", to = new[] { request } });
        Assert.Equal("request_pending", Assert.Single(forwarded.List("results")).Text("problem.code"));
        await alice.AskAsync("POST", $"/api/conversations/{request}/scheduled", new { clientMessageId = "2", text = "Later", dueAt = clock.GetUtcNow().AddMinutes(2) }, HttpStatusCode.Created);
        clock.Jump(TimeSpan.FromMinutes(3));
        await Eventually.SeesAsync(clock, async () => (await alice.AskAsync("GET", $"/api/conversations/{request}/scheduled")).List("scheduled").Count, left => left == 0);
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
        var request = await AskAsync(alice, "bob");
        await bob.DoAsync("POST", $"/api/requests/{request}/decline", new { });
        Assert.Empty(await RequestsAsync(bob));
        clock.Jump(TimeSpan.FromMinutes(29));
        Assert.Equal("request_pending", await alice.MayNotSayAsync(request, new { text = "And now?" }, HttpStatusCode.Forbidden));
        clock.Jump(TimeSpan.FromMinutes(2));
        await app.As("alice").SendAsync(request, "And now?");
        Assert.Equal("And now?", Assert.Single(await RequestsAsync(bob)).Text("message.preview"));
        Assert.Equal("request_pending", await alice.MayNotSayAsync(request, new { text = "And now?!" }, HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Should_be_answered_by_those_alone_whom_it_is_to()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var request = await AskAsync(app.As("alice"), "bob");
        foreach (var name in new[] { "alice", "carol" })
        {
            Assert.Equal("request_not_found", await app.As(name).IsRefusedAsync("POST", $"/api/requests/{request}/accept", HttpStatusCode.NotFound));
            Assert.Equal("request_not_found", await app.As(name).IsRefusedAsync("POST", $"/api/requests/{request}/decline", HttpStatusCode.NotFound, new { }));
        }

        Assert.Equal("request_not_found", await app.As("bob").IsRefusedAsync("POST", "/api/requests/aaaaaaaaaaaaaaaaaaaaaa/accept", HttpStatusCode.NotFound));
        Assert.Single(await RequestsAsync(app.As("bob")));
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
            using var answer = await app.As(from).PostAsync("/api/conversations", new { kind = "direct", members = new[] { to } });
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

        Assert.Equal("everyone", (await app.As("adult-2").AskAsync("PATCH", "/api/me/privacy", new { whoCanMessage = "everyone" })).Text("whoCanMessage"));
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
        var (toBob, toCarol) = ((await alice.StartDirectAsync("bob")).ConversationId, (await alice.StartDirectAsync("carol")).ConversationId);
        await bob.AskAsync("PATCH", "/api/me/privacy", new { whoCanMessage = "noOne" });
        Assert.Equal("cannot_message", await alice.MayNotSayAsync(toBob, new { text = "Hello" }, HttpStatusCode.Forbidden));
        await app.AsHost().FollowsAsync("carol", "alice");
        await alice.SendAsync(toCarol, "Hello");
        await alice.SendAsync(toCarol, "You follow me, so there's more");
        Assert.Empty(await RequestsAsync(carol));
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
        Assert.Equal("bob", Assert.Single(await RequestsAsync(alice)).Text("from.userId"));
        await alice.SendAsync(toBob, "Hello yourself");
        await bob.SendAsync(toBob, "And more");
    }

    [Fact]
    public async Task Should_be_declined_but_not_seen_while_its_sender_blocks_whom_it_is_to()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = await AskAsync(alice, "bob");
        await alice.DoAsync("PUT", "/api/blocks/bob");
        Assert.Empty(await RequestsAsync(bob));
        Assert.Equal("request_not_found", await bob.IsRefusedAsync("POST", $"/api/requests/{request}/accept", HttpStatusCode.NotFound));
        await alice.DoAsync("DELETE", "/api/blocks/bob");
        Assert.Single(await RequestsAsync(bob));
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await bob.DoAsync("POST", $"/api/requests/{request}/decline", new { block = true });
        await bob.DoAsync("POST", $"/api/requests/{request}/decline", new { block = true });
        Assert.Equal("alice", Assert.Single((await bob.AskAsync("GET", "/api/blocks")).List("blocks")).Text("userId"));
        await alice.DoAsync("DELETE", "/api/blocks/bob");
        await bob.DoAsync("DELETE", "/api/blocks/alice");
        Assert.Empty(await RequestsAsync(bob));
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
        Assert.Empty(await RequestsAsync(bob.At(strict)));
    }

    [Fact]
    public async Task Should_list_many_page_by_page()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        foreach (var n in Enumerable.Range(0, 5))
        {
            await AskAsync(app.As($"stranger-{n}"), "bob");
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

    [Fact]
    public async Task Should_not_vanish_when_an_older_request_is_cleared_away()
    {
        await using var app = await ChatApp.StartAsync();
        var requests = app.Services.GetRequiredService<ContactRequests>();
        var (alice, bob, conversation) = (new UserId("alice"), new UserId("bob"), ConversationId.New());
        await requests.NoteAsync(bob, conversation, alice, CancellationToken.None);
        var older = (await requests.ReadAsync(bob, conversation, CancellationToken.None))!;

        // Bob is asked again between the look for the older one and its removal.
        using (var halt = new Halt(app.Azure, "cosmos", "delete", target => target.Contains("request:", StringComparison.Ordinal)))
        {
            var removing = requests.RemoveAsync(older, CancellationToken.None);
            await halt.Reached;
            await requests.NoteAsync(bob, conversation, new UserId("carol"), CancellationToken.None);
            halt.Open();
            await removing;
        }

        var newer = await requests.ReadAsync(bob, conversation, CancellationToken.None);
        Assert.Equal("carol", newer?.By.Value);
        await requests.RemoveAsync(older, CancellationToken.None);
        Assert.Equal(newer, await requests.ReadAsync(bob, conversation, CancellationToken.None));
        await requests.RemoveAsync(newer!, CancellationToken.None);
        Assert.Null(await requests.ReadAsync(bob, conversation, CancellationToken.None));
    }

    /// <summary>A stranger asks.</summary>
    private static async Task<string> AskAsync(Person sender, string recipient)
    {
        var conversation = (await sender.StartDirectAsync(recipient)).ConversationId;
        await sender.SendAsync(conversation, "Hello, it's me", "first");
        return conversation;
    }

    private static async Task<List<JsonElement>> RequestsAsync(Person person) => (await person.AskAsync("GET", "/api/requests")).List("requests");

    /// <summary>All that the sender of a request can ask, and can try, with the answers.</summary>
    private static async Task<string> LookAsync(Person sender, Person other, string request)
    {
        var path = $"/api/conversations/{request}";
        var message = Assert.Single((await sender.MessagesAsync(request)).Messages).MessageId;
        (string Method, string Path, object? Body)[] all =
        [
            ("POST", "/api/conversations", new { kind = "direct", members = new[] { other.Name } }), ("GET", path, null), ("GET", $"{path}/messages", null), ("GET", $"{path}/events", null),
            ("GET", $"{path}/members", null), ("GET", $"{path}/receipts", null), ("GET", $"/api/presence?users={other.Name}", null), ("GET", $"/api/presence?users={other.Name}&conversationId={request}", null),
            ("GET", "/api/conversations", null), ("GET", "/api/unread", null), ("POST", "/api/users/profiles", new { users = new[] { other.Name } }),
            ("POST", $"{path}/messages", new { clientMessageId = "second", text = "Are you there?" }), ("POST", $"{path}/messages", new { clientMessageId = "first", text = "Hello, it's me" }),
            ("POST", $"{path}/messages/batch", new { messages = new[] { new { clientMessageId = "third", text = "?" } } }), ("PATCH", $"{path}/messages/{message}", new { text = "Hey" }),
            ("PUT", $"{path}/messages/{message}/reactions/:hey:", null), ("PUT", $"{path}/messages/{message}/pin", null), ("PATCH", path, new { messageTtl = 60 }),
            ("POST", $"{path}/typing", new { typing = true }), ("PUT", $"{path}/read", new { seq = 2 }), ("DELETE", $"{path}/messages/{message}", null), ("GET", $"{path}/messages", null),
        ];
        var answers = new List<string>();
        foreach (var (method, address, body) in all)
        {
            using var answer = await sender.SendAsync(new HttpMethod(method), address, body is null ? null : JsonContent.Create(body));
            var text = await answer.Content.ReadAsStringAsync();
            answers.Add($"{method} {address}: {(int)answer.StatusCode} {WithoutInstants(text)}".Replace(message, "{message}", StringComparison.Ordinal));
        }

        return string.Join('\n', answers);
    }

    private static string WithoutInstants(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text, @"\d{4}-\d\d-\d\dT[\d:.]+Z", "{instant}", System.Text.RegularExpressions.RegexOptions.NonBacktracking);
}
