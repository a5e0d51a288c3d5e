using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Chat.Local.ServiceBus.Amqp;
using Chat.Local.Store;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>
/// A namespace with the queue <c>orders</c>, and <c>sessions</c> that needs some, behind a port; both on a clock that the test advances.
/// </summary>
internal sealed class TestPort : IAsyncDisposable
{
    private readonly LocalStore _store = LocalStore.InMemory();
    private readonly AmqpPort _port;

    /// <param name="limits">What the port bounds.</param>
    /// <param name="deliveries">After how many deliveries a message of <c>orders</c> is a dead letter.</param>
    public TestPort(AmqpLimits? limits = null, int deliveries = 3)
    {
        // Clients look at the real time to see when their tokens end.
        Clock.Advance(TimeProvider.System.GetUtcNow() - Clock.GetUtcNow());
        Bus = new ServiceBusNamespace(_store, new Meter(Clock), new Faults(), Clock);
        Bus.CreateQueues(
            """{ "UserConfig": { "Namespaces": [ { "Queues": [ { "Name": "orders","""
                + $$""" "Properties": { "MaxDeliveryCount": {{deliveries}} } },"""
                + """ { "Name": "sessions", "Properties": { "RequiresSession": true } } ] } ] } }""");
        _port = AmqpPort.Start(Bus, 0, Clock, limits ?? AmqpLimits.Usual)!;
    }

    public TestClock Clock { get; } = new();

    public ServiceBusNamespace Bus { get; }

    public ServiceBusQueue Orders => Bus.Find("orders")!;

    public int Port => _port.Port;

    public string ConnectionString => ServiceBusNamespace.ConnectionStringOf(Port);

    public ServiceBusClient Connect(string? connectionString = null) => new(
        connectionString ?? ConnectionString,
        new ServiceBusClientOptions
        {
            RetryOptions = new ServiceBusRetryOptions { MaxRetries = 0, TryTimeout = SignalR.Eventually.Timeout },
        });

    public async ValueTask DisposeAsync()
    {
        await _port.DisposeAsync();
        await Bus.DisposeAsync();
        await _store.DisposeAsync();
    }
}
