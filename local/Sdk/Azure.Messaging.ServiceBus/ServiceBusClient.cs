#nullable disable
using Azure.Core;
using Chat.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A connection to a namespace, from which senders and receivers are made. Keep one for the life of the process.</summary>
/// <remarks>Only a connection string of a local Azure connects; any other client fails at its first operation as if the network were gone.</remarks>
public class ServiceBusClient : IAsyncDisposable
{
    private readonly ServiceBusNamespace _namespace;
    private readonly CancellationTokenSource _closing = new();

    protected ServiceBusClient()
    {
    }

    public ServiceBusClient(string connectionString)
        : this(connectionString, new ServiceBusClientOptions())
    {
    }

    public ServiceBusClient(string connectionString, ServiceBusClientOptions options)
        : this(options, HostOf(connectionString)) => _namespace = ServiceBusNamespace.At(HostOf(connectionString));

    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential)
        : this(fullyQualifiedNamespace, credential, new ServiceBusClientOptions())
    {
    }

    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential, ServiceBusClientOptions options)
        : this(options, fullyQualifiedNamespace)
    {
        ArgumentException.ThrowIfNullOrEmpty(fullyQualifiedNamespace);
        ArgumentNullException.ThrowIfNull(credential);
    }

    private ServiceBusClient(ServiceBusClientOptions options, string host)
    {
        FullyQualifiedNamespace = host;
        Identifier = string.IsNullOrEmpty(options?.Identifier) ? $"{host}-{Guid.NewGuid()}" : options.Identifier;
        Retries = new RetryPolicy(options?.RetryOptions ?? new ServiceBusRetryOptions(), ServiceBusNamespace.At(host)?.Time ?? TimeProvider.System);
    }

    public virtual string FullyQualifiedNamespace { get; }

    public virtual string Identifier { get; }

    public virtual bool IsClosed => _closing.IsCancellationRequested;

    internal CancellationToken Closing => _closing.Token;

    internal RetryPolicy Retries { get; }

    public virtual ServiceBusSender CreateSender(string queueOrTopicName)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new ServiceBusSender(this, queueOrTopicName);
    }

    public virtual ServiceBusReceiver CreateReceiver(string queueName) => CreateReceiver(queueName, new ServiceBusReceiverOptions());

    public virtual ServiceBusReceiver CreateReceiver(string queueName, ServiceBusReceiverOptions options)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new ServiceBusReceiver(this, queueName, options);
    }

    /// <summary>Ends what this client's receivers wait for; other clients of the namespace don't notice.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The queue behind a name, if this client can still reach it.</summary>
    internal ServiceBusQueue Queue(string name)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return (_namespace ?? throw ServiceBusFailures.Unreachable(name)).Find(name) ?? throw ServiceBusFailures.NoSuchQueue(name);
    }

    private static string HostOf(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        foreach (var part in connectionString.Split(';'))
        {
            if (part.StartsWith("Endpoint=", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(part["Endpoint=".Length..], UriKind.Absolute, out var endpoint))
            {
                return endpoint.Host;
            }
        }

        throw new FormatException("The connection string must specify the namespace: Endpoint=sb://host;…");
    }
}
