using System.Collections.Concurrent;
using System.Globalization;
using Azure.Messaging.ServiceBus;
using Chat.Local.Store;

namespace Chat.Local.ServiceBus;

/// <summary>The Service Bus namespace: durable queues, reached by <see cref="ServiceBusClient"/> through <see cref="ConnectionString"/>.</summary>
internal sealed class ServiceBusNamespace : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, ServiceBusNamespace> ByHost = new(StringComparer.OrdinalIgnoreCase);
    private static int _count;

    private readonly ConcurrentDictionary<string, ServiceBusQueue> _queues = new(StringComparer.OrdinalIgnoreCase);
    private readonly LocalStore _store;
    private readonly Meter _meter;
    private readonly Faults _faults;
    private readonly string _host = string.Create(CultureInfo.InvariantCulture, $"local-{Interlocked.Increment(ref _count)}");

    public ServiceBusNamespace(LocalStore store, Meter meter, Faults faults, TimeProvider time)
    {
        _store = store;
        _meter = meter;
        _faults = faults;
        Time = time;
        ByHost[_host] = this;
    }

    /// <summary>Unique to this instance within the process, so that several local Azures can live beside each other.</summary>
    public string ConnectionString => $"Endpoint=sb://{_host};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;";

    public IReadOnlyCollection<ServiceBusQueue> Queues => [.. _queues.Values.OrderBy(queue => queue.Name, StringComparer.Ordinal)];

    public TimeProvider Time { get; }

    /// <summary>The namespace of a host name; null when it doesn't exist or was disposed.</summary>
    public static ServiceBusNamespace? At(string host) => ByHost.GetValueOrDefault(host);

    /// <summary>Creates the queues of infra/servicebus.json (the emulator's Config.json format); stored messages keep their place.</summary>
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

    public ValueTask DisposeAsync()
    {
        ByHost.TryRemove(_host, out _);
        foreach (var queue in _queues.Values)
        {
            queue.Dispose();
        }

        return default;
    }
}
