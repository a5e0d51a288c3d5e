using System.Net;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Between two of whom one blocks the other nothing passes, by whatever door, from the answer on.</summary>
public class When_somebody_blocks_somebody
{
    [Fact]
    public async Task Should_keep_both_from_reaching_each_other_by_every_door()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        var path = $"/api/conversations/{direct}";
        await alice.SendAsync(direct, "Hello");
        var his = await bob.SendAsync(direct, "Hello yourself", "before");
        var group = (await bob.CreateGroupAsync("Mine", "carol")).ConversationId;
        var there = await bob.SendAsync(group, "To be forwarded");
        await bob.AskAsync(
            "POST",
            $"{path}/scheduled",
            new { clientMessageId = "later", text = "Later", dueAt = clock.GetUtcNow().AddMinutes(2) },
            HttpStatusCode.Created);
        await app.HasDeliveredAsync();
        var before = (await alice.ConversationAsync(direct)).LastSeq;

        await using var phone = await alice.ListenAsync();
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await phone.ReceivesEventAsync("block.updated", data => data.Text("userId") == "bob" && data.At("isBlocked")!.Value.GetBoolean());
        foreach (var person in new[] { alice, bob })
        {
            Assert.Equal("cannot_message", await person.MayNotSayAsync(direct, new { text = "Hey" }, HttpStatusCode.Forbidden));
            Assert.Equal("cannot_message", await person.MayNotSayAsync(
                direct, new { text = "Hey", replyTo = his.MessageId }, HttpStatusCode.Forbidden));
            Assert.Equal("cannot_message", await person.IsRefusedAsync(
                "PUT", $"{path}/messages/{his.MessageId}/reactions/:hey:", HttpStatusCode.Forbidden));
            Assert.Equal(
                "cannot_message", await person.IsRefusedAsync("PUT", $"{path}/messages/{his.MessageId}/pin", HttpStatusCode.Forbidden));
            Assert.Equal("cannot_message", await person.IsRefusedAsync("PATCH", path, HttpStatusCode.Forbidden, new { messageTtl = 60 }));
            await person.DoAsync("POST", $"{path}/typing", new { typing = true });
        }

        Assert.Equal("cannot_message", await bob.IsRefusedAsync(
            "PATCH", $"{path}/messages/{his.MessageId}", HttpStatusCode.Forbidden, new { text = "Worse" }));
        var batch = new { messages = new[] { TriedConversation.Text() } };
        Assert.Equal("cannot_message", await bob.IsRefusedAsync("POST", $"{path}/messages/batch", HttpStatusCode.Forbidden, batch));
        var forwarded = await bob.AskAsync(
            "POST", $"/api/conversations/{group}/messages/{there.MessageId}/forward", new { clientMessageId = "1", to = new[] { direct } });
        Assert.Equal("cannot_message", Assert.Single(forwarded.List("results")).Text("problem.code"));
        using (var retry = await Person.PatientlyAsync(() => bob.TrySendAsync(direct, "Hello yourself", "before")))
        {
            Assert.Equal(HttpStatusCode.OK, retry.StatusCode);
        }

        Assert.Empty((await alice.AskAsync("GET", "/api/presence?users=bob")).List("presence"));
        Assert.Empty((await bob.AskAsync("GET", "/api/presence?users=alice")).List("presence"));

        // Nothing was pushed and nothing stored, not even what comes due. No connection outlives the jump.
        await app.HasDeliveredAsync();
        Assert.DoesNotContain(phone.Events(), one => one.Text("type") != "block.updated");
        clock.Jump(TimeSpan.FromMinutes(3));
        await Eventually.SeesAsync(
            clock, async () => (await bob.AskAsync("GET", $"{path}/scheduled")).List("scheduled").Count, left => left == 0);
        await app.HasDeliveredAsync(clock);
        Assert.Equal(before, (await alice.ConversationAsync(direct)).LastSeq);
        Assert.Equal(["bob"], (await alice.AskAsync("GET", "/api/blocks")).List("blocks").Select(one => one.Text("userId")));
        Assert.Empty((await bob.AskAsync("GET", "/api/blocks")).List("blocks"));

        // Taken back, all is as before.
        await alice.DoAsync("DELETE", "/api/blocks/bob");
        await alice.DoAsync("DELETE", "/api/blocks/bob");
        await using var another = await alice.ListenAsync();
        await bob.SendAsync(direct, "Sorry");
        await another.ReceivesAsync(direct, "Sorry");
        Assert.Empty((await alice.AskAsync("GET", "/api/blocks")).List("blocks"));
    }

    [Fact]
    public async Task Should_be_refused_like_everything_else_where_there_is_no_conversation_yet()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        await app.As("alice").DoAsync("PUT", "/api/blocks/bob");
        await app.As("carol").AskAsync("PATCH", "/api/me/privacy", new { whoCanMessage = "noOne" });
        await app.AsHost().SaysAsync("kid", "u16");
        await app.AsHost().SaysAsync("out", state: "suspended");
        var answers = new List<string>();
        foreach (var other in new[] { "alice", "carol", "kid", "out" })
        {
            using var answer = await Person.PatientlyAsync(
                () => app.As("bob").PostAsync("/api/conversations", new { kind = "direct", members = new[] { other } }));
            answers.Add(
                $"{(int)answer.StatusCode} "
                    + $"{string.Join(' ', answer.Headers.Select(header => header.Key).Order(StringComparer.Ordinal))} "
                    + $"{await answer.Content.ReadAsStringAsync()}");
        }

        Assert.All(answers, one => Assert.Equal(answers[0], one));
        Assert.StartsWith("403 ", answers[0], StringComparison.Ordinal);
        Assert.Equal("cannot_message", await app.As("alice")
            .IsRefusedAsync("POST", "/api/conversations", HttpStatusCode.Forbidden, new { kind = "direct", members = new[] { "bob" } }));
        Assert.Empty(await app.As("bob").AllConversationsAsync());
    }

    [Fact]
    public async Task Should_complete_what_a_crash_left_when_it_is_repeated()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        using (app.Azure.Faults.Add(
            new Fault("cosmos", "create", FaultKind.Fail) { Target = target => target.Contains("blockedBy:", StringComparison.Ordinal) }))
        {
            using var failed = await alice.PutAsync("/api/blocks/bob", new { });
            Assert.False(failed.IsSuccessStatusCode);
        }

        await alice.DoAsync("PUT", "/api/blocks/bob");
        Assert.Equal("cannot_message", await bob.MayNotSayAsync(direct, new { text = "Hey" }, HttpStatusCode.Forbidden));
        Assert.Equal("cannot_message", await alice.IsRefusedAsync(
            "POST", $"/api/conversations/{direct}/messages", HttpStatusCode.Forbidden, new { clientMessageId = "1", text = "Hey" }));
    }

    [Fact]
    public async Task Should_find_a_conversation_that_was_created_meanwhile()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));

        // Bob's conversation is committed after alice's look for one, and his own look afterwards finds no block.
        using var halt = new Halt(app.Azure, "cosmos", "batch", _ => true);
        var creating = bob.PostAsync("/api/conversations", new { kind = "direct", members = new[] { "alice" } });
        await halt.Reached;
        var blocking = alice.DoAsync("PUT", "/api/blocks/bob");
        await Eventually.SeesAsync(() => alice.AskAsync("GET", "/api/blocks"), page => page.List("blocks").Count == 1);
        halt.Open();
        using var created = await creating;
        await blocking;

        // Held for too long it is told to ask again.
        Assert.Contains(created.StatusCode, new[] { HttpStatusCode.Forbidden, HttpStatusCode.ServiceUnavailable });

        clock.Jump(TimeSpan.FromSeconds(11));
        await app.HasDeliveredAsync(clock);
        var listed = (await bob.AllConversationsAsync()).Select(one => one.ConversationId);
        foreach (var conversation in listed)
        {
            Assert.Equal("cannot_message", await bob.MayNotSayAsync(conversation, new { text = "Hey" }, HttpStatusCode.Forbidden));
        }
    }

    [Fact]
    public async Task Should_not_be_listed_while_nothing_is_going_to_enforce_it()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail) { Target = IsOfBlock }))
        {
            using var failed = await alice.PutAsync("/api/blocks/bob", new { });
            Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        }

        Assert.Empty((await alice.AskAsync("GET", "/api/blocks")).List("blocks"));

        // The queue has the message, and the block is never written: the message ends.
        using (app.Azure.Faults.Add(
            new Fault("cosmos", "create", FaultKind.Fail) { Target = target => target.Contains("block:", StringComparison.Ordinal) }))
        {
            using var failed = await alice.PutAsync("/api/blocks/bob", new { });
            Assert.False(failed.IsSuccessStatusCode);
        }

        clock.Jump(TimeSpan.FromMinutes(11));
        await app.HasDeliveredAsync(clock);
        await bob.SendAsync(direct, "Hello");
    }

    [Fact]
    public async Task Should_be_taken_back_even_when_nothing_but_the_conversation_knows_of_it()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await alice.DoAsync("DELETE", "/api/blocks/bob");
        await alice.DoAsync("PUT", "/api/blocks/bob");

        // As after a DELETE that got no further than its tombstone, which is gone since.
        using (await app.Services.GetRequiredService<ChatContainers>().Users.DeleteItemStreamAsync("block:bob", new PartitionKey("alice")))
        {
            Assert.Equal("cannot_message", await bob.MayNotSayAsync(direct, new { text = "Hey" }, HttpStatusCode.Forbidden));
        }

        await alice.DoAsync("DELETE", "/api/blocks/bob");
        await bob.SendAsync(direct, "Hello");
    }

    [Fact]
    public async Task Should_be_found_by_a_repeat_when_the_first_request_got_no_further_than_its_commit()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var pair = new { kind = "direct", members = new[] { "alice" } };

        // Alice, at another instance, finds no conversation; bob's commits, and his look afterwards fails.
        using var halt = new Halt(app.Azure, "cosmos", "batch", _ => true);
        var creating = bob.PostAsync("/api/conversations", pair);
        await halt.Reached;
        await alice.At(other).DoAsync("PUT", "/api/blocks/bob");
        using (app.Azure.Faults.Add(
            new Fault("cosmos", "read", FaultKind.Fail) { Target = target => target.Contains("block:", StringComparison.Ordinal) }))
        {
            halt.Open();
            using var failed = await creating;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        }

        Assert.Equal("cannot_message", await bob.IsRefusedAsync("POST", "/api/conversations", HttpStatusCode.Forbidden, pair));
        foreach (var conversation in await bob.AllConversationsAsync())
        {
            Assert.Equal(
                "cannot_message", await bob.MayNotSayAsync(conversation.ConversationId, new { text = "Hey" }, HttpStatusCode.Forbidden));
        }
    }

    [Fact]
    public async Task Should_not_be_told_by_receipts()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        var path = $"/api/conversations/{direct}";
        await alice.SendAsync(direct, "Hello");
        await bob.SendAsync(direct, "Read");
        await bob.SendAsync(direct, "Received");
        var last = await bob.SendAsync(direct, "Neither");
        await alice.DoAsync("PUT", $"{path}/read", new { seq = last.Seq - 2 });
        await alice.DoAsync("PUT", $"{path}/delivered", new { seq = last.Seq - 1 });
        var before = $"{await bob.AskAsync("GET", $"{path}/receipts")}";

        await alice.DoAsync("PUT", "/api/blocks/bob");
        Assert.Equal(before, $"{await bob.AskAsync("GET", $"{path}/receipts")}");
        await alice.DoAsync("PUT", $"{path}/delivered", new { seq = last.Seq });
        await alice.DoAsync("PUT", $"{path}/read", new { seq = last.Seq });
        Assert.Equal(before, $"{await bob.AskAsync("GET", $"{path}/receipts")}");
        Assert.Equal(
            last.Seq,
            (await alice.AskAsync("GET", $"{path}/receipts")).List("receipts").Single(one => one.Text("userId") == "alice")
                .Number("readSeq"));
    }

    [Fact]
    public async Task Should_let_nothing_through_once_it_was_answered_whoever_sends_how_fast()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        for (var round = 0; round < 3; round++)
        {
            var stop = false;
            var sending = Task.WhenAll(new[] { bob, bob.At(other) }.Select(async person =>
            {
                while (!Volatile.Read(ref stop))
                {
                    using var answer = await person.TrySendAsync(direct, "Hey");
                    Assert.True(
                        answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Forbidden or HttpStatusCode.ServiceUnavailable,
                        $"{answer.StatusCode}");
                }
            }));
            await Eventually.SeesAsync(() => alice.MessagesAsync(direct), page => page.Messages.Count > 0);
            await alice.DoAsync("PUT", "/api/blocks/bob");
            var last = (await alice.ConversationAsync(direct)).LastSeq;
            foreach (var instance in new[] { app, other })
            {
                Assert.Equal(
                    "cannot_message", await bob.At(instance).MayNotSayAsync(direct, new { text = "Still?" }, HttpStatusCode.Forbidden));
            }

            Volatile.Write(ref stop, true);
            await sending;
            Assert.Equal(last, (await alice.ConversationAsync(direct)).LastSeq);
            await alice.At(other).DoAsync("DELETE", "/api/blocks/bob");
            await bob.SendAsync(direct, "Again");
        }
    }

    [Fact]
    public async Task Should_list_many_page_by_page_and_no_more_than_there_may_be()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:Blocks"] = "3" });
        var alice = app.As("alice");
        foreach (var name in new[] { "dave", "bob", "carol" })
        {
            await alice.DoAsync("PUT", $"/api/blocks/{name}");
        }

        var first = await alice.AskAsync("GET", "/api/blocks?limit=2");
        Assert.Equal(["bob", "carol"], first.List("blocks").Select(one => one.Text("userId")));
        var second = await alice.AskAsync("GET", $"/api/blocks?limit=2&continuation={first.Text("continuation")}");
        Assert.Equal(["dave"], second.List("blocks").Select(one => one.Text("userId")));
        Assert.Null(second.Text("continuation"));
        Assert.Equal("limit_reached", await alice.IsRefusedAsync("PUT", "/api/blocks/erin", HttpStatusCode.Conflict));
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await alice.DoAsync("DELETE", "/api/blocks/bob");
        await alice.DoAsync("PUT", "/api/blocks/erin");
        Assert.Equal("malformed", await alice.IsRefusedAsync("PUT", "/api/blocks/alice", HttpStatusCode.BadRequest));
    }

    private static bool IsOfBlock(string target) =>
        target.StartsWith("fanout/", StringComparison.Ordinal) && target.Contains(":b", StringComparison.Ordinal);
}
