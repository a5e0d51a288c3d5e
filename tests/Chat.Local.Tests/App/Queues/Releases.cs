using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Releases(SemaphoreSlim runs)
{
    [Function("Releases")]
    public void Take([ServiceBusTrigger("deliveries")] ServiceBusReceivedMessage message) => runs.Release();
}
