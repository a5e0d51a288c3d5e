using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_message_is_received_and_read
{
    [Fact]
    public async Task Should_tell_the_sender_at_once_and_whoever_asks()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var asked = await bob.SendAsync(conversation, "Anybody there?");
        await using var phone = await alice.ListenAsync();
        await using var bobsTablet = await bob.ListenAsync();
        var sent = await alice.SendAsync(conversation, "Hello");

        await DeliveredAsync(bob, sent);
        await phone.ReceivesEventAsync("receipt.delivered", data => Is(data, "bob", sent.Seq));
        Assert.Equal((sent.Seq, asked.Seq), await ReceiptAsync(alice, conversation, "bob"));

        await bob.MarkReadAsync(conversation, sent.Seq);
        await phone.ReceivesEventAsync("receipt.read", data => Is(data, "bob", sent.Seq));
        await bobsTablet.ReceivesEventAsync("receipt.read", data => Is(data, "bob", sent.Seq));
        Assert.Equal((sent.Seq, sent.Seq), await ReceiptAsync(alice, conversation, "bob"));
        Assert.DoesNotContain(
            phone.Events(),
            one => one.GetProperty("type").GetString() == "receipt.read" && one.TryGetProperty("seq", out _));
    }

    [Fact]
    public async Task Should_only_rise()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(conversation, "Anybody there?");
        var (one, two) = (await alice.SendAsync(conversation, "one"), await alice.SendAsync(conversation, "two"));
        await DeliveredAsync(bob, two);
        await DeliveredAsync(bob, one);
        await bob.MarkReadAsync(conversation, two.Seq);
        await bob.MarkReadAsync(conversation, one.Seq);
        Assert.Equal((two.Seq, two.Seq), await ReceiptAsync(alice, conversation, "bob"));
        Assert.Equal("malformed", await bob.IsRefusedAsync(
            "PUT", $"/api/conversations/{conversation}/delivered", HttpStatusCode.BadRequest, new { seq = two.Seq + 1 }));
    }

    [Fact]
    public async Task Should_tell_a_group_however_long_its_members_ids_are()
    {
        await using var app = await ChatApp.StartAsync();
        string[] names = [.. Enumerable.Range(0, 10).Select(n => $"auth0|{n}{new string('x', 120)}")];
        var (alice, bob) = (app.As("alice"), app.As(names[3]));
        var sent = await alice.SendAsync((await alice.CreateGroupAsync("Trip", names)).ConversationId, "Hello");
        await using var phone = await alice.ListenAsync();

        await bob.MarkReadAsync(sent.ConversationId, sent.Seq);

        await phone.ReceivesEventAsync("receipt.read", data => Is(data, names[3], sent.Seq));
    }

    [Fact]
    public async Task Should_tell_a_group_at_most_once_a_second_and_the_furthest_in_the_end()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await using var phone = await alice.ListenAsync();
        var sent = new List<MessageJson>();
        for (var n = 0; n < 20; n++)
        {
            sent.Add(await alice.SendAsync(group, $"{n}"));
        }

        var begin = clock.GetUtcNow();
        foreach (var message in sent)
        {
            await bob.MarkReadAsync(group, message.Seq);
        }

        await Eventually.SeesAsync(
            clock,
            () => Task.FromResult(Reads(phone)),
            all => all.LastOrDefault() == sent[^1].Seq);
        var reads = Reads(phone).Distinct().ToList();
        Assert.Equal(reads.Order(), reads);
        Assert.InRange(reads.Count, 2, 2 + (int)(clock.GetUtcNow() - begin).TotalSeconds);
    }

    [Fact]
    public async Task Should_tell_the_next_receipt_after_one_that_failed()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(conversation, "Anybody there?");
        var (one, two) = (await alice.SendAsync(conversation, "one"), await alice.SendAsync(conversation, "two"));

        // What alice shows isn't remembered any more, and can't be read: not a failure that passes.
        clock.Jump(TimeSpan.FromSeconds(31));
        await using var phone = await alice.ListenAsync();
        using (app.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Fail)
        {
            Status = 400,
            Target = target => target.Contains("alice/settings", StringComparison.Ordinal),
        }))
        {
            await bob.MarkReadAsync(conversation, one.Seq);
        }

        await bob.MarkReadAsync(conversation, two.Seq);
        await phone.ReceivesEventAsync("receipt.read", data => Is(data, "bob", two.Seq));
    }

    [Fact]
    public async Task Should_tell_the_receipt_that_waited_for_one_that_failed()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(conversation, "Anybody there?");
        var (one, two) = (await alice.SendAsync(conversation, "one"), await alice.SendAsync(conversation, "two"));
        clock.Jump(TimeSpan.FromSeconds(31));
        await using var phone = await alice.ListenAsync();
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var failing = app.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Fail)
        {
            Status = 400,
            Times = 1,
            Target = target => target.Contains("alice/settings", StringComparison.Ordinal),
            Strike = _ =>
            {
                reached.TrySetResult();
                return open.Task;
            },
        });

        var first = bob.MarkReadAsync(conversation, one.Seq);
        await reached.Task.WaitAsync(Eventually.Timeout);
        await bob.MarkReadAsync(conversation, two.Seq);
        open.SetResult();
        await first;

        await Eventually.SeesAsync(clock, () => Task.FromResult(Reads(phone)), all => all.LastOrDefault() == two.Seq);
    }

    [Fact]
    public async Task Should_hide_what_a_user_hides_and_what_others_show_them()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await alice.ListenAsync();
        await using var bobsPhone = await bob.ListenAsync();
        Assert.False(
            (await bob.AskAsync("PATCH", "/api/me/privacy", new { readReceipts = false })).GetProperty("readReceipts").GetBoolean());
        var (fromAlice, fromBob) = (await alice.SendAsync(conversation, "Hello Bob"), await bob.SendAsync(conversation, "Hello Alice"));

        await bob.MarkReadAsync(conversation, fromAlice.Seq);
        await alice.MarkReadAsync(conversation, fromBob.Seq);
        await bobsPhone.ReceivesEventAsync("receipt.read", data => Is(data, "bob", fromAlice.Seq));
        await phone.ReceivesEventAsync("receipt.read", data => Is(data, "alice", fromBob.Seq));
        Assert.Equal((0, 0), await ReceiptAsync(alice, conversation, "bob"));
        Assert.Equal((fromBob.Seq, 0), await ReceiptAsync(bob, conversation, "alice"));
        Assert.Equal((fromBob.Seq, fromBob.Seq), await ReceiptAsync(bob, conversation, "bob"));

        // Unread counts are one's own matter.
        Assert.Equal(0, (await bob.ConversationAsync(conversation)).UnreadCount);
        await alice.SendAsync(conversation, "end");
        await bobsPhone.ReceivesAsync(conversation, "end");
        await phone.ReceivesAsync(conversation, "end");
        Assert.DoesNotContain(phone.Events(), one => IsReceiptOf(one, "bob"));
        Assert.DoesNotContain(bobsPhone.Events(), one => IsReceiptOf(one, "alice"));

        // Null is the default again.
        Assert.True(
            (await bob.AskAsync("PATCH", "/api/me/privacy", new { readReceipts = (bool?)null })).GetProperty("readReceipts").GetBoolean());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(40)]
    public async Task Should_count_as_read_by_whoever_answers(int members)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = members == 2
            ? (await alice.StartDirectAsync("bob")).ConversationId
            : (await alice.CreateGroupAsync(
                "Trip", ["bob", .. Enumerable.Range(3, members - 2).Select(n => $"member-{n}")])).ConversationId;
        await alice.SendAsync(conversation, "question");
        var answer = await bob.SendAsync(conversation, "answer");
        await alice.SendAsync(conversation, "thanks");

        await Eventually.SeesAsync(clock, () => ReceiptAsync(alice, conversation, "bob"), seen => seen == (answer.Seq, answer.Seq));
        Assert.Equal((answer.Seq, answer.Seq), await ReceiptAsync(bob, conversation, "bob"));

        // It is no different from reading: going back changes nothing.
        await bob.MarkReadAsync(conversation, answer.Seq - 1);
        await DeliveredAsync(bob, answer);
        Assert.Equal((answer.Seq, answer.Seq), await ReceiptAsync(alice, conversation, "bob"));
        Assert.DoesNotContain(
            "sentSeq",
            JsonSerializer.Serialize(await alice.AskAsync("GET", $"/api/conversations/{conversation}")),
            StringComparison.Ordinal);
        await Eventually.SeesAsync(() => bob.ConversationAsync(conversation), seen => seen.UnreadCount == 1);
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("group")]
    public async Task Should_not_count_as_read_by_whoever_answers_and_hides_that(string kind)
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = kind == "direct"
            ? (await alice.StartDirectAsync("bob")).ConversationId
            : (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await bob.AskAsync("PATCH", "/api/me/privacy", new { readReceipts = false });
        await alice.SendAsync(conversation, "question");
        var answer = await bob.SendAsync(conversation, "answer");

        // Their own devices know; the list tells that the answer was delivered.
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is { UnreadCount: 0 } && seen.LastSeq == answer.Seq);
        await Eventually.SeesAsync(() => ReceiptAsync(bob, conversation, "bob"), seen => seen == (answer.Seq, answer.Seq));
        Assert.Equal((0, 0), await ReceiptAsync(alice, conversation, "bob"));
    }

    [Fact]
    public async Task Should_be_refused_where_there_are_too_many()
    {
        await using var app = await ChatApp.StartAsync(settings: new Dictionary<string, string?> { ["Limits:ReceiptMembers"] = "2" });
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        Assert.Equal("too_many_members", await bob.IsRefusedAsync("GET", $"/api/conversations/{group}/receipts", HttpStatusCode.Conflict));
        Assert.Equal(
            "conversation_not_found",
            await app.As("mallory").IsRefusedAsync("GET", $"/api/conversations/{group}/receipts", HttpStatusCode.NotFound));
    }

    private static Task DeliveredAsync(Person person, MessageJson message) =>
        person.DoAsync("PUT", $"/api/conversations/{message.ConversationId}/delivered", new { seq = message.Seq });

    private static async Task<(long Delivered, long Read)> ReceiptAsync(Person person, string conversation, string of) =>
        (await person.AskAsync("GET", $"/api/conversations/{conversation}/receipts")).GetProperty("receipts").EnumerateArray()
            .Where(one => one.GetProperty("userId").GetString() == of)
            .Select(one => (one.GetProperty("deliveredSeq").GetInt64(), one.GetProperty("readSeq").GetInt64()))
            .Single();

    private static bool Is(JsonElement data, string user, long seq) =>
        data.GetProperty("userId").GetString() == user && data.GetProperty("upToSeq").GetInt64() == seq;

    private static bool IsReceiptOf(JsonElement one, string user) =>
        one.GetProperty("type").GetString() == "receipt.read" && one.GetProperty("data").GetProperty("userId").GetString() == user;

    private static List<long> Reads(EventStream phone) =>
        [.. phone.Events().Where(one => IsReceiptOf(one, "bob")).Select(one => one.GetProperty("data").GetProperty("upToSeq").GetInt64())];
}
