using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Delivery;

/// <summary>Queue <c>fanout</c>: moves a larger conversation's inboxes forward, some members a message, and those of busy groups once in a while.</summary>
public sealed class FanOutToMembers(QueueMessageProcessor queueWork, InboxDelivery inboxes)
{
    [Function(nameof(FanOutToMembers))]
    public Task RunAsync(
        [ServiceBusTrigger(EntriesPushed.Queue, Connection = DeliverySetup.Connection)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        queueWork.RunAsync(EntriesPushed.Queue, message, actions, ChatJson.Default.EntriesPushed, inboxes.FanOutAsync, cancellationToken);
}
