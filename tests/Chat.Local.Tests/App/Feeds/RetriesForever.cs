using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class RetriesForever(Work work)
{
    [Function("RetriesForever")]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:00:20")]
    public Task Follow(
        [CosmosDBTrigger("chat", "conversations", Connection = "Cosmos")] IReadOnlyList<Changed> changes,
        FunctionContext context) =>
        work.DoAsync($"try {context.RetryContext.RetryCount} of {context.RetryContext.MaxRetryCount}: {changes[0].Id}");
}
