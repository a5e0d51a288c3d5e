using Azure.Messaging.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

public sealed class ReceivingTests
{
    [Theory]
    [EveryDoor]
    public async Task Messages_come_in_the_order_sent_each_to_one_receiver(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a", "b", "c");
        await using var other = bus.Client.CreateReceiver("orders");
        Assert.Equal("a", (await bus.ReceiveOneAsync()).MessageId);
        Assert.Equal("b", (await bus.ReceiveOneAsync(other)).MessageId);
        Assert.Equal(["c"], await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task Several_are_received_at_once_up_to_the_number_asked_for(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a", "b", "c");
        Assert.Equal(["a", "b"], (await bus.Receiver.ReceiveMessagesAsync(2)).Select(message => message.MessageId));
        Assert.Equal(["c"], (await bus.Receiver.ReceiveMessagesAsync(2)).Select(message => message.MessageId));
    }

    [Theory]
    [EveryDoor]
    public async Task A_waiting_receiver_gets_the_next_message_the_longest_waiting_first(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        var first = bus.Receiver.ReceiveMessageAsync();
        var second = bus.Receiver.ReceiveMessageAsync();
        await bus.SendAsync("a", "b");
        Assert.Equal("a", (await first.WaitAsync(SignalR.Eventually.Timeout)).MessageId);
        Assert.Equal("b", (await second.WaitAsync(SignalR.Eventually.Timeout)).MessageId);
    }

    [Fact]
    public async Task Waiting_ends_after_the_time_given_and_leaves_nothing_behind()
    {
        await using var bus = await TestBus.StartAsync();
        var waiting = bus.Receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(5));
        bus.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(waiting.IsCompleted);
        bus.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await waiting.WaitAsync(SignalR.Eventually.Timeout));
        await bus.SendAsync("a");
        Assert.Equal(["a"], await bus.ReceiveIdsAsync());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => bus.Receiver.ReceiveMessageAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task A_cancelled_or_closed_receiver_takes_no_message_with_it()
    {
        await using var bus = await TestBus.StartAsync();
        using var cancellation = new CancellationTokenSource();
        var cancelled = bus.Receiver.ReceiveMessageAsync(cancellationToken: cancellation.Token);
        await using var closing = bus.Client.CreateReceiver("orders");
        var closed = closing.ReceiveMessageAsync();
        await cancellation.CancelAsync();
        await closing.CloseAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closed);
        await bus.SendAsync("a");
        Assert.Equal(["a"], await bus.ReceiveIdsAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => closing.ReceiveMessageAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task Messages_can_be_taken_without_settling(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a");
        await using var taker = bus.Client.CreateReceiver(
            "orders",
            new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        var message = await bus.ReceiveOneAsync(taker);
        Assert.Equal(0, bus.Queue.Count().InFlight);
        await Assert.ThrowsAsync<InvalidOperationException>(() => taker.CompleteMessageAsync(message));
    }

    [Theory]
    [EveryDoor]
    public async Task Peeking_shows_every_message_in_order_and_locks_none(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a", "b", "c");
        await bus.Sender.ScheduleMessageAsync(TestBus.Message("d"), bus.Clock.GetUtcNow().AddHours(1));
        var first = await bus.ReceiveOneAsync();
        await bus.Receiver.DeferMessageAsync(first);
        await bus.ReceiveOneAsync();

        var seen = await bus.Receiver.PeekMessagesAsync(10);
        Assert.Equal(["a", "b", "c", "d"], seen.Select(message => message.MessageId));
        Assert.Equal(
            [
                ServiceBusMessageState.Deferred,
                ServiceBusMessageState.Active,
                ServiceBusMessageState.Active,
                ServiceBusMessageState.Scheduled,
            ],
            seen.Select(message => message.State));
        Assert.All(seen, message => Assert.Equal(Guid.Empty.ToString(), message.LockToken));
        Assert.Null(await bus.Receiver.PeekMessageAsync());
        Assert.Equal("b", (await bus.Receiver.PeekMessageAsync(seen[1].SequenceNumber)).MessageId);
        Assert.Equal("c", (await bus.Receiver.PeekMessageAsync()).MessageId);
        Assert.Equal(["c"], await bus.ReceiveIdsAsync());
    }
}
