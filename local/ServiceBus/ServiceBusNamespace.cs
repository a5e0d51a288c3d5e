using Chat.Local.Store;

namespace Chat.Local.ServiceBus;

/// <summary>The Service Bus namespace: durable queues, reached by <c>ServiceBusClient</c> through <see cref="ConnectionString"/>.</summary>
internal sealed class ServiceBusNamespace(LocalStore store, Meter meter, Faults faults, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Unique to this instance within the process, so that several local Azures can live beside each other.</summary>
    public string ConnectionString => throw new NotSupportedException($"{(store, meter, faults, time).GetType()}");

    /// <summary>Creates the queues of infra/servicebus.json (the emulator's Config.json format); stored messages keep their place.</summary>
    public void CreateQueues(string configJson) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;
}
