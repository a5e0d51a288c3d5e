using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Retries(Work work)
{
    [Function("Retries")]
    [FixedDelayRetry(2, "00:00:10")]
    public Task Follow(
        [CosmosDBTrigger("chat", "conversations", Connection = "Cosmos")] IReadOnlyList<Changed> changes,
        FunctionContext context) =>
        work.DoAsync($"try {context.RetryContext.RetryCount} of {context.RetryContext.MaxRetryCount}: {changes[0].Id}");
}
