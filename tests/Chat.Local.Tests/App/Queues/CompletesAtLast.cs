using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class CompletesAtLast(Work work)
{
    [Function("CompletesAtLast")]
    public async Task Take([ServiceBusTrigger("deliveries")] ServiceBusReceivedMessage message, ServiceBusMessageActions actions)
    {
        await work.DoAsync(message.Body.ToString());
        await actions.CompleteMessageAsync(message, CancellationToken.None);
    }
}
