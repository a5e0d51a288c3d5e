using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Delivery;

/// <summary>Queue <c>deliveries</c>: pushes a committed range to the conversation's members.</summary>
public sealed class DeliverEntries(QueueMessageProcessor queueWork, RangePush push)
{
    [Function(nameof(DeliverEntries))]
    public Task RunAsync(
        [ServiceBusTrigger(EntriesCommitted.Queue, Connection = DeliverySetup.Connection)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        queueWork.RunAsync(
            EntriesCommitted.Queue,
            message,
            actions,
            ChatJson.Default.EntriesCommitted,
            (range, cancel) => push.PushAsync(range, Rescheduling.AttemptsOf(message), cancel),
            cancellationToken);
}
