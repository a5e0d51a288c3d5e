using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Health;

/// <summary>
/// Pays for what is slow the first time beside the rest of the start: connections, metadata, query plans, just-in-time compilation.
/// Calls that come before it is done wait for it, for 5 s at most; the time that a call has counts from then. It writes nothing, and
/// a failure doesn't stop the start.
/// </summary>
internal sealed class WarmUp(IServiceProvider services, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<WarmUp> logger)
    : IHostedLifecycleService, IFunctionsWorkerMiddleware
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private Task _done = Task.CompletedTask;

    /// <summary>Begins before any other service of the process starts: the one that takes calls is among them.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _done = Task.Run(WarmAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _done;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        return _done.IsCompleted ? next(context) : AfterAsync();

        async Task AfterAsync()
        {
            await _done;
            await next(context);
        }
    }

    private async Task WarmAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, lifetime.ApplicationStopping);
        try
        {
            // The clients are made here, too: they are the slowest part.
            var reading = ReadAsync(services.GetRequiredService<ChatContainers>(), either.Token);
            await Task.WhenAll(reading, services.GetRequiredService<DeliveryQueue>().OpenAsync(either.Token)).WaitAsync(either.Token);
        }
        catch (Exception exception)
        {
            if (!lifetime.ApplicationStopping.IsCancellationRequested)
            {
                logger.NotWarm(exception);
            }
        }
    }

    /// <summary>A read, a query and a batch, in a partition where nothing is.</summary>
    private static async Task ReadAsync(ChatContainers containers, CancellationToken cancellationToken)
    {
        var (conversations, nowhere) = (containers.Conversations, new PartitionKey(ConversationId.None.Value));
        await conversations.ReadDocumentAsync(Head.DocumentId, nowhere, ChatJson.Default.Head, cancellationToken: cancellationToken);
        var query = new QueryDefinition("SELECT TOP 1 * FROM c ORDER BY c.seq");
        await conversations.QueryPartitionAsync(
            query,
            nowhere,
            ChatJson.Default.DocumentsPageMessage,
            pageSize: 1,
            cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken);
        using var response = await conversations.CreateTransactionalBatch(nowhere)
            .ReadItem(Head.DocumentId)
            .ExecuteAsync(cancellationToken);
    }
}
