using Azure.Messaging.ServiceBus;
using Chat.Local.Functions.ChangeFeed;
using Chat.Local.Functions.Queues;
using Chat.Local.Functions.Timers;
using Chat.Local.ServiceBus.InProcess;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>
/// Makes the triggers of the app's functions, and refuses those that can't work: without a setting, a queue or a lease of their own.
/// </summary>
internal sealed class TriggerFactory(
    LocalAzure azure,
    HostJson hostJson,
    IConfiguration settings,
    FunctionRunner runner,
    ILoggerFactory logs) : IAsyncDisposable
{
    private readonly RetryingRunner _retrying = new(runner, azure.Time, logs.CreateLogger<RetryingRunner>());
    private readonly Dictionary<string, InProcessClient> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _leaseOwners = new(StringComparer.Ordinal);

    /// <summary>The trigger of a function; null for an HTTP function, which needs none, and for a disabled one.</summary>
    /// <exception cref="HostRefusedException">It can't work.</exception>
    public ITrigger? Create(Function function) => function.Trigger switch
    {
        _ when function.IsDisabled => null,
        ServiceBusTriggerBinding queue => CreateQueue(function, queue),
        CosmosTriggerBinding feed => CreateChangeFeed(function, feed),
        TimerTriggerBinding timer => new TimerFunction(function, timer, _retrying, SharedByHosts.Of(azure), azure.Time),
        _ => null,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }
    }

    private QueueFunction CreateQueue(Function function, ServiceBusTriggerBinding queue)
    {
        var connection = Connection(function, queue.Connection);
        var declared = azure.ServiceBus.Find(queue.QueueName)
            ?? throw HostRefusedException.Function(
                function.Name,
                $"listens to the queue '{queue.QueueName}', which infra/servicebus.json doesn't declare.");
        if (declared.Properties.RequiresSession || queue.IsSessionsEnabled)
        {
            throw HostRefusedException.Function(
                function.Name,
                declared.Properties.RequiresSession == queue.IsSessionsEnabled
                    ? "has sessions, which the local host doesn't run."
                    : $"says IsSessionsEnabled = {queue.IsSessionsEnabled}, "
                        + $"and the queue '{declared.Name}' says RequiresSession = {declared.Properties.RequiresSession}.");
        }

        if (!_clients.TryGetValue(connection, out var client))
        {
            _clients[connection] = client = new InProcessClient(azure.ServiceBus, new ServiceBusClientOptions());
        }

        return new QueueFunction(function, queue, client, hostJson, runner, azure.Faults, azure.Time, logs.CreateLogger<QueueFunction>());
    }

    private ChangeFeedFunction CreateChangeFeed(Function function, CosmosTriggerBinding feed)
    {
        Connection(function, feed.Connection);
        var leases = feed.LeaseContainerName;
        foreach (var container in new[] { feed.ContainerName, leases }.Where(container => !Exists(feed.DatabaseName, container)))
        {
            throw HostRefusedException.Function(
                function.Name,
                $"needs the container '{feed.DatabaseName}/{container}', which infra/cosmos.json doesn't declare.");
        }

        var lease = $"{feed.DatabaseName}/{leases}/{feed.LeaseContainerPrefix}/{feed.ContainerName}";
        return _leaseOwners.TryAdd(lease, function.Name)
            ? new ChangeFeedFunction(function, feed, azure, _retrying, logs.CreateLogger<ChangeFeedFunction>())
            : throw HostRefusedException.Function(
                function.Name,
                $"would share the leases of '{_leaseOwners[lease]}', and each would get a part of the changes; "
                    + "give it a LeaseContainerPrefix.");
    }

    private bool Exists(string database, string container)
    {
        try
        {
            return azure.Cosmos.RangesOf(database, container).Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>A connection string, looked for where the real host looks.</summary>
    private string Connection(Function function, string name) =>
        settings[$"AzureWebJobs{name}"] ?? settings[$"ConnectionStrings:{name}"] ?? settings[name]
        ?? throw HostRefusedException.Function(function.Name, $"needs the setting '{name}', which isn't there.");
}
