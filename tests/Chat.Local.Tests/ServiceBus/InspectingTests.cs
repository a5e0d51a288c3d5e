using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

public sealed class InspectingTests
{
    [Theory]
    [EveryDoor]
    public async Task A_queue_counts_its_messages_by_state(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("deferred", "dead", "locked", "active", "active too");
        await bus.Sender.ScheduleMessageAsync(TestBus.Message("scheduled"), bus.Clock.GetUtcNow().AddHours(1));
        await bus.Receiver.DeferMessageAsync(await bus.ReceiveOneAsync());
        await bus.Receiver.DeadLetterMessageAsync(await bus.ReceiveOneAsync());
        await bus.ReceiveOneAsync();
        Assert.Equal(new QueueCounts(Active: 2, Scheduled: 1, Deferred: 1, InFlight: 1, DeadLettered: 1), bus.Queue.Count());
    }

    [Theory]
    [EveryDoor]
    public async Task A_dead_letter_is_sent_again_under_a_new_id(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, "\"RequiresDuplicateDetection\": true");
        var sent = TestBus.Message("a");
        sent.ApplicationProperties["kind"] = "order";
        await bus.Sender.SendMessageAsync(sent);
        await bus.Receiver.DeadLetterMessageAsync(await bus.ReceiveOneAsync(), "Why", "Because");
        var letter = (await bus.Queue.PeekAsync(SubQueue.DeadLetter, 0, 10))[0];

        var id = await bus.Queue.ResubmitAsync(letter.SequenceNumber);
        var again = await bus.ReceiveOneAsync();
        Assert.NotEqual("a", id);
        Assert.Equal((id, "body of a", 1, null), (again.MessageId, again.Body.ToString(), again.DeliveryCount, again.DeadLetterReason));
        Assert.Equal(["kind"], again.ApplicationProperties.Keys);
        Assert.Equal(0, bus.Queue.Count().DeadLettered);
        Assert.Null(await bus.Queue.ResubmitAsync(letter.SequenceNumber));
    }

    [Theory]
    [EveryDoor]
    public async Task A_message_can_be_discarded_unless_somebody_works_on_it(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a", "b");
        var locked = await bus.ReceiveOneAsync();
        var waiting = await bus.Receiver.PeekMessageAsync(locked.SequenceNumber + 1);
        Assert.False(await bus.Queue.DiscardAsync(SubQueue.None, locked.SequenceNumber));
        Assert.True(await bus.Queue.DiscardAsync(SubQueue.None, waiting.SequenceNumber));
        Assert.False(await bus.Queue.DiscardAsync(SubQueue.None, waiting.SequenceNumber));
        Assert.Empty(await bus.ReceiveIdsAsync());
    }

    [Fact]
    public void Queues_are_declared_in_the_emulators_format_and_nothing_else_is_accepted()
    {
        var queue = QueueProperties.Parse("""
            { "UserConfig": { "Namespaces": [ { "Queues": [ { "Name": "q", "Properties": {
              "LockDuration": "PT30S", "MaxDeliveryCount": 7, "RequiresSession": true, "RequiresDuplicateDetection": true, "ForwardTo": "",
              "DuplicateDetectionHistoryTimeWindow": "PT2M", "DefaultMessageTimeToLive": "P1D",
              "DeadLetteringOnMessageExpiration": true } } ],
              "Topics": [] } ] } }
            """)[0];
        Assert.Equal(
            new QueueProperties("q")
            {
                LockDuration = TimeSpan.FromSeconds(30),
                MaxDeliveryCount = 7,
                RequiresSession = true,
                RequiresDuplicateDetection = true,
                DuplicateDetectionHistoryTimeWindow = TimeSpan.FromMinutes(2),
                DefaultMessageTimeToLive = TimeSpan.FromDays(1),
                DeadLetteringOnMessageExpiration = true,
            },
            queue);
        Assert.Throws<NotSupportedException>(
            () => QueueProperties.Parse("""{ "UserConfig": { "Namespaces": [ { "Queues": [], "Topics": [ {} ] } ] } }"""));
        Assert.Throws<NotSupportedException>(() => QueueProperties.Parse(
            """{ "UserConfig": { "Namespaces": [ { "Queues": [ { "Name": "q", "Properties": { "ForwardTo": "r" } } ] } ] } }"""));
    }

    [Fact]
    public async Task The_queues_of_the_app_are_among_what_can_be_declared()
    {
        using var declaration = new StreamReader(typeof(QueueProperties).Assembly.GetManifestResourceStream("servicebus.json")!);
        var queues = QueueProperties.Parse(await declaration.ReadToEndAsync());
        Assert.Equal(["deliveries", "fanout", "media", "moderation", "pushgroups", "scheduled"], queues.Select(queue => queue.Name));
        Assert.All(
            queues,
            queue => Assert.Equal((10, TimeSpan.FromMinutes(5)), (queue.MaxDeliveryCount, queue.DuplicateDetectionHistoryTimeWindow)));
    }
}
