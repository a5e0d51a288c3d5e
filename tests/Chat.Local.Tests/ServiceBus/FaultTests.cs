using Azure.Messaging.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

public sealed class FaultTests
{
    private const string Detecting = "\"RequiresDuplicateDetection\": true";

    [Theory]
    [EveryDoor(FaultKind.Fail, ServiceBusFailureReason.ServiceCommunicationProblem, false)]
    [EveryDoor(FaultKind.ResetBefore, ServiceBusFailureReason.ServiceCommunicationProblem, false)]
    [EveryDoor(FaultKind.Throttle, ServiceBusFailureReason.ServiceBusy, false)]
    [EveryDoor(FaultKind.ResetAfter, ServiceBusFailureReason.ServiceCommunicationProblem, true)]
    [EveryDoor(FaultKind.TimeoutAfter, ServiceBusFailureReason.ServiceTimeout, true)]
    internal async Task A_failed_send_was_applied_or_not(FaultKind kind, ServiceBusFailureReason reason, bool applied, Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await using var client = bus.NewClient(retries: 0);
        using (bus.Faults.Add(new Fault("servicebus", "send", kind)))
        {
            await SendingTests.Refused(reason, true, () => client.CreateSender("orders").SendMessageAsync(TestBus.Message("a")));
        }

        Assert.Equal(applied ? ["a"] : [], await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor("", 2)]
    [EveryDoor(Detecting, 1)]
    public async Task An_ambiguous_send_is_repeated_by_the_client_and_only_duplicate_detection_keeps_one(
        string properties,
        int copies,
        Door door)
    {
        await using var bus = await TestBus.StartAsync(door, properties);
        using (bus.Faults.Add(new Fault("servicebus", "send", FaultKind.ResetAfter) { Times = 1 }))
        {
            await bus.RunAsync(() => bus.SendAsync("a"));
        }

        Assert.Equal(copies, (await bus.ReceiveIdsAsync()).Count);
    }

    [Fact]
    public async Task Retries_end_after_their_number_with_doubling_pauses()
    {
        await using var bus = await TestBus.StartAsync();
        var times = new List<TimeSpan>();
        var start = bus.Clock.GetUtcNow();
        using var fault = bus.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)
        {
            Strike = _ =>
            {
                times.Add(bus.Clock.GetUtcNow() - start);
                return Task.CompletedTask;
            },
        });
        await SendingTests.Refused(ServiceBusFailureReason.ServiceCommunicationProblem, true, () => bus.RunAsync(() => bus.SendAsync("a")));
        Assert.Equal([0, 1.6, 4.8, 11.2], times.Select(time => time.TotalSeconds));
    }

    [Theory]
    [EveryDoor]
    public async Task A_try_that_takes_too_long_times_out_but_may_be_applied(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);

        // Over AMQP it is real, and has to do for opening the link, too.
        await using var client = bus.NewClient(retries: 0, tryTimeout: TimeSpan.FromSeconds(10));
        using var fault = bus.Faults.Add(new Fault("servicebus", "send", FaultKind.Delay) { Delay = TimeSpan.FromMinutes(2) });
        await SendingTests.Refused(
            ServiceBusFailureReason.ServiceTimeout,
            true,
            () => bus.RunAsync(() => client.CreateSender("orders").SendMessageAsync(TestBus.Message("a"))));
        var receiving = bus.Receiver.ReceiveMessageAsync(TimeSpan.FromMinutes(5));
        bus.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("a", (await receiving.WaitAsync(SignalR.Eventually.Timeout)).MessageId);
    }

    [Theory]
    [EveryDoor]
    public async Task A_duplicated_message_comes_twice_and_both_can_be_completed(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, Detecting);
        await bus.SendAsync("a", "b");
        using (
            bus.Faults.Add(new Fault("servicebus", "receive", FaultKind.Duplicate) { Target = target => target == "orders/a", Times = 1 }))
        {
            var first = await bus.ReceiveOneAsync();
            await bus.Receiver.CompleteMessageAsync(first);
            Assert.Equal("a", first.MessageId);
        }

        Assert.Equal(["a", "b"], (await bus.ReceiveIdsAsync()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [EveryDoor]
    public async Task A_reordered_message_is_overtaken_by_all_that_wait(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a", "b", "c");
        using (bus.Faults.Add(new Fault("servicebus", "receive", FaultKind.Reorder) { Target = target => target == "orders/a", Times = 1 }))
        {
            Assert.Equal(["b", "c", "a"], await bus.ReceiveIdsAsync());
        }

        Assert.Equal(3, bus.Queue.Count().InFlight);
    }

    [Theory]
    [EveryDoor]
    public async Task A_message_alone_in_the_queue_cannot_be_overtaken(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a");
        using var fault = bus.Faults.Add(new Fault("servicebus", "receive", FaultKind.Reorder));
        await bus.Receiver.CompleteMessageAsync(await bus.ReceiveOneAsync());
        Assert.Null(await bus.Receiver.PeekMessageAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task A_dropped_lock_lets_another_receiver_have_the_message(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a");
        using (bus.Faults.Add(new Fault("servicebus", "receive", FaultKind.DropLock) { Times = 1 }))
        {
            var first = await bus.ReceiveOneAsync();
            var second = await bus.ReceiveOneAsync();
            Assert.Equal(2, second.DeliveryCount);
            await SettlingTests.LockLost(() => bus.Receiver.CompleteMessageAsync(first));
            await bus.Receiver.CompleteMessageAsync(second);
        }
    }

    [Theory]
    [EveryDoor]
    public async Task A_receive_that_fails_before_leaves_the_message_and_one_after_leaves_it_locked(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await using var client = bus.NewClient(retries: 0);
        var receiver = client.CreateReceiver("orders");
        await bus.SendAsync("a");
        using (bus.Faults.Add(new Fault("servicebus", "receive", FaultKind.ResetBefore)))
        {
            Assert.True((await Assert.ThrowsAsync<ServiceBusException>(() => receiver.ReceiveMessageAsync())).IsTransient);
        }

        using (bus.Faults.Add(new Fault("servicebus", "receive", FaultKind.ResetAfter)))
        {
            Assert.True((await Assert.ThrowsAsync<ServiceBusException>(() => receiver.ReceiveMessageAsync())).IsTransient);
        }

        Assert.Null(await bus.ReceiveAsync());
        bus.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, (await bus.ReceiveOneAsync()).DeliveryCount);
    }

    [Theory]
    [EveryDoor]
    public async Task A_completion_whose_answer_is_lost_was_made_and_the_clients_repeat_finds_the_lock_gone(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a");
        var message = await bus.ReceiveOneAsync();
        using var fault = bus.Faults.Add(new Fault("servicebus", "complete", FaultKind.ResetAfter) { Times = 1 });
        await SettlingTests.LockLost(() => bus.RunAsync(() => bus.Receiver.CompleteMessageAsync(message)));
        bus.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await bus.ReceiveAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task A_fault_that_the_service_cannot_have_is_no_fault_that_passes(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        using var fault = bus.Faults.Add(new Fault("servicebus", "send", FaultKind.FalsePrecondition));
        await Assert.ThrowsAsync<NotSupportedException>(() => bus.SendAsync("a"));
    }
}
