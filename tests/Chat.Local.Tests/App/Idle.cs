using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

/// <summary>
/// Functions that do nothing, for benchmarks. As the app's own they are public: the worker compiles a call of any other anew each time.
/// </summary>
public sealed class Idle
{
    [Function("IdleAnswers")]
    public IResult Answer([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "idle")] HttpRequest request) => Results.Text("idle");
}

/// <summary>Takes messages that the host completes.</summary>
public sealed class IdleReleases(SemaphoreSlim runs)
{
    [Function("IdleReleases")]
    public Task TakeAsync(
        [ServiceBusTrigger("deliveries")] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken)
    {
        runs.Release();
        return Task.CompletedTask;
    }
}

/// <summary>Takes messages and completes them.</summary>
public sealed class IdleCompletes(SemaphoreSlim runs)
{
    [Function("IdleCompletes")]
    public async Task TakeAsync(
        [ServiceBusTrigger("deliveries", AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken)
    {
        await actions.CompleteMessageAsync(message, cancellationToken);
        runs.Release();
    }
}
