using Azure.Messaging.ServiceBus;
using Grpc.Core;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Outlives(Work work)
{
    [Function("Outlives")]
    public async Task Take([ServiceBusTrigger("deliveries")] ServiceBusReceivedMessage message, ServiceBusMessageActions actions)
    {
        await work.DoAsync("work", CancellationToken.None);
        try
        {
            await actions.CompleteMessageAsync(message, CancellationToken.None);
        }
        catch (RpcException)
        {
            await work.DoAsync("refused", CancellationToken.None);
        }
    }
}
