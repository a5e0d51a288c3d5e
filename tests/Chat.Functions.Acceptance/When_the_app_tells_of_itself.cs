using System.Diagnostics;
using System.Net;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

[Collection(Recording.Alone)]
public class When_the_app_tells_of_itself
{
    [Fact]
    public async Task Should_follow_a_message_from_its_send_to_the_recipients_push()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        using var recording = new Recording();

        await alice.SendAsync(conversation, "hello");

        var send = Assert.Single(await Eventually.HoldsAsync(() => recording.Spans("SendMessage"), spans => spans.Count > 0));
        var commit = await recording.ChildAsync(send, "commit");
        var enqueue = await recording.ChildAsync(commit, "send deliveries");
        var delivery = await recording.ChildAsync(enqueue, "process deliveries");
        var push = await recording.ChildAsync(delivery, "push");
        Assert.Equal(
            [ActivityKind.Server, ActivityKind.Internal, ActivityKind.Producer, ActivityKind.Consumer, ActivityKind.Client],
            new[] { send, commit, enqueue, delivery, push }.Select(span => span.Kind));
        Assert.Equal(
            (201, "committed"),
            ((int)send.GetTagItem("http.response.status_code")!, (string)commit.GetTagItem("chat.commit.outcome")!));
        Assert.Equal([conversation, conversation], new[] { commit, push }.Select(span => span.GetTagItem("chat.conversation.id")));
        Assert.All(recording.Spans(), span => Assert.Equal(ActivityStatusCode.Unset, span.Status));
    }

    [Fact]
    public async Task Should_link_a_commit_to_all_whose_messages_it_holds()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var gate = app.Azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.Delay) { Times = 1, Strike = HoldAsync });
        using var recording = new Recording();

        var first = alice.SendAsync(conversation, "first");
        await reached.Task.WaitAsync(Eventually.Timeout);
        var others = Enumerable.Range(0, 5).Select(n => alice.SendAsync(conversation, $"{n}")).ToList();
        await Eventually.HoldsAsync(() => recording.CountBegun("SendMessage"), begun => begun == 6);
        open.SetResult();
        await Task.WhenAll(others.Append(first));

        var sends = await Eventually.HoldsAsync(() => recording.Spans("SendMessage"), spans => spans.Count == 6);
        var commits = await Eventually.HoldsAsync(
            () => recording.Spans("commit"),
            spans => spans.Sum(commit => (int)commit.GetTagItem("chat.commit.commands")!) == 6);
        Assert.Contains(commits, commit => commit.Links.Any());
        Assert.Equal(
            sends.Select(send => send.SpanId.ToHexString()).Order(StringComparer.Ordinal),
            commits.SelectMany(commit => commit.Links.Select(link => link.Context.SpanId).Append(commit.ParentSpanId))
                .Select(id => id.ToHexString())
                .Order(StringComparer.Ordinal));

        Task HoldAsync(string target)
        {
            reached.TrySetResult();
            return open.Task;
        }
    }

    [Fact]
    public async Task Should_only_link_the_work_on_a_message_that_was_for_later()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        await using var app = await ChatApp.StartAsync();
        await using var client = app.Azure.ServiceBus.Connect();
        using var recording = new Recording();

        foreach (var (queue, time) in new[] { ("deliveries", default), ("fanout", DateTimeOffset.UnixEpoch) })
        {
            var message = new ServiceBusMessage("{}") { ScheduledEnqueueTime = time };
            message.ApplicationProperties["traceparent"] = $"00-{Trace}-b7ad6b7169203331-01";
            await client.CreateSender(queue).SendMessageAsync(message);
        }

        var atOnce = Assert.Single(await Eventually.HoldsAsync(() => recording.Spans("process deliveries"), spans => spans.Count > 0));
        var later = Assert.Single(await Eventually.HoldsAsync(() => recording.Spans("process fanout"), spans => spans.Count > 0));
        Assert.Equal((Trace, ActivityStatusCode.Error), (atOnce.TraceId.ToHexString(), atOnce.Status));
        Assert.Equal(default, later.ParentSpanId);
        Assert.Equal(Trace, Assert.Single(later.Links).Context.TraceId.ToHexString());
    }

    [Fact]
    public async Task Should_go_on_with_the_trace_that_a_caller_keeps_and_begin_one_where_none_is_kept()
    {
        await using var app = await ChatApp.StartAsync();
        using var recording = new Recording();

        await AskAsync("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await AskAsync("00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");

        var asked = await Eventually.HoldsAsync(() => recording.Spans("ListConversations"), spans => spans.Count == 2);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", asked[0].TraceId.ToHexString());
        Assert.Equal(default, asked[1].ParentSpanId);
        Assert.NotEqual("1af7651916cd43dd8448eb211c80319c", asked[1].TraceId.ToHexString());

        async Task AskAsync(string parent)
        {
            using var answer = await app.As("alice").SendAsync(
                HttpMethod.Get,
                "/api/conversations",
                null,
                request => request.Headers.Add("traceparent", parent));
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task Should_count_every_message_once_from_its_commit_to_its_push()
    {
        const int Messages = 12;
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        using (var setUp = new Recording())
        {
            await alice.SendAsync(conversation, "The first finds the others' places.");
            await Eventually.HoldsAsync(() => setUp.Sum("chat.inbox.writes"), writes => writes >= 2);
        }

        using var recording = new Recording();
        await using var phone = await bob.ListenAsync();
        var sent = await Task.WhenAll(Enumerable.Range(0, Messages).Select(n => alice.SendAsync(conversation, $"{n}", $"1d-{n}")));
        await alice.SendAsync(conversation, "0", "1d-0");

        await Eventually.HoldsAsync(() => recording.Sum("chat.delivery.entries"), entries => entries >= Messages);
        Assert.Equal(Messages, recording.Sum("chat.messages.sent"));
        Assert.Equal(Messages, recording.Sum("chat.commit.commands"));
        Assert.Equal(1, recording.Sum("chat.connections.negotiated"));
        Assert.Equal(0, recording.Sum("chat.push.failures"));
        Assert.All(
            recording.Of("chat.delivery.lag"),
            lag => Assert.True(lag is { Value: >= 0 } && lag.Tag("chat.delivery.by") is "commit" or "feed", $"{lag}"));

        // A busy machine may not enqueue it within a second; then the feed does, perhaps once more.
        if (recording.Of("chat.delivery.lag").TrueForAll(lag => lag.Tag("chat.delivery.by") == "commit"))
        {
            Assert.Equal(Messages, recording.Sum("chat.delivery.entries"));
            Assert.Equal(Messages * 2, recording.Sum("chat.push.events"));
        }

        Assert.All(
            recording.Of("chat.commit.duration"),
            took => Assert.True(took is { Value: > 0 } && took.Tag("chat.commit.outcome") == "committed", $"{took}"));
        Assert.Equal(recording.Of("chat.commit.commands").Count, recording.Of("chat.commit.duration").Count);
        await Eventually.HoldsAsync(
            () => phone.Messages(conversation).DistinctBy(message => message.Seq).Count(), count => count == sent.Length);
    }

    [Fact]
    public async Task Should_tell_how_late_a_delivery_was_and_which_push_failed()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        using var recording = new Recording();
        using (app.Azure.Faults.Add(new Fault("signalr", "send-user", FaultKind.Fail) { Times = 1, Strike = AwayAsync }))
        {
            await alice.SendAsync(conversation, "hello");

            // It is tried again.
            await Eventually.HoldsAsync(() => recording.Of("chat.delivery.lag"), lags => lags.Count == 1);
        }

        Assert.InRange(Assert.Single(recording.Of("chat.delivery.lag")).Value, 10, 60);
        Assert.NotNull(Assert.Single(recording.Of("chat.push.failures")).Tag("error.type"));
        Assert.Equal(
            [ActivityStatusCode.Error, ActivityStatusCode.Unset],
            (await Eventually.HoldsAsync(() => recording.Spans("push"), spans => spans.Count == 2)).Select(span => span.Status));

        Task AwayAsync(string target)
        {
            clock.Jump(TimeSpan.FromSeconds(10));
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Should_count_the_commits_that_another_instance_came_before()
    {
        const int Turns = 10;
        await using var first = await ChatApp.StartAsync();
        await using var second = await ChatApp.StartAsync(first.Azure);
        var alice = first.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.At(second).SendAsync(conversation, "The second instance knows it, too.");
        using var recording = new Recording();

        for (var turn = 0; turn < Turns; turn++)
        {
            await alice.At(turn % 2 == 0 ? first : second).SendAsync(conversation, $"{turn}");
        }

        Assert.Equal(Turns, recording.Sum("chat.commit.conflicts"));
        Assert.Equal(Turns, recording.Sum("chat.messages.sent"));
        Assert.Equal(Turns, recording.Spans("commit").Count(span => span.GetTagItem("chat.commit.outcome") is "conflict"));
    }

    [Fact]
    public async Task Should_count_dead_letters_by_queue_and_reason()
    {
        await using var app = await ChatApp.StartAsync();
        await using var client = app.Azure.ServiceBus.Connect();
        using var recording = new Recording();

        await client.CreateSender("fanout").SendMessageAsync(new ServiceBusMessage("not JSON"));
        await client.CreateSender("deliveries").SendMessageAsync(
            new ServiceBusMessage("""{"conversationId":"aaaaaaaaaaaaaaaaaaaaaa","first":1,"last":1}"""));

        var letters = await Eventually.HoldsAsync(() => recording.Of("chat.queue.dead_letters"), all => all.Count == 2);
        Assert.Equal(
            [("deliveries", "ConversationNotFound"), ("fanout", "Malformed")],
            letters.Select(letter => (letter.Tag("messaging.destination.name"), letter.Tag("error.type"))).Order());
    }

    [Fact]
    public async Task Should_measure_the_request_units_that_the_account_charges()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        var before = Charges(app);
        using var recording = new Recording();

        var sent = await alice.SendAsync(conversation, "What does this cost?");
        await app.HasDeliveredAsync();
        await alice.MessagesAsync(conversation);
        await alice.PreferAsync(conversation, new { pinned = true });
        await alice.MarkReadAsync(conversation, sent.Seq);

        var charged = Charges(app).ToDictionary(
            now => now.Key,
            now => Math.Round(now.Value - before.GetValueOrDefault(now.Key), 3),
            StringComparer.Ordinal);
        var measured = recording.Of("chat.cosmos.request_charge")
            .GroupBy(charge => charge.Tag("db.operation.name")!, StringComparer.Ordinal)
            .ToDictionary(
                operation => operation.Key,
                operation => Math.Round(operation.Sum(charge => charge.Value), 3),
                StringComparer.Ordinal);
        Assert.Superset(
            new HashSet<string>(["batch", "patch", "query", "read"], StringComparer.Ordinal),
            measured.Keys.ToHashSet(StringComparer.Ordinal));
        Assert.Equal(
            charged.Where(charge => charge.Value > 0 && charge.Key != "changefeed").OrderBy(charge => charge.Key, StringComparer.Ordinal),
            measured.OrderBy(charge => charge.Key, StringComparer.Ordinal));
        Assert.All(
            recording.Of("chat.cosmos.request_charge"),
            charge => Assert.Contains(charge.Tag("db.collection.name"), (string[])["conversations", "users", "settings"]));
    }

    [Fact]
    public async Task Should_send_it_where_a_setting_says_without_names_or_content()
    {
        const string Sender = "alice-whom-nobody-is-to-know";
        const string Text = "a-text-for-bob-alone";
        const string Title = "a-title-for-members-alone";
        await using var receiver = await TelemetryReceiver.StartAsync();
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=a-story",
        };
        string conversation;
        await using (var app = await ChatApp.StartAsync(settings: settings))
        {
            var alice = app.As(Sender);
            conversation = (await alice.CreateGroupAsync(Title, "bob", "carol")).ConversationId;
            await using var phone = await app.As("bob").ListenAsync();
            await alice.SendAsync(conversation, Text);
            await phone.ReceivesAsync(conversation, Text);
            await alice.IsRefusedAsync("GET", "/api/conversations/a-place-that-is-not-there/messages", HttpStatusCode.NotFound);
        }

        var (spans, metrics) = (receiver.At("/v1/traces"), receiver.At("/v1/metrics"));
        Assert.All(
            (string[])
            [
                "chat-functions", "a-story", "SendMessage", "commit", "send deliveries", "process deliveries", "push", "enduser.pseudo.id",
                conversation,
            ],
            name => Assert.Contains(name, spans, StringComparison.Ordinal));
        Assert.All(
            (string[])["chat-functions", "chat.messages.sent", "chat.delivery.lag", "chat.cosmos.request_charge", "{request_unit}"],
            name => Assert.Contains(name, metrics, StringComparison.Ordinal));
        Assert.All(
            (string[])[Sender, Text, Title, Tokens.For(Sender), "Bearer", "a-place-that-is-not-there"],
            secret => Assert.DoesNotContain(secret, spans + metrics, StringComparison.Ordinal));
        Assert.DoesNotContain(conversation, metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")]
    [InlineData("Delivery:LateAfter", "00:00:00")]
    public async Task Should_not_start_with_a_setting_that_makes_no_sense(string setting, string value)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ChatApp.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { [setting] = value }));
        Assert.Contains(setting.Replace(":", "__", StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, double> Charges(ChatApp app) =>
        app.Azure.Meter.Read()
            .Where(reading => reading is { Service: "cosmos", Operation: not ("changefeed" or "lease") })
            .ToDictionary(reading => reading.Operation, reading => reading.Units, StringComparer.Ordinal);
}
