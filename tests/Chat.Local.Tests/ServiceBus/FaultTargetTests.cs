using Azure.Messaging.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>After a busy server, the client waits 10 s.</summary>
public sealed class FaultTargetTests
{
    [Theory]
    [EveryDoor("complete")]
    [EveryDoor("abandon")]
    [EveryDoor("defer")]
    [EveryDoor("deadletter")]
    [EveryDoor("renew")]
    public async Task A_fault_strikes_what_is_done_with_the_message_that_it_is_for(string operation, Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await using var client = bus.NewClient(retries: 0);
        var receiver = client.CreateReceiver("orders");
        await bus.SendAsync("a", "b");
        var a = await bus.ReceiveOneAsync(receiver);
        var b = await bus.ReceiveOneAsync(receiver);
        Task DoAsync(ServiceBusReceivedMessage message) => operation switch
        {
            "complete" => receiver.CompleteMessageAsync(message),
            "abandon" => receiver.AbandonMessageAsync(message),
            "defer" => receiver.DeferMessageAsync(message),
            "deadletter" => receiver.DeadLetterMessageAsync(message),
            _ => receiver.RenewMessageLockAsync(message),
        };

        using (bus.Faults.Add(new Fault("servicebus", operation, FaultKind.Throttle) { Target = target => target == "orders/a" }))
        {
            await DoAsync(b);
            await SendingTests.Refused(ServiceBusFailureReason.ServiceBusy, true, () => DoAsync(a));
        }

        await DoAsync(a);
    }
}
