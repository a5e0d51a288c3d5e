using System.Collections.Concurrent;
using System.Globalization;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Amqp;
using Chat.Local.ServiceBus.InProcess;
using Chat.Local.Store;

namespace Chat.Local.ServiceBus;

/// <summary>
/// The Service Bus namespace: durable queues, reached in this process by <see cref="Connect"/> and from elsewhere through a port.
/// </summary>
internal sealed class ServiceBusNamespace : IAsyncDisposable
{
    /// <summary>
    /// The emulator's, which are public: https://learn.microsoft.com/azure/service-bus-messaging/test-locally-with-service-bus-emulator.
    /// </summary>
    public const string KeyName = "RootManageSharedAccessKey";

    public const string Key = "SAS_KEY_VALUE";

    private const int DefaultPort = 5672;

    private readonly ConcurrentDictionary<string, ServiceBusQueue> _queues = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentBag<AmqpPort> _ports = [];
    private readonly LocalStore _store;
    private readonly Meter _meter;
    private readonly Faults _faults;

    public ServiceBusNamespace(LocalStore store, Meter meter, Faults faults, TimeProvider time)
    {
        _store = store;
        _meter = meter;
        _faults = faults;
        Time = time;
    }

    /// <summary>How the SDK reaches this namespace, by its port if it has one.</summary>
    public string ConnectionString => ConnectionStringOf(Port ?? DefaultPort);

    /// <summary>Where it listens; null when it doesn't.</summary>
    public int? Port => _ports.FirstOrDefault()?.Port;

    /// <summary>How the SDK reaches a namespace on a port of this machine, in the emulator's form: without TLS.</summary>
    public static string ConnectionStringOf(int port) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName={KeyName};SharedAccessKey={Key};UseDevelopmentEmulator=true;");

    public IReadOnlyCollection<ServiceBusQueue> Queues => [.. _queues.Values.OrderBy(queue => queue.Name, StringComparer.Ordinal)];

    public TimeProvider Time { get; }

    /// <summary>
    /// A client of this namespace without a wire in between. It fails as if the network were gone once the namespace is disposed.
    /// </summary>
    public ServiceBusClient Connect(ServiceBusClientOptions? options = null) =>
        new InProcessClient(this, options ?? new ServiceBusClientOptions());

    /// <summary>Also serves the namespace over AMQP on a port of this machine, until it is disposed; null when the port is taken.</summary>
    public int? Listen(int port)
    {
        if (AmqpPort.Start(this, port, TimeProvider.System, AmqpLimits.Usual) is not { } listener)
        {
            return null;
        }

        _ports.Add(listener);
        return listener.Port;
    }

    /// <summary>
    /// Creates the queues of infra/servicebus.json (the emulator's Config.json format); stored messages keep their place.
    /// </summary>
    public void CreateQueues(string configJson)
    {
        foreach (var properties in QueueProperties.Parse(configJson))
        {
            var queue = new ServiceBusQueue(properties, _store, _meter, _faults, Time);
            if (!_queues.TryAdd(properties.Name, queue))
            {
                queue.Dispose();
                throw new InvalidOperationException($"Queue {properties.Name} is declared twice.");
            }
        }
    }

    /// <summary>The queue of a name in any case; null when none was declared.</summary>
    public ServiceBusQueue? Find(string name) => _queues.GetValueOrDefault(name);

    public async ValueTask DisposeAsync()
    {
        foreach (var port in _ports)
        {
            await port.DisposeAsync();
        }

        foreach (var queue in _queues.Values)
        {
            queue.Dispose();
        }
    }
}
