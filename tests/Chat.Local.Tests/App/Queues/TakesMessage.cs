using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class TakesMessage(Work work)
{
    [Function("TakesMessage")]
    public Task Take([ServiceBusTrigger("deliveries")] ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        work.DoAsync($"message {message.Body} {message.DeliveryCount}", cancellationToken);
}
