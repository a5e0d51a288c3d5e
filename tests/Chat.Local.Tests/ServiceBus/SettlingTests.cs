using Azure.Messaging.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

public sealed class SettlingTests
{
    [Theory]
    [EveryDoor]
    public async Task A_completed_message_is_gone_and_cannot_be_settled_again(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a");
        var message = await bus.ReceiveOneAsync();
        await bus.Receiver.CompleteMessageAsync(message);
        await LockLost(() => bus.Receiver.CompleteMessageAsync(message));
        bus.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task An_abandoned_message_is_back_at_once_at_its_old_place(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a", "b");
        var message = await bus.ReceiveOneAsync();
        await bus.Receiver.AbandonMessageAsync(message, new Dictionary<string, object> { ["tried"] = 1 });
        var again = await bus.ReceiveOneAsync();
        Assert.Equal(("a", 2, message.SequenceNumber), (again.MessageId, again.DeliveryCount, again.SequenceNumber));
        Assert.Equal(1, again.ApplicationProperties["tried"]);
        Assert.Equal("body of a", again.Body.ToString());
        Assert.NotEqual(message.LockToken, again.LockToken);
        await LockLost(() => bus.Receiver.CompleteMessageAsync(message));
        await bus.Receiver.CompleteMessageAsync(again);
    }

    [Theory]
    [EveryDoor]
    public async Task A_lock_ends_after_its_duration_unless_it_is_renewed(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, "\"LockDuration\": \"PT30S\"");
        await bus.SendAsync("a");
        var message = await bus.ReceiveOneAsync();
        Assert.Equal(bus.Clock.GetUtcNow().AddSeconds(30), message.LockedUntil);
        bus.Clock.Advance(TimeSpan.FromSeconds(20));
        await bus.Receiver.RenewMessageLockAsync(message);
        Assert.Equal(bus.Clock.GetUtcNow().AddSeconds(30), message.LockedUntil);
        bus.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(await bus.ReceiveAsync());

        var waiting = bus.Receiver.ReceiveMessageAsync();
        bus.Clock.Advance(TimeSpan.FromSeconds(1));
        var again = await waiting.WaitAsync(SignalR.Eventually.Timeout);
        Assert.Equal(("a", 2), (again.MessageId, again.DeliveryCount));
        await LockLost(() => bus.Receiver.RenewMessageLockAsync(message));
        await LockLost(() => bus.Receiver.CompleteMessageAsync(message));
        await LockLost(() => bus.Receiver.AbandonMessageAsync(message));
        await LockLost(() => bus.Receiver.DeferMessageAsync(message));
        await LockLost(() => bus.Receiver.DeadLetterMessageAsync(message));
        await LockLost(
            () => bus.Receiver.CompleteMessageAsync(ServiceBusModelFactory.ServiceBusReceivedMessage(lockTokenGuid: Guid.NewGuid())));
    }

    [Theory]
    [EveryDoor(true)]
    [EveryDoor(false)]
    public async Task A_message_delivered_too_often_becomes_a_dead_letter(bool abandoned, Door door)
    {
        await using var bus = await TestBus.StartAsync(door, "\"MaxDeliveryCount\": 2");
        await bus.SendAsync("a");
        for (var delivery = 1; delivery <= 2; delivery++)
        {
            var message = await bus.ReceiveOneAsync();
            Assert.Equal(delivery, message.DeliveryCount);
            if (abandoned)
            {
                await bus.Receiver.AbandonMessageAsync(message);
            }
            else
            {
                bus.Clock.Advance(TimeSpan.FromMinutes(1));
            }
        }

        Assert.Null(await bus.ReceiveAsync());
        var letter = await bus.ReceiveOneAsync(bus.DeadLetters);
        Assert.Equal(("a", "MaxDeliveryCountExceeded"), (letter.MessageId, letter.DeadLetterReason));
        Assert.Equal("Message could not be consumed after 2 delivery attempts.", letter.DeadLetterErrorDescription);
        await bus.DeadLetters.AbandonMessageAsync(letter);
        await bus.DeadLetters.CompleteMessageAsync(await bus.ReceiveOneAsync(bus.DeadLetters));
        Assert.Null(await bus.ReceiveAsync(bus.DeadLetters));
    }

    [Theory]
    [EveryDoor]
    public async Task A_receiver_can_dead_letter_with_its_reason(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a", "b");
        await bus.Receiver.DeadLetterMessageAsync(await bus.ReceiveOneAsync(), "Malformed", "No such kind");
        await bus.Receiver.DeadLetterMessageAsync(await bus.ReceiveOneAsync(), new Dictionary<string, object> { ["by"] = "test" });

        var letter = await bus.ReceiveOneAsync(bus.DeadLetters);
        Assert.Equal(("a", "Malformed", "No such kind"), (letter.MessageId, letter.DeadLetterReason, letter.DeadLetterErrorDescription));
        Assert.Equal("Malformed", letter.ApplicationProperties["DeadLetterReason"]);
        var other = await bus.ReceiveOneAsync(bus.DeadLetters);
        Assert.Equal(("b", "test", null), (other.MessageId, other.ApplicationProperties["by"], other.DeadLetterReason));
        Assert.Equal("orders/$DeadLetterQueue", bus.DeadLetters.EntityPath);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => bus.DeadLetters.DeadLetterMessageAsync(other, new string('x', 4097)));

        var copy = new ServiceBusMessage(letter);
        Assert.DoesNotContain("DeadLetterReason", copy.ApplicationProperties.Keys);
    }

    [Theory]
    [EveryDoor]
    public async Task A_deferred_message_comes_only_when_asked_for_by_number(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a");
        var message = await bus.ReceiveOneAsync();
        await bus.Receiver.DeferMessageAsync(message);
        Assert.Null(await bus.ReceiveAsync());

        var deferred = await bus.Receiver.ReceiveDeferredMessageAsync(message.SequenceNumber);
        Assert.Equal(("a", 2, ServiceBusMessageState.Deferred), (deferred.MessageId, deferred.DeliveryCount, deferred.State));
        await NotFound(() => bus.Receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
        await bus.Receiver.AbandonMessageAsync(deferred);
        Assert.Null(await bus.ReceiveAsync());

        await bus.Receiver.CompleteMessageAsync(await bus.Receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
        await NotFound(() => bus.Receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
    }

    [Theory]
    [EveryDoor]
    public async Task A_lock_is_kept_by_the_client_that_renews_however_long_the_work(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a");
        var message = await bus.ReceiveOneAsync();
        for (var renewal = 0; renewal < 100; renewal++)
        {
            bus.Clock.Advance(TimeSpan.FromSeconds(50));
            await bus.Receiver.RenewMessageLockAsync(message);
        }

        await bus.Receiver.CompleteMessageAsync(message);
        Assert.Null(await bus.Receiver.PeekMessageAsync());
    }

    internal static Task LockLost(Func<Task> call) => SendingTests.Refused(ServiceBusFailureReason.MessageLockLost, false, call);

    internal static Task NotFound(Func<Task> call) => SendingTests.Refused(ServiceBusFailureReason.MessageNotFound, false, call);
}
