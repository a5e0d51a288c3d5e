using System.Net;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Standings;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Mallory is restricted, suspended or banned, and uses every door of every instance.</summary>
public class When_somebody_has_a_standing
{
    [Fact]
    public async Task Should_be_kept_from_everything_but_what_is_about_themselves_when_banned()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob) = (app.As("mallory"), app.As("bob"));
        var sent = await mallory.SendAsync((await mallory.StartDirectAsync("bob")).ConversationId, "Hello");
        await DecideAsync(app, "ban");

        foreach (var operation in Api.ApiOperation.All.Where(operation => operation.NeedsToken))
        {
            var path = "/api" + operation.Path.Replace("{conversationId}", sent.ConversationId, StringComparison.Ordinal)
                .Replace("{messageId}", sent.MessageId, StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal)
                    .Replace("}", "", StringComparison.Ordinal);
            using var answer = await mallory.SendAsync(new HttpMethod(operation.Method), path, null);
            var text = await answer.Content.ReadAsStringAsync();
            var isOwn = operation.Path.StartsWith("/me/", StringComparison.Ordinal)
                && (operation.Method == "GET" || operation.Id == "appealDecision");
            var isOthers = operation.Path.StartsWith("/moderation/", StringComparison.Ordinal)
                || operation.Path.StartsWith("/host/", StringComparison.Ordinal);
            Assert.True(
                isOwn ? answer.StatusCode != HttpStatusCode.Forbidden : isOthers || text.Contains("\"banned\"", StringComparison.Ordinal),
                $"{operation}: {text}");
        }

        Assert.Equal("banned", await new Person(app.Http, "mallory", "chat.moderator")
            .IsRefusedAsync("GET", "/api/moderation/cases", HttpStatusCode.Forbidden));
        Assert.Equal("banned", await mallory.IsRefusedAsync("GET", "/api/nowhere", HttpStatusCode.Forbidden));
        Assert.Equal("Hello", Assert.Single(await bob.HistoryAsync(sent.ConversationId)).Text);
        await bob.SendAsync(sent.ConversationId, "She doesn't answer");
    }

    [Fact]
    public async Task Should_only_read_when_suspended_until_that_ends()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var mallory = app.As("mallory");
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        await DecideAsync(app, "suspend", clock.GetUtcNow().AddMinutes(20));

        Assert.Equal("suspended", await mallory.MayNotSayAsync(direct, new { text = "Hello" }, HttpStatusCode.Forbidden));
        Assert.Equal("suspended", await mallory.IsRefusedAsync(
            "PUT", $"/api/conversations/{direct}/read", HttpStatusCode.Forbidden, new { seq = 1 }));
        Assert.Equal("suspended", await mallory.IsRefusedAsync(
            "POST", "/api/reports", HttpStatusCode.Forbidden, new { target = new { userId = "bob" }, reason = "spam" }));
        await mallory.ConversationsAsync();
        await mallory.SyncAsync(null);
        await using (await mallory.ListenAsync())
        {
            await mallory.DoAsync("POST", "/api/realtime/sign-out");
        }

        clock.Jump(TimeSpan.FromMinutes(20));
        await mallory.SendAsync(direct, "Hello again");
    }

    [Fact]
    public async Task Should_keep_whom_they_block_when_suspended()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var direct = (await app.As("mallory").StartDirectAsync("bob")).ConversationId;
        using (app.Azure.Faults.Add(
            new Fault("cosmos", "create", FaultKind.Fail) { Target = target => target.Contains("blockedBy:", StringComparison.Ordinal) }))
        {
            using var failed = await app.As("mallory").PutAsync("/api/blocks/bob", new { });
            Assert.False(failed.IsSuccessStatusCode);
        }

        // The queue completes it.
        await DecideAsync(app, "suspend");
        clock.Jump(TimeSpan.FromSeconds(11));
        await app.HasDeliveredAsync(clock);
        Assert.Equal("cannot_message", await app.As("bob").MayNotSayAsync(direct, new { text = "Hey" }, HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Should_lose_nothing_but_first_contact_and_media_when_restricted()
    {
        await using var app = await ChatApp.StartAsync();
        var mallory = app.As("mallory");
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        using var uploads = new Uploads(app.Azure);
        var photo = await uploads.UploadedAsync(mallory, direct);
        await DecideAsync(app, "restrict");
        await mallory.SendAsync(direct, "Still here");
        await mallory.StartDirectAsync("bob");
        Assert.Equal("cannot_message", await mallory.IsRefusedAsync(
            "POST", "/api/conversations", HttpStatusCode.Forbidden, new { kind = "direct", members = new[] { "eve" } }));

        // Photos neither, by whichever door.
        Assert.Equal("not_allowed", await mallory.MayNotSayAsync(direct, Uploads.Of(photo), HttpStatusCode.Forbidden));
        var card = new { cards = new[] { new { type = "video", id = "v-1", title = "Look" } } };
        Assert.Equal("not_allowed", await mallory.MayNotSayAsync(direct, card, HttpStatusCode.Forbidden));
        var batch = await mallory.AskAsync(
            "POST",
            $"/api/conversations/{direct}/messages/batch",
            new { messages = new[] { new { clientMessageId = "b-1", attachments = new[] { new { mediaId = photo } } } } });
        Assert.Equal(403, Assert.Single(batch.List("results")).Number("status"));
        Assert.Equal("not_allowed", await mallory.IsRefusedAsync(
            "POST", "/api/media/uploads", HttpStatusCode.Forbidden, new Photo().For(direct)));
        Assert.Single(await app.As("bob").HistoryAsync(direct));
    }

    [Fact]
    public async Task Should_be_known_to_every_instance_within_half_a_minute_and_after_a_start_at_once()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var first = await ChatApp.StartAsync(azure);
        await using var second = await ChatApp.StartAsync(azure);
        var direct = (await first.As("mallory").StartDirectAsync("bob")).ConversationId;
        await second.As("mallory").SendAsync(direct, "Before");
        await DecideAsync(first, "ban");
        Assert.Equal("banned", await first.As("mallory").MayNotSayAsync(direct, new { text = "No" }, HttpStatusCode.Forbidden));

        clock.Jump(StandingList.Interval);
        await Eventually.SeesAsync(
            () => second.As("mallory").TrySendAsync(direct, "Between"), answer => answer.StatusCode == HttpStatusCode.Forbidden);
        await using var third = await ChatApp.StartAsync(azure);
        Assert.Equal("banned", await third.As("mallory").MayNotSayAsync(direct, new { text = "No" }, HttpStatusCode.Forbidden));

        // Taken back, it is over everywhere, too.
        var decision = Assert.Single((await first.As("mallory").AskAsync("GET", "/api/me/decisions")).List("decisions"));
        await first.As("mallory")
            .AskAsync("POST", $"/api/me/appeals/{decision.Text("decisionId")}", new { text = "Please" }, HttpStatusCode.Accepted);
        await DecideAsync(first, "dismiss");
        clock.Jump(StandingList.Interval);
        foreach (var instance in new[] { first, second, third })
        {
            await Eventually.SeesAsync(
                () => instance.As("mallory").TrySendAsync(direct, "Back"), answer => answer.StatusCode == HttpStatusCode.Created);
        }
    }

    [Fact]
    public async Task Should_lose_their_connections_within_a_minute_whichever_instance_they_came_by()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var first = await ChatApp.StartAsync(azure);
        await using var second = await ChatApp.StartAsync(azure);
        await using var phone = await first.As("mallory").ListenAsync();
        await using var tablet = await second.As("mallory").ListenAsync();
        await using var bobs = await second.As("bob").ListenAsync();
        var token = await second.As("mallory").AskAsync("POST", "/api/realtime/negotiate");
        await DecideAsync(first, "ban");
        await Task.WhenAll(phone.Ended, tablet.Ended).WaitAsync(Eventually.Timeout);
        Assert.True(bobs.IsOpen);

        // Who comes back with a token from before is out again.
        for (var n = 0; n < 3; n++)
        {
            await using var again = await EventStream.ConnectAsync(token.Text("url")!, token.Text("accessToken")!);
            await Eventually.SeesAsync(clock, () => Task.FromResult(again.IsOpen), isOpen => !isOpen);
        }
    }

    [Fact]
    public async Task Should_not_get_in_what_waited_when_they_were_banned_and_keep_what_was_there()
    {
        var faults = new Faults(1);
        await using var azure = await LocalAzure.StartAsync(directory: null, faults: faults);
        await using var app = await ChatApp.StartAsync(azure);
        var mallory = app.As("mallory");
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        await mallory.SendAsync(direct, "There before");
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        var isFirst = 0;
        Task<HttpResponseMessage> inFlight, waiting;
        using (faults.Add(new Fault("cosmos", "batch", FaultKind.Delay)
        {
            Target = target => target.Contains(direct, StringComparison.Ordinal) && Interlocked.Exchange(ref isFirst, 1) == 0,
            Strike = HoldAsync,
        }))
        {
            inFlight = mallory.TrySendAsync(direct, "In flight");
            await reached.Task.WaitAsync(Eventually.Timeout);
            waiting = mallory.TrySendAsync(direct, "Waiting");
            await DecideAsync(app, "ban");
            open.SetResult();

            // Held for too long they are told to ask again.
            Assert.Contains((await inFlight).StatusCode, new[] { HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable });
            Assert.Contains((await waiting).StatusCode, new[] { HttpStatusCode.Forbidden, HttpStatusCode.ServiceUnavailable });
        }

        await Eventually.SeesAsync(
            async () => (await app.As("bob").HistoryAsync(direct)).Select(message => message.Text).ToList(),
            texts => texts is ["There before", "In flight"]);

        Task HoldAsync(string target)
        {
            reached.TrySetResult();
            return open.Task;
        }
    }

    [Fact]
    public async Task Should_have_what_they_scheduled_dropped_when_it_is_due()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (mallory, bob) = (app.As("mallory"), app.As("bob"));
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        await mallory.AskAsync(
            "POST",
            $"/api/conversations/{direct}/scheduled",
            new { clientMessageId = "1", text = "Later", dueAt = clock.GetUtcNow().AddSeconds(90) },
            HttpStatusCode.Created);
        await DecideAsync(app, "ban", clock.GetUtcNow().AddMinutes(10));
        await bob.AskAsync(
            "POST",
            $"/api/conversations/{direct}/scheduled",
            new { clientMessageId = "1", text = "After that", dueAt = clock.GetUtcNow().AddSeconds(120) },
            HttpStatusCode.Created);
        clock.Jump(TimeSpan.FromSeconds(121));
        await Eventually.SeesAsync(() => bob.HistoryAsync(direct), all => all.Count == 1 && all[0].Text == "After that");
        var queue = app.Azure.ServiceBus.Find("scheduled")!;
        await Eventually.HoldsAsync(queue.Count, count => count.Active + count.InFlight + count.Scheduled == 0, "what was due to be over");
        clock.Jump(TimeSpan.FromMinutes(10));
        Assert.Empty((await mallory.AskAsync("GET", $"/api/conversations/{direct}/scheduled")).List("scheduled"));
    }

    [Fact]
    public async Task Should_let_nobody_in_before_it_is_known_who_is_banned()
    {
        var (clock, faults) = (new JumpingClock(), new Faults(1));
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock, faults: faults);
        await using (var first = await ChatApp.StartAsync(azure))
        {
            await DecideAsync(first, "ban");
        }

        ChatApp second;
        using (faults.Add(
            new Fault("cosmos", "query", FaultKind.Fail) { Target = target => target.Contains("moderation", StringComparison.Ordinal) }))
        {
            second = await ChatApp.StartAsync(azure);
            Assert.Equal("unavailable", await second.As("bob").IsRefusedAsync("GET", "/api/unread", HttpStatusCode.ServiceUnavailable));
            Assert.Equal("unavailable", await second.As("mallory").IsRefusedAsync("GET", "/api/unread", HttpStatusCode.ServiceUnavailable));
        }

        await using var app = second;
        await app.As("bob").AskAsync("GET", "/api/unread");
        using (faults.Add(
            new Fault("cosmos", "query", FaultKind.Fail) { Target = target => target.Contains("moderation", StringComparison.Ordinal) }))
        {
            // From then on it goes by what it knows.
            clock.Jump(StandingList.Interval * 3);
            await app.As("bob").AskAsync("GET", "/api/unread");
            Assert.Equal("banned", await app.As("mallory").IsRefusedAsync("GET", "/api/unread", HttpStatusCode.Forbidden));
        }
    }

    /// <summary>Mallory is reported, and vera decides.</summary>
    private static async Task DecideAsync(ChatApp app, string action, DateTimeOffset? until = null)
    {
        var vera = app.AsModerator("vera");
        await app.As("carol")
            .AskAsync("POST", "/api/reports", new { target = new { userId = "mallory" }, reason = "spam" }, HttpStatusCode.Accepted);
        var open = Assert.Single((await vera.AskAsync("GET", "/api/moderation/cases")).List("cases"));
        await vera.DecideAsync($"/api/moderation/cases/{open.Text("caseId")}", new { action, ground = "terms", rule = "Spam", until });
    }
}
