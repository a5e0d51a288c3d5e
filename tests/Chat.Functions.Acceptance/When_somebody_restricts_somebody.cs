using System.Net;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What a restricted one writes is accepted, and waits among the requests of whoever restricts them. Nothing tells them.</summary>
public class When_somebody_restricts_somebody
{
    [Theory]
    [InlineData("POST", "/api/requests/{0}/accept")]
    [InlineData("DELETE", "/api/restrictions/bob")]
    public async Task Should_have_it_among_their_requests_until_they_take_it_back(string method, string path)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(direct, "Hello");
        var seen = await bob.SendAsync(direct, "Before");
        await app.HasDeliveredAsync(clock);
        await alice.MarkReadAsync(direct, seen.Seq);
        await alice.PreferAsync(direct, new { pinned = true });
        var cursor = (await alice.SyncAsync(null)).Cursor;
        await using var phone = await alice.ListenAsync();
        await alice.DoAsync("PUT", "/api/restrictions/bob");
        await alice.DoAsync("PUT", "/api/restrictions/bob");
        await phone.ReceivesEventAsync(
            "restriction.updated",
            data => data.Text("userId") == "bob" && data.At("isRestricted")!.Value.GetBoolean());
        var said = await bob.SendAsync(direct, "Are you there?");
        await bob.DoAsync("POST", $"/api/conversations/{direct}/typing", new { typing = true });
        await bob.MarkReadAsync(direct, said.Seq);
        await app.HasDeliveredAsync(clock);

        // Alice has it nowhere but there, and may read it.
        Assert.Empty(await alice.AllConversationsAsync());
        Assert.True((await alice.SyncAsync(cursor)).Items.Last(item => item.ConversationId == direct).Left);
        Assert.Equal((0, 0), ((await alice.UnreadAsync()).Conversations, (await alice.UnreadAsync()).Messages));
        Assert.DoesNotContain(phone.Events(), one => one.Text("conversationId") == direct);
        var asked = Assert.Single(await alice.RequestsAsync());
        Assert.Equal(
            (direct, "Are you there?", "True"),
            (asked.Text("conversationId"), asked.Text("message.preview"), asked.Text("isRestricted")));
        Assert.Equal(3, (await alice.MessagesAsync(direct)).Messages.Count);
        Assert.Equal("request_pending", await alice.MayNotSayAsync(direct, new { text = "Yes" }, HttpStatusCode.Forbidden));
        foreach (var (verb, to, body) in new (string, string, object?)[]
        {
            ("PUT", "/read", new { seq = 2 }),
            ("POST", "/unread", null),
            ("POST", "/clear", new { seq = 2 }),
            ("PATCH", "/preferences", new { pinned = false }),
            ("PATCH", "", new { messageTtl = 60 }),
            ("PUT", $"/messages/{said.MessageId}/reactions/:hey:", null), ("PUT", $"/messages/{said.MessageId}/pin", null),
        })
        {
            Assert.Equal(
                "request_pending",
                await alice.IsRefusedAsync(verb, $"/api/conversations/{direct}{to}", HttpStatusCode.Forbidden, body));
        }

        Assert.Equal(direct, (await alice.StartDirectAsync("bob")).ConversationId);
        Assert.Empty(await alice.AllConversationsAsync());

        // Taken back, it is where it was, and as it was.
        await using var his = await bob.ListenAsync();
        await alice.DoAsync(method, string.Format(null, path, direct));
        await phone.ReceivesEventAsync("restriction.updated", data => !data.At("isRestricted")!.Value.GetBoolean());
        var back = (await alice.SummaryAsync(direct))!;
        Assert.Equal((1, "Are you there?", true), (back.UnreadCount, back.LastMessage!.Preview, back.Preferences.Pinned));
        Assert.Empty(await alice.RequestsAsync());
        Assert.Empty((await alice.AskAsync("GET", "/api/restrictions")).List("restrictions"));
        await bob.SendAsync(direct, "There you are");
        await phone.ReceivesAsync(direct, "There you are");
        await app.HasDeliveredAsync(clock);
        Assert.Equal(2, (await alice.SummaryAsync(direct))!.UnreadCount);
        Assert.DoesNotContain(
            await his.EventsBeforeNowAsync(bob, direct),
            one => one.Text("type") is "request.resolved" or "restriction.updated");
    }

    /// <summary>
    /// What the restricted one can see, and what is answered to all that they can do, as if the other one just didn't look.
    /// </summary>
    [Fact]
    public async Task Should_look_the_same_as_if_nobody_looked()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var seen = new List<string>();
        foreach (var becomes in new[] { "unanswered", "restricted", "restricted and declined", "restricted and taken back", "read" })
        {
            var (alice, bob) = (app.As($"alice-of-{seen.Count}"), app.As($"bob-of-{seen.Count}"));
            await using var phone = await bob.ListenAsync();
            var direct = await bob.AsksToWriteAsync(alice.Name);
            await app.HasDeliveredAsync(clock);
            if (becomes != "unanswered")
            {
                await alice.DoAsync("PUT", $"/api/restrictions/{bob.Name}");
            }

            await (becomes switch
            {
                "restricted and declined" => alice.DoAsync("POST", $"/api/requests/{direct}/decline", new { }),
                "restricted and taken back" => alice.DoAsync("DELETE", $"/api/restrictions/{bob.Name}"),
                "read" => alice.DoAsync("PUT", $"/api/conversations/{direct}/delivered", new { seq = 2 }),
                _ => Task.CompletedTask,
            });
            using var typing = await alice.PostAsync($"/api/conversations/{direct}/typing", new { typing = true });
            await app.HasDeliveredAsync(clock);
            var told = await SendersView.OfAsync(bob, alice.Name, direct);
            await app.HasDeliveredAsync(clock);
            told += string.Join(
                '\n', (await phone.EventsBeforeNowAsync(bob, direct)).Select(one => one.Text("type")).Distinct().Order());
            seen.Add(told.Replace($"-of-{seen.Count}", "", StringComparison.Ordinal).Replace(direct, "{direct}", StringComparison.Ordinal));
        }

        Assert.All(seen, one => Assert.Equal(seen[0], one));
        Assert.Contains("POST /api/conversations/{direct}/messages: 201", seen[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_show_them_no_more_of_oneself_than_was_shown()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        var path = $"/api/conversations/{direct}";
        await alice.SendAsync(direct, "Hello");
        var last = await bob.SendAsync(direct, "Hello yourself");
        await app.HasDeliveredAsync(clock);
        var before = $"{await bob.AskAsync("GET", $"{path}/receipts")}";
        Assert.Single((await bob.AskAsync("GET", "/api/presence?users=alice")).List("presence"));
        await alice.DoAsync("PUT", "/api/restrictions/bob");
        await alice.DoAsync("PUT", $"{path}/delivered", new { seq = last.Seq });
        Assert.Equal(before, $"{await bob.AskAsync("GET", $"{path}/receipts")}");
        Assert.Empty((await bob.AskAsync("GET", "/api/presence?users=alice")).List("presence"));
        await alice.DoAsync("DELETE", "/api/restrictions/bob");
        Assert.Single((await bob.AskAsync("GET", "/api/presence?users=alice")).List("presence"));
    }

    [Fact]
    public async Task Should_wait_for_a_conversation_that_isnt_there_yet()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        await using var other = await ChatApp.StartAsync(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await alice.At(other).DoAsync("PUT", "/api/restrictions/bob");
        Assert.Empty(await alice.RequestsAsync());
        var direct = (await bob.StartDirectAsync("alice")).ConversationId;
        await bob.SendAsync(direct, "Hello");
        await app.HasDeliveredAsync(clock);
        Assert.Empty(await alice.AllConversationsAsync());
        Assert.Equal("Hello", Assert.Single(await alice.RequestsAsync()).Text("message.preview"));
        Assert.Equal([direct], await bob.ListedAsync());

        // Declined, it comes back with their next word.
        await alice.DoAsync("POST", $"/api/requests/{direct}/decline", new { });
        Assert.Empty(await alice.RequestsAsync());
        await bob.SendAsync(direct, "Hello?");
        await app.HasDeliveredAsync(clock);
        Assert.Equal("Hello?", Assert.Single(await alice.RequestsAsync()).Text("message.preview"));
        await alice.DoAsync("POST", $"/api/requests/{direct}/decline", new { block = true });
        Assert.Equal("cannot_message", await bob.MayNotSayAsync(direct, new { text = "Hello!" }, HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Should_not_be_told_of_a_request_either()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var alice = app.As("alice");
        await using var phone = await alice.ListenAsync();
        await alice.DoAsync("PUT", "/api/restrictions/bob");
        var request = await app.As("bob").AsksToWriteAsync("alice");
        await app.As("carol").AsksToWriteAsync("alice");
        await phone.ReceivesEventAsync("request.received", data => data.Text("by") == "carol");
        Assert.DoesNotContain(phone.Events(), one => one.Text("conversationId") == request);
        Assert.Equal(["carol", "bob"], (await alice.RequestsAsync()).Select(one => one.Text("from.userId")));
    }

    [Fact]
    public async Task Should_stay_a_request_when_it_is_taken_back_from_a_stranger()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict, time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = await bob.AsksToWriteAsync("alice");
        await app.HasDeliveredAsync(clock);
        await alice.DoAsync("PUT", "/api/restrictions/bob");
        await alice.DoAsync("DELETE", "/api/restrictions/bob");
        await app.HasDeliveredAsync(clock);
        Assert.Empty(await alice.AllConversationsAsync());
        Assert.Null(Assert.Single(await alice.RequestsAsync()).Text("isRestricted"));
        await alice.DoAsync("POST", $"/api/requests/{request}/accept");
        Assert.Equal([request], await alice.ListedAsync());
    }

    [Fact]
    public async Task Should_complete_what_a_crash_left()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(direct, "Hello");
        await app.HasDeliveredAsync(clock);
        using (app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Fail)
        {
            Target = target => target.Contains($"inbox:{direct}", StringComparison.Ordinal),
            Times = 1,
        }))
        {
            using var failed = await alice.PutAsync("/api/restrictions/bob", new { });
            Assert.False(failed.IsSuccessStatusCode);
        }

        // Nobody repeats it: the queue does.
        clock.Jump(TimeSpan.FromSeconds(11));
        await app.HasDeliveredAsync(clock);
        await Eventually.SeesAsync(clock, async () => (await alice.AllConversationsAsync()).Count, left => left == 0);
        Assert.Equal(direct, Assert.Single(await alice.RequestsAsync()).Text("conversationId"));
        Assert.Equal([direct], await bob.ListedAsync());
    }

    [Fact]
    public async Task Should_stay_declined_when_it_is_seen_to_once_more()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(direct, "Hello");
        await app.HasDeliveredAsync(clock);
        await alice.DoAsync("PUT", "/api/restrictions/bob");
        await alice.DoAsync("POST", $"/api/requests/{direct}/decline", new { });
        clock.Jump(TimeSpan.FromSeconds(11));
        await app.HasDeliveredAsync(clock);
        Assert.Empty(await alice.RequestsAsync());

        // Restricted anew, it is there again.
        await alice.DoAsync("DELETE", "/api/restrictions/bob");
        await alice.DoAsync("PUT", "/api/restrictions/bob");
        Assert.Equal(direct, Assert.Single(await alice.RequestsAsync()).Text("conversationId"));
    }

    [Fact]
    public async Task Should_have_what_is_written_although_it_cannot_be_noted_at_first()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = await DeclinedAsync(app, clock);
        var struck = 0;
        using (app.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Fail)
        {
            Target = target => target == $"users/alice/request:{direct}",
            Times = 12,
            Strike = _ => Task.FromResult(Interlocked.Increment(ref struck)),
        }))
        {
            // It is committed, and Bob isn't told of what fails for Alice.
            await bob.SendAsync(direct, "Hello?");
            await Eventually.SeesAsync(clock, () => Task.FromResult(Volatile.Read(ref struck)), times => times == 12);
        }

        await Eventually.SeesAsync(clock, () => alice.RequestsAsync(), seen => seen.Count == 1);
        Assert.Equal("Hello?", Assert.Single(await alice.RequestsAsync()).Text("message.preview"));
    }

    [Fact]
    public async Task Should_have_what_is_written_although_the_process_dies_once_it_is_committed()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var direct = await DeclinedAsync(app, clock);
        using (var halt = new Halt(app.Azure, "cosmos", "*", target => target == $"users/alice/request:{direct}", int.MaxValue))
        {
            _ = app.As("bob").PostAsync($"/api/conversations/{direct}/messages", new { clientMessageId = "ca11", text = "Hello?" });
            await halt.Reached;
            await app.KillAsync();
        }

        await using var survivor = await ChatApp.StartAsync(app.Azure);
        var alice = survivor.As("alice");
        await Eventually.SeesAsync(clock, () => alice.RequestsAsync(), seen => seen.Count == 1);
        Assert.Equal("Hello?", Assert.Single(await alice.RequestsAsync()).Text("message.preview"));
    }

    [Fact]
    public async Task Should_stay_declined_when_what_was_written_is_projected_late()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = await DeclinedAsync(app, clock);
        using (new Halt(app.Azure, "functions", "feed", _ => true, int.MaxValue))
        {
            await bob.SendAsync(direct, "Hello?");
            await alice.DoAsync("POST", $"/api/requests/{direct}/decline", new { });
        }

        await app.HasDeliveredAsync(clock);
        Assert.Empty(await alice.RequestsAsync());
        await bob.SendAsync(direct, "Hello!");
        await app.HasDeliveredAsync(clock);
        Assert.Equal("Hello!", Assert.Single(await alice.RequestsAsync()).Text("message.preview"));
    }

    /// <summary>Alice and Bob have talked; she restricted him, and declined what he had written.</summary>
    private static async Task<string> DeclinedAsync(ChatApp app, JumpingClock clock)
    {
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(direct, "Hello");
        await alice.DoAsync("PUT", "/api/restrictions/bob");
        await alice.DoAsync("POST", $"/api/requests/{direct}/decline", new { });
        await app.HasDeliveredAsync(clock);
        Assert.Empty(await alice.RequestsAsync());
        return direct;
    }

    [Fact]
    public async Task Should_be_on_no_list_whatever_is_projected_late_and_on_it_after_all()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        await using var other = await ChatApp.StartAsync(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        for (var round = 0; round < 3; round++)
        {
            var stop = false;
            var sending = Task.Run(async () =>
            {
                for (var n = 0; n < 30 && !Volatile.Read(ref stop); n++)
                {
                    await bob.At(other).SendAsync(direct, "Hey");
                }
            });
            await alice.DoAsync("PUT", "/api/restrictions/bob");
            Assert.Empty(await alice.AllConversationsAsync());
            Volatile.Write(ref stop, true);
            await sending;
            await app.HasDeliveredAsync(clock);
            Assert.Empty(await alice.AllConversationsAsync());
            await alice.At(other).DoAsync("DELETE", "/api/restrictions/bob");
            await app.HasDeliveredAsync(clock);
            Assert.Equal([direct], await alice.ListedAsync());
            Assert.Equal((await bob.SummaryAsync(direct))!.LastSeq, (await alice.SummaryAsync(direct))!.LastSeq);
        }
    }
}
