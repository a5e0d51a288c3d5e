using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class TakesList(Work work)
{
    [Function("TakesList")]
    public Task Follow(
        [CosmosDBTrigger("chat", "conversations", Connection = "Cosmos")] IReadOnlyList<Changed> changes,
        CancellationToken cancellationToken) =>
        work.DoAsync($"list {string.Join(',', changes.Select(change => change.Id))}", cancellationToken);
}
