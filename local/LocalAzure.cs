using Chat.Local.Blobs;
using Chat.Local.CosmosDb;
using Chat.Local.ServiceBus;
using Chat.Local.SignalR;
using Chat.Local.Store;

namespace Chat.Local;

/// <summary>
/// The services that the app needs, in this process: one store, one clock, one meter and one fault hook under all of them. Several
/// function hosts can share one, as several instances of an app share their Azure.
/// </summary>
internal sealed class LocalAzure : IAsyncDisposable
{
    private LocalAzure(LocalStore store, Faults faults, TimeProvider time)
    {
        Store = store;
        Faults = faults;
        Time = time;
        Meter = new Meter(time);
        Cosmos = new CosmosService(store, Meter, faults, time);
        ServiceBus = new ServiceBusNamespace(store, Meter, faults, time);
        SignalR = new SignalRService(store, Meter, faults, time);
        Blobs = new BlobService(store, Meter, faults, () => Cosmos.Certificate, time);
    }

    public LocalStore Store { get; }

    public Faults Faults { get; }

    public TimeProvider Time { get; }

    public Meter Meter { get; }

    public CosmosService Cosmos { get; }

    public ServiceBusNamespace ServiceBus { get; }

    public SignalRService SignalR { get; }

    public BlobService Blobs { get; }

    /// <summary>Whether other processes reach every service that the app uses.</summary>
    public bool HasAllPorts => Cosmos.Port is not null && ServiceBus.Port is not null && SignalR.Address is not null;

    /// <summary>Opens the store and brings every service to where it was: containers and queues exist on return.</summary>
    /// <param name="directory">Where data is kept; in memory only when null.</param>
    /// <exception cref="LocalStoreException">The directory is in use, or its file can't be used.</exception>
    public static async Task<LocalAzure> StartAsync(string? directory, bool reset = false, TimeProvider? time = null, Faults? faults = null)
    {
        time ??= TimeProvider.System;
        var store = directory is null ? LocalStore.InMemory() : await LocalStore.OpenAsync(directory, reset, time);
        var azure = new LocalAzure(store, faults ?? new Faults(), time);
        try
        {
            azure.Cosmos.CreateContainers(Resource("cosmos.json"));
            azure.ServiceBus.CreateQueues(Resource("servicebus.json"));
            azure.Blobs.CreateContainers("incoming", "media", "evidence");
            return azure;
        }
        catch
        {
            await azure.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Blobs.DisposeAsync();
        await SignalR.DisposeAsync();
        await ServiceBus.DisposeAsync();
        await Cosmos.DisposeAsync();
        await Store.DisposeAsync();
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(LocalAzure).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
