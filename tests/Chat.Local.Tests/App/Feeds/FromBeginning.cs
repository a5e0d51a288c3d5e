using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class FromBeginning(Work work)
{
    [Function("FromBeginning")]
    public Task Follow(
        [CosmosDBTrigger("chat", "conversations", Connection = "Cosmos", StartFromBeginning = true, MaxItemsPerInvocation = 2)]
        IReadOnlyList<Changed> changes) =>
        work.DoAsync(string.Join(',', changes.Select(change => change.Id)));
}
