using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.ServiceBus;

namespace Chat.Local.ServiceBus.InProcess;

/// <summary>The client of a namespace in the same process: what the app is given in place of one that connects.</summary>
internal sealed class InProcessClient(ServiceBusNamespace bus, ServiceBusClientOptions options) : ServiceBusClient
{
    private readonly CancellationTokenSource _closing = new();

    public override string FullyQualifiedNamespace => "localhost";

    public override string Identifier { get; } = string.IsNullOrEmpty(options.Identifier)
        ? $"localhost-{Guid.NewGuid()}"
        : options.Identifier;

    public override bool IsClosed => _closing.IsCancellationRequested;

    internal CancellationToken Closing => _closing.Token;

    internal RetryPolicy Retries { get; } = new(options.RetryOptions, bus.Time);

    public override ServiceBusSender CreateSender(string queueOrTopicName) => CreateSender(queueOrTopicName, new ServiceBusSenderOptions());

    public override ServiceBusSender CreateSender(string queueOrTopicName, ServiceBusSenderOptions options)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new InProcessSender(this, queueOrTopicName, options);
    }

    public override InProcessReceiver CreateReceiver(string queueName) => CreateReceiver(queueName, new ServiceBusReceiverOptions());

    public override InProcessReceiver CreateReceiver(string queueName, ServiceBusReceiverOptions options)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new InProcessReceiver(this, queueName, options);
    }

    public override ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName) => throw NoTopics();

    public override ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName, ServiceBusReceiverOptions options) =>
        throw NoTopics();

    public override ServiceBusRuleManager CreateRuleManager(string topicName, string subscriptionName) => throw NoTopics();

    public override ServiceBusProcessor CreateProcessor(string queueName) => throw NoProcessors();

    public override ServiceBusProcessor CreateProcessor(string queueName, ServiceBusProcessorOptions options) => throw NoProcessors();

    public override ServiceBusProcessor CreateProcessor(string topicName, string subscriptionName) => throw NoTopics();

    public override ServiceBusProcessor CreateProcessor(string topicName, string subscriptionName, ServiceBusProcessorOptions options) =>
        throw NoTopics();

    public override ServiceBusSessionProcessor CreateSessionProcessor(
        string queueName,
        ServiceBusSessionProcessorOptions? options = null) => throw NoSessions();

    public override ServiceBusSessionProcessor CreateSessionProcessor(
        string topicName, string subscriptionName, ServiceBusSessionProcessorOptions? options = null) => throw NoSessions();

    public override Task<ServiceBusSessionReceiver> AcceptNextSessionAsync(
        string queueName,
        ServiceBusSessionReceiverOptions? options = null,
        CancellationToken cancellationToken = default) => throw NoSessions();

    public override Task<ServiceBusSessionReceiver> AcceptNextSessionAsync(
        string topicName, string subscriptionName, ServiceBusSessionReceiverOptions? options = null,
        CancellationToken cancellationToken = default) =>
        throw NoSessions();

    public override Task<ServiceBusSessionReceiver> AcceptSessionAsync(
        string queueName, string sessionId, ServiceBusSessionReceiverOptions? options = null,
        CancellationToken cancellationToken = default) => throw NoSessions();

    public override Task<ServiceBusSessionReceiver> AcceptSessionAsync(
        string topicName, string subscriptionName, string sessionId, ServiceBusSessionReceiverOptions? options = null,
        CancellationToken cancellationToken = default) =>
        throw NoSessions();

    /// <summary>Ends what this client's receivers wait for; other clients of the namespace don't notice.</summary>
    [SuppressMessage(
        "Usage", "CA2215:Dispose methods should call base class dispose", Justification = "It would close a connection that isn't there.")]
    public override async ValueTask DisposeAsync() => await _closing.CancelAsync();

    /// <summary>The queue behind a name, if this client can still reach it.</summary>
    internal ServiceBusQueue Queue(string name)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return bus.Find(name) ?? throw ServiceBusFailures.NoSuchQueue(name);
    }

    private static NotSupportedException NoTopics() => new("The local Service Bus has queues only, no topics.");

    private static NotSupportedException NoSessions() => new("The local Service Bus has no sessions.");

    private static NotSupportedException NoProcessors() =>
        new("The client within the process has no processor: receive in a loop, or connect a client to the port.");
}
