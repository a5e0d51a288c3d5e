using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Settles
{
    [Function("Settles")]
    public Task Take([ServiceBusTrigger("deliveries")] ServiceBusReceivedMessage message, ServiceBusMessageActions actions) =>
        actions.DeadLetterMessageAsync(message, deadLetterReason: "Hopeless");
}
