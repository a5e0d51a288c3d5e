using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class TakesText(Work work)
{
    [Function("TakesText")]
    public Task Take([ServiceBusTrigger("deliveries", Connection = "ServiceBus")] string message, CancellationToken cancellationToken) =>
        work.DoAsync($"text {message}", cancellationToken);
}
