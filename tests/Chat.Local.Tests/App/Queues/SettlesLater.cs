using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class SettlesLater(Work work)
{
    [Function("SettlesLater")]
    public Task Take([ServiceBusTrigger("deliveries", AutoCompleteMessages = false)] string message) => work.DoAsync(message);
}
