using System.Runtime.Serialization;
using Azure.Messaging.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

public sealed class SendingTests
{
    [Theory]
    [EveryDoor]
    public async Task A_message_arrives_with_all_that_its_sender_set(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        var time = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.FromHours(2));
        var sent = new ServiceBusMessage("héllo")
        {
            MessageId = "id",
            SessionId = "session",
            PartitionKey = "session",
            TransactionPartitionKey = "via",
            ReplyToSessionId = "reply session",
            CorrelationId = "correlation",
            Subject = "subject",
            To = "to",
            ContentType = "application/json",
            ReplyTo = "reply",
            TimeToLive = TimeSpan.FromMinutes(5),
        };
        object[] values =
        [
            true, false, (byte)1, (sbyte)-1, (short)-2, (ushort)2, -3, 3u, -4L, 4ul, 1.5f, 2.5, 3.5m, 'ß', "text", Guid.NewGuid(),
            time.UtcDateTime, time.ToUniversalTime(), TimeSpan.FromTicks(7), new Uri("https://example.org/a"), new byte[] { 1, 2 },
        ];
        for (var index = 0; index < values.Length; index++)
        {
            sent.ApplicationProperties[$"p{index}"] = values[index];
        }

        sent.ApplicationProperties["none"] = null!;
        await bus.Sender.SendMessageAsync(sent);
        var got = await bus.ReceiveOneAsync();

        Assert.Equal("héllo", got.Body.ToString());
        Assert.Equal(
            ("id", "session", "session", "via", "reply session"),
            (got.MessageId, got.SessionId, got.PartitionKey, got.TransactionPartitionKey, got.ReplyToSessionId));
        Assert.Equal(
            ("correlation", "subject", "to", "application/json", "reply"),
            (got.CorrelationId, got.Subject, got.To, got.ContentType, got.ReplyTo));
        Assert.Equal(TimeSpan.FromMinutes(5), got.TimeToLive);
        Assert.Equal(bus.Clock.GetUtcNow(), got.EnqueuedTime);
        Assert.Equal(got.EnqueuedTime + got.TimeToLive, got.ExpiresAt);
        Assert.Equal(1, got.DeliveryCount);
        Assert.Equal(values.Append(null), got.ApplicationProperties.Values);
    }

    [Theory]
    [EveryDoor]
    public async Task What_the_sender_changes_afterwards_stays_with_the_sender(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        var body = new byte[] { 1 };
        var message = new ServiceBusMessage(body) { Subject = "then" };
        message.ApplicationProperties["when"] = "then";
        await bus.Sender.SendMessageAsync(message);
        body[0] = 2;
        message.ApplicationProperties["when"] = message.Subject = "now";

        var got = await bus.ReceiveOneAsync();
        Assert.Equal(("1", "then", "then"), ($"{got.Body.ToArray()[0]}", got.Subject, (string)got.ApplicationProperties["when"]));
    }

    [Theory]
    [EveryDoor]
    public async Task A_message_without_an_id_gets_one(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, "\"RequiresDuplicateDetection\": true");
        await bus.Sender.SendMessagesAsync([new ServiceBusMessage("a"), new ServiceBusMessage("b")]);
        Assert.NotEqual((await bus.ReceiveOneAsync()).MessageId, (await bus.ReceiveOneAsync()).MessageId);
    }

    [Theory]
    [EveryDoor]
    public async Task A_queue_that_was_not_declared_does_not_exist(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await Refused(
            ServiceBusFailureReason.MessagingEntityNotFound,
            false,
            () => bus.Client.CreateSender("nowhere").SendMessageAsync(TestBus.Message("a")));
        await Refused(
            ServiceBusFailureReason.MessagingEntityNotFound,
            false,
            () => bus.Client.CreateReceiver("nowhere").ReceiveMessageAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task A_message_may_take_256_KB_with_its_properties_and_no_more(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.Sender.SendMessageAsync(new ServiceBusMessage(new byte[(256 * 1024) - 200]) { MessageId = "fits" });
        var tooLarge = new ServiceBusMessage(new byte[(256 * 1024) - 200]) { MessageId = "not" };
        tooLarge.ApplicationProperties["p"] = new string('x', 200);
        await Refused(ServiceBusFailureReason.MessageSizeExceeded, false, () => bus.Sender.SendMessageAsync(tooLarge));
        await Refused(
            ServiceBusFailureReason.MessageSizeExceeded,
            false,
            () => bus.Sender.SendMessagesAsync([new(new byte[150_000]), new(new byte[150_000])]));
        Assert.Equal(["fits"], await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task Properties_are_held_to_their_types_and_sizes(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        foreach (object value in new object[] { new List<int>(), new { A = 1 } })
        {
            var message = TestBus.Message("a");
            message.ApplicationProperties["p"] = value;
            await Assert.ThrowsAsync<SerializationException>(() => bus.Sender.SendMessageAsync(message));
        }

        var large = TestBus.Message("a");
        large.ApplicationProperties["p"] = new string('x', 33 * 1024);
        await Assert.ThrowsAsync<ArgumentException>(() => bus.Sender.SendMessageAsync(large));
        var many = TestBus.Message("b");
        for (var index = 0; index < 3; index++)
        {
            many.ApplicationProperties[$"p{index}"] = new string('x', 30 * 1024);
        }

        await Assert.ThrowsAsync<ArgumentException>(() => bus.Sender.SendMessageAsync(many));
        Assert.ThrowsAny<ArgumentException>(() => new ServiceBusMessage { MessageId = new string('x', 129) });
        Assert.ThrowsAny<ArgumentException>(() => new ServiceBusMessage { MessageId = "" });
        Assert.ThrowsAny<ArgumentException>(() => new ServiceBusMessage { TimeToLive = TimeSpan.Zero });
    }

    [Theory]
    [EveryDoor]
    public async Task A_batch_takes_what_fits_and_is_sent_as_one(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        using var batch = await bus.Sender.CreateMessageBatchAsync(new CreateMessageBatchOptions { MaxSizeInBytes = 1000 });
        var added = 0;
        while (batch.TryAddMessage(TestBus.Message($"{added}")))
        {
            added++;
        }

        Assert.InRange(added * TestBus.Message("0").GetRawAmqpMessage().ToBytes().ToMemory().Length, 800, 1000);
        Assert.Equal(added, batch.Count);
        await bus.Sender.SendMessagesAsync(batch);
        Assert.Equal(Enumerable.Range(0, added).Select(index => $"{index}"), await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task A_queue_with_sessions_refuses_messages_and_receivers_without(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, "\"RequiresSession\": true");
        await Assert.ThrowsAsync<InvalidOperationException>(() => bus.SendAsync("a"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bus.Receiver.ReceiveMessageAsync());
        Assert.True(bus.Queue.Properties.RequiresSession);
    }

    internal static async Task Refused(ServiceBusFailureReason reason, bool transient, Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<ServiceBusException>(call);
        Assert.Equal((reason, transient), (exception.Reason, exception.IsTransient));
    }
}
