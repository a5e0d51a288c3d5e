using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Messages;
using Chat.Functions.Scheduled;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

public class When_a_message_is_scheduled
{
    [Fact]
    public async Task Should_be_sent_when_it_is_due_and_be_seen_by_nobody_else_before()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var root = await bob.SayAsync(conversation, new { text = "When?" });
        var later = Body(clock, "later", 120, "Later");
        var soon = Body(clock, "soon", 60, "Soon", root.Text("messageId"));
        await ScheduleAsync(alice, conversation, later);
        var waiting = await ScheduleAsync(alice, conversation, soon);
        Assert.Equal(waiting.Text("scheduledId"), (await ScheduleAsync(alice, conversation, soon, HttpStatusCode.OK)).Text("scheduledId"));
        Assert.Equal(["Soon", "Later"], await WaitingAsync(alice, conversation));
        Assert.Empty(await WaitingAsync(bob, conversation));

        clock.Jump(TimeSpan.FromSeconds(81));
        var sent = await Eventually.SeesAsync(() => bob.HistoryAsync(conversation), all => all.Count == 2);
        Assert.Equal(
            (waiting.Text("scheduledId"), "Soon", "alice"),
            (sent[1].MessageId, sent[1].Text, sent[1].SenderId));
        Assert.Equal("soon", (await alice.HistoryAsync(conversation))[1].ClientMessageId);
        Assert.Equal(1, (await bob.AskAsync("GET", root.Path())).Number("thread.count"));
        Assert.Equal(["Later"], await WaitingAsync(alice, conversation));
        Assert.Equal(
            "already_sent",
            await alice.IsRefusedAsync("DELETE", $"{Path(conversation)}/{waiting.Text("scheduledId")}", HttpStatusCode.Conflict));
        Assert.Equal(
            "already_sent",
            await alice.IsRefusedAsync("POST", Path(conversation), HttpStatusCode.Conflict, Body(clock, "soon", 90, "Soon")));
    }

    [Fact]
    public async Task Should_not_be_sent_once_cancelled_and_can_be_scheduled_anew()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var waiting = await ScheduleAsync(alice, conversation, Body(clock, "1", 60, "first"));
        var path = $"{Path(conversation)}/{waiting.Text("scheduledId")}";
        await app.As("bob").DoAsync("DELETE", path);
        Assert.Equal(["first"], await WaitingAsync(alice, conversation));
        Assert.Equal(
            "client_message_id_reused",
            await alice.IsRefusedAsync("POST", Path(conversation), HttpStatusCode.Conflict, Body(clock, "1", 60, "other")));
        await alice.DoAsync("DELETE", path);
        await alice.DoAsync("DELETE", path);

        // The first instant does nothing to what waits for another.
        await ScheduleAsync(alice, conversation, Body(clock, "1", 120, "second"));
        await ScheduleAsync(alice, conversation, Body(clock, "2", 60, "between"));
        clock.Jump(TimeSpan.FromSeconds(81));
        await Eventually.SeesAsync(() => alice.HistoryAsync(conversation), all => all.Count == 1 && all[0].Text == "between");
        Assert.Equal(["second"], await WaitingAsync(alice, conversation));
        clock.Jump(TimeSpan.FromSeconds(81));
        await Eventually.SeesAsync(() => alice.HistoryAsync(conversation), all => all.Count == 2 && all[1].Text == "second");
    }

    [Fact]
    public async Task Should_be_either_sent_or_cancelled_when_both_happen_at_once()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var waiting = new List<JsonElement>();
        for (var n = 0; n < 20; n++)
        {
            waiting.Add(await ScheduleAsync(alice, conversation, Body(clock, $"{n}", 60 + n, $"{n}")));
        }

        var cancelled = new List<string?>();
        foreach (var one in waiting)
        {
            var untilDue = one.At("dueAt")!.Value.GetDateTimeOffset() - clock.GetUtcNow();
            clock.Jump(untilDue > TimeSpan.Zero ? untilDue : TimeSpan.Zero);
            var answer = await Person.PatientlyAsync(
                () => alice.SendAsync(HttpMethod.Delete, $"{Path(conversation)}/{one.Text("scheduledId")}", null));
            Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.NoContent, HttpStatusCode.Conflict });
            if (answer.StatusCode == HttpStatusCode.NoContent)
            {
                cancelled.Add(one.Text("scheduledId"));
            }
        }

        var sent = await Eventually.SeesAsync(() => alice.HistoryAsync(conversation), all => all.Count + cancelled.Count >= waiting.Count);
        Assert.Equal(
            waiting.Select(one => one.Text("scheduledId")).Order(),
            sent.Select(message => message.MessageId).Concat(cancelled).Order());
    }

    [Fact]
    public async Task Should_be_dropped_when_it_may_not_be_said_any_more()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var asked = await bob.SayAsync(conversation, new { text = "Tea?" });
        await ScheduleAsync(alice, conversation, Body(clock, "1", 60, "Yes", asked.Text("messageId")));
        await bob.AskAsync("DELETE", asked.Path());
        clock.Jump(TimeSpan.FromSeconds(81));
        await Eventually.SeesAsync(() => WaitingAsync(alice, conversation), waiting => waiting.Count == 0);
        Assert.Equal([""], (await alice.HistoryAsync(conversation)).Select(message => message.Text));
    }

    [Fact]
    public async Task Should_be_sent_once_when_the_commit_is_unclear_and_after_a_restart()
    {
        var (clock, faults) = (new JumpingClock(), new Faults(1));
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock, faults: faults);
        string conversation;
        await using (var first = await ChatApp.StartAsync(azure))
        {
            var alice = first.As("alice");
            conversation = (await alice.StartDirectAsync("bob")).ConversationId;
            await ScheduleAsync(alice, conversation, Body(clock, "1", 60, "Still there"));
            await first.KillAsync();
        }

        faults.Add(new Fault("cosmos", "batch", FaultKind.ResetAfter) { Times = 1 });
        faults.Add(new Fault("servicebus", "complete", FaultKind.ResetBefore) { Times = 1 });
        await using var second = await ChatApp.StartAsync(azure);
        clock.Jump(TimeSpan.FromSeconds(81));
        await Eventually.SeesAsync(clock, () => second.As("bob").HistoryAsync(conversation), all => all.Count > 0);
        await Eventually.SeesAsync(clock, () => WaitingAsync(second.As("alice"), conversation), waiting => waiting.Count == 0);
        Assert.Equal(["Still there"], (await second.As("bob").HistoryAsync(conversation)).Select(message => message.Text));
    }

    [Fact]
    public async Task Should_be_sent_after_a_retry_when_it_was_stored_after_its_due_time()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var body = Body(clock, "1", 60, "Late");
        var waiting = await ScheduleAsync(alice, conversation, body);

        // The document comes when the first alarm has run, and whoever wrote it is gone.
        var (stored, partition) = (app.Services.GetRequiredService<ChatContainers>().Conversations, new PartitionKey(conversation));
        var id = ScheduledMessage.DocumentId(new UserId("alice"), new MessageId(waiting.Text("scheduledId")!));
        using var document = await stored.ReadItemStreamAsync(id, partition);
        using (await stored.DeleteItemStreamAsync(id, partition))
        {
            clock.Jump(TimeSpan.FromSeconds(82));
            await Eventually.HoldsAsync(
                app.Azure.ServiceBus.Find("scheduled")!.Count,
                count => count is { Active: 0, Scheduled: 0, InFlight: 0 });
        }

        using (var created = await stored.CreateItemStreamAsync(document.Content, partition))
        {
            created.EnsureSuccessStatusCode();
        }

        await ScheduleAsync(alice, conversation, body, HttpStatusCode.OK);

        await Eventually.SeesAsync(() => alice.HistoryAsync(conversation), all => all.Count == 1 && all[0].Text == "Late");
        Assert.Empty(await WaitingAsync(alice, conversation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public async Task Should_be_sent_as_it_was_scheduled_last_when_it_is_scheduled_anew_while_it_is_sent(int later)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var waiting = await ScheduleAsync(alice, conversation, Body(clock, "1", 60, "first"));
        using var sending = new Halt(app.Azure, "cosmos", "batch", target => target.Contains(conversation, StringComparison.Ordinal));
        clock.Jump(TimeSpan.FromSeconds(82));
        await sending.Reached;

        await alice.DoAsync("DELETE", $"{Path(conversation)}/{waiting.Text("scheduledId")}");
        await ReplaceAsync(waiting.At("dueAt")!.Value.GetDateTimeOffset().AddSeconds(later));
        sending.Open();

        await Eventually.HoldsAsync(
            app.Azure.ServiceBus.Find("scheduled")!.Count,
            count => count is { Active: 0, InFlight: 0 });
        clock.Jump(TimeSpan.FromSeconds(later));
        await Eventually.SeesAsync(clock, () => alice.HistoryAsync(conversation), all => all.Count == 1 && all[0].Text == "second");
        Assert.Empty(await WaitingAsync(alice, conversation));

        // Stored as a slow request would store it, and with an alarm if the queue doesn't drop it as a duplicate.
        async Task ReplaceAsync(DateTimeOffset dueAt)
        {
            var containers = app.Services.GetRequiredService<ChatContainers>();
            var (user, group) = (new UserId("alice"), new ConversationId(conversation));
            var scheduled = new ScheduledMessage
            {
                ConversationId = group,
                MessageId = new MessageId(waiting.Text("scheduledId")!),
                SenderId = user,
                ClientMessageId = "1",
                Content = new MessageContent { Text = "second" },
                DueAt = dueAt,
                JoinedSeq = 1,
            };
            if (later > 0)
            {
                await app.Services.GetRequiredService<ScheduledQueue>().ScheduleAsync(ScheduledDue.Of(scheduled), default);
            }

            using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(scheduled, ChatJson.Default.ConversationDocument));
            using var created = await containers.Conversations.CreateItemStreamAsync(body, new PartitionKey(conversation));
            created.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task Should_be_refused_outside_of_its_bounds()
    {
        await using var app = await ChatApp.StartAsync(settings: new Dictionary<string, string?> { ["Limits:ScheduledMessages"] = "1" });
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        foreach (var seconds in new[] { 0, 58, 366 * 86_400 })
        {
            Assert.Equal("malformed", await alice.IsRefusedAsync(
                "POST", Path(conversation), HttpStatusCode.BadRequest, Body(TimeProvider.System, "1", seconds, "x")));
        }

        Assert.Equal("malformed", await alice.IsRefusedAsync(
            "POST", Path(conversation), HttpStatusCode.BadRequest, new { clientMessageId = "1", text = "x", dueAt = "tomorrow" }));
        await ScheduleAsync(alice, conversation, Body(TimeProvider.System, "1", 100, "x"));
        Assert.Equal(
            "limit_reached",
            await alice.IsRefusedAsync("POST", Path(conversation), HttpStatusCode.Conflict, Body(TimeProvider.System, "2", 100, "x")));
        var mallory = app.As("mallory");
        Assert.Equal(
            "conversation_not_found",
            await mallory.IsRefusedAsync("POST", Path(conversation), HttpStatusCode.NotFound, Body(TimeProvider.System, "1", 100, "x")));
        Assert.Equal("conversation_not_found", await mallory.IsRefusedAsync("GET", Path(conversation), HttpStatusCode.NotFound));
    }

    private static string Path(string conversation) => $"/api/conversations/{conversation}/scheduled";

    private static object Body(TimeProvider time, string clientMessageId, int seconds, string text, string? thread = null)
    {
        // Later than said, so that it isn't too soon when it arrives from a busy machine.
        var dueAt = time.GetUtcNow().AddSeconds(seconds + (seconds >= 60 ? 20 : 0));
        return thread is null ? new { clientMessageId, text, dueAt } : new { clientMessageId, text, dueAt, threadId = thread };
    }

    private static Task<JsonElement> ScheduleAsync(
        Person person,
        string conversation,
        object body,
        HttpStatusCode expected = HttpStatusCode.Created) =>
        person.AskAsync("POST", Path(conversation), body, expected);

    private static async Task<List<string?>> WaitingAsync(Person person, string conversation) =>
        [.. (await person.AskAsync("GET", Path(conversation))).List("scheduled").Select(one => one.Text("content.text"))];
}
