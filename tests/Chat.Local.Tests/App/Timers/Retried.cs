using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Retried(Work work)
{
    [Function("Retried")]
    [FixedDelayRetry(2, "00:00:10")]
    public Task Tick([TimerTrigger("0 0 * * * *")] TimerInfo timer, FunctionContext context) =>
        work.DoAsync($"try {context.RetryContext.RetryCount} of {context.RetryContext.MaxRetryCount}");
}
