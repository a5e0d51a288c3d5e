using Azure.Messaging.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

public sealed class ScheduleAndExpiryTests
{
    private const string DeadLettering = "\"DeadLetteringOnMessageExpiration\": true";

    [Theory]
    [EveryDoor]
    public async Task A_scheduled_message_comes_at_its_time_under_a_new_number(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        var at = bus.Clock.GetUtcNow().AddMinutes(10);
        var number = await bus.Sender.ScheduleMessageAsync(TestBus.Message("later"), at);
        await bus.SendAsync("now");
        bus.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(["now"], await bus.ReceiveIdsAsync());

        var waiting = bus.Receiver.ReceiveMessageAsync(TimeSpan.FromMinutes(5));
        bus.Clock.Advance(TimeSpan.FromMinutes(1));
        var message = await waiting.WaitAsync(SignalR.Eventually.Timeout);
        Assert.Equal(
            ("later", at, at, ServiceBusMessageState.Active),
            (message.MessageId, message.EnqueuedTime, message.ScheduledEnqueueTime, message.State));
        Assert.True(message.SequenceNumber > number, $"{message.SequenceNumber} should follow {number}");
    }

    [Theory]
    [EveryDoor]
    public async Task Scheduled_messages_come_in_the_order_of_their_times(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        foreach (var (id, minutes) in new[] { ("c", 3), ("a", 1), ("b", 2) })
        {
            await bus.Sender.SendMessageAsync(
                new ServiceBusMessage { MessageId = id, ScheduledEnqueueTime = bus.Clock.GetUtcNow().AddMinutes(minutes) });
        }

        bus.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(["a", "b", "c"], await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task A_message_can_be_scheduled_further_away_than_a_timer_reaches(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.Sender.ScheduleMessageAsync(TestBus.Message("a"), bus.Clock.GetUtcNow().AddDays(100));
        bus.Clock.Advance(TimeSpan.FromDays(99));
        Assert.Null(await bus.ReceiveAsync());
        bus.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(["a"], await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task A_scheduled_message_can_be_cancelled_until_its_time(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        var at = bus.Clock.GetUtcNow().AddMinutes(1);
        var numbers = await bus.Sender.ScheduleMessagesAsync([TestBus.Message("a"), TestBus.Message("b")], at);
        await bus.Sender.CancelScheduledMessageAsync(numbers[0]);
        await SettlingTests.NotFound(() => bus.Sender.CancelScheduledMessageAsync(numbers[0]));
        await SettlingTests.NotFound(() => bus.Sender.CancelScheduledMessagesAsync(numbers));
        bus.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["b"], await bus.ReceiveIdsAsync());
        await SettlingTests.NotFound(() => bus.Sender.CancelScheduledMessageAsync(numbers[1]));
    }

    [Theory]
    [EveryDoor]
    public async Task A_message_expires_by_its_own_time_or_the_queues_whichever_is_shorter(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, $"{DeadLettering}, \"DefaultMessageTimeToLive\": \"PT10M\"");
        await bus.Sender.SendMessageAsync(new ServiceBusMessage { MessageId = "short", TimeToLive = TimeSpan.FromMinutes(1) });
        await bus.Sender.SendMessageAsync(new ServiceBusMessage { MessageId = "long", TimeToLive = TimeSpan.FromHours(1) });
        bus.Clock.Advance(TimeSpan.FromMinutes(1));
        var letter = await bus.ReceiveOneAsync(bus.DeadLetters);
        Assert.Equal(("short", "TTLExpiredException"), (letter.MessageId, letter.DeadLetterReason));
        Assert.Equal(TimeSpan.FromMinutes(10), (await bus.Receiver.PeekMessageAsync()).TimeToLive);
        bus.Clock.Advance(TimeSpan.FromMinutes(9));
        foreach (var id in (string[])["short", "long"])
        {
            Assert.Equal(id, (await bus.ReceiveOneAsync(bus.DeadLetters)).MessageId);
        }

        Assert.Null(await bus.ReceiveAsync());
        bus.Clock.Advance(TimeSpan.FromDays(365));
        Assert.Equal(2, bus.Queue.Count().DeadLettered);
    }

    [Theory]
    [EveryDoor]
    public async Task Without_dead_lettering_an_expired_message_is_dropped(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, "\"DefaultMessageTimeToLive\": \"PT1M\"");
        await bus.SendAsync("a");
        bus.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await bus.ReceiveAsync());
        Assert.Null(await bus.ReceiveAsync(bus.DeadLetters));
    }

    [Theory]
    [EveryDoor]
    public async Task A_message_does_not_expire_while_it_is_locked_or_deferred(Door door)
    {
        await using var bus = await TestBus.StartAsync(
            door,
            $"{DeadLettering}, \"DefaultMessageTimeToLive\": \"PT1M\", \"LockDuration\": \"PT5M\"");
        await bus.SendAsync("locked", "deferred", "abandoned");
        var locked = await bus.ReceiveOneAsync();
        var deferred = await bus.ReceiveOneAsync();
        await bus.Receiver.DeferMessageAsync(deferred);
        var abandoned = await bus.ReceiveOneAsync();
        bus.Clock.Advance(TimeSpan.FromMinutes(2));
        await bus.Receiver.CompleteMessageAsync(locked);
        await bus.Receiver.CompleteMessageAsync(await bus.Receiver.ReceiveDeferredMessageAsync(deferred.SequenceNumber));
        await bus.Receiver.AbandonMessageAsync(abandoned);
        Assert.Equal("TTLExpiredException", (await bus.ReceiveOneAsync(bus.DeadLetters)).DeadLetterReason);
        Assert.Null(await bus.ReceiveAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task The_time_to_live_of_a_scheduled_message_starts_at_its_time(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, "\"DefaultMessageTimeToLive\": \"PT1M\"");
        await bus.Sender.ScheduleMessageAsync(TestBus.Message("a"), bus.Clock.GetUtcNow().AddMinutes(10));
        bus.Clock.Advance(TimeSpan.FromMinutes(10.5));
        Assert.Equal(["a"], await bus.ReceiveIdsAsync());
    }
}
