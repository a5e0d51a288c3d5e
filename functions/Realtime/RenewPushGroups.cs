using Azure.Messaging.ServiceBus;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Realtime;

/// <summary>Queue <c>pushgroups</c>: renews a user's push group memberships, a part per message.</summary>
public sealed class RenewPushGroups(QueueMessageProcessor processor, PushGroupRenewal renewal)
{
    [Function(nameof(RenewPushGroups))]
    public Task RunAsync(
        [ServiceBusTrigger(PushGroupsDue.Queue, Connection = DeliverySetup.Connection)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        processor.RunAsync(PushGroupsDue.Queue, message, actions, ChatJson.Default.PushGroupsDue, renewal.RenewAsync, cancellationToken);
}
