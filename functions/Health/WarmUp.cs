using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Health;

/// <summary>
/// Pays for what is slow the first time before the process takes calls: connections, metadata, query plans, just-in-time
/// compilation. Otherwise the first caller would wait for it, within the 3 s that a call has. It writes nothing, and a failure
/// doesn't stop the start.
/// </summary>
internal sealed class WarmUp(
    ChatContainers containers,
    DeliveryQueue deliveries,
    TimeProvider time,
    ILogger<WarmUp> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Runs before all other hosted services, since the one that takes calls is among them.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await Task.WhenAll(ReadAsync(either.Token), deliveries.OpenAsync(either.Token)).WaitAsync(either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NotWarm(exception);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A read, a query and a batch in an empty partition.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
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
        // A batch that reads: it opens the same path as a commit and writes nothing.
        using var response = await conversations.CreateTransactionalBatch(nowhere).ReadItem(Head.DocumentId)
            .ExecuteAsync(cancellationToken);
    }
}
