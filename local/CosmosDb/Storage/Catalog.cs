using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>The account's databases and containers, by name and by resource id.</summary>
internal sealed class Catalog : IDisposable
{
    private const string DatabaseSpace = "cosmos databases";

    /// <summary>How much of the documents is in memory, those used last.</summary>
    private const long RecentLimitInBytes = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, Database> _databases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Entry> _containers = new(StringComparer.Ordinal);
    private readonly RecentlyUsed<long, Item> _recent = new(RecentLimitInBytes, static item => item.Size);
    private readonly TimeProvider _time;

    public Catalog(LocalStore store, TimeProvider time)
    {
        Store = store;
        _time = time;
        Offers = new Offers(store, time);
        foreach (var record in store.TakeLoaded(DatabaseSpace))
        {
            _databases[record.Key] = new Database(record.Key, record.Id, StampIn(record.Value));
        }

        foreach (var stored in store.TakeLoaded(ContainerRecord.Space))
        {
            var (record, definition) = ContainerRecord.Read(stored);
            Add(record, definition);
        }

        foreach (var stored in store.TakeLoaded(ContainerRecord.DeletedSpace))
        {
            var (record, definition) = ContainerRecord.Read(stored);
            ContainerLoader.Clear(record, definition, store, time);
        }
    }

    public LocalStore Store { get; }

    public Offers Offers { get; }

    public DateTimeOffset Now => _time.GetUtcNow();

    public IEnumerable<Database> Databases => _databases.Values;

    /// <summary>Finds a database by name or resource id.</summary>
    public Database? FindDatabase(string name) =>
        _databases.GetValueOrDefault(name) ?? _databases.Values.FirstOrDefault(database => database.ResourceId == name);

    /// <summary>Finds a container by names or by resource ids.</summary>
    public Container? Find(string database, string container) =>
        _containers.TryGetValue(string.Concat(database, "/", container), out var found) ? found.Container.Value : null;

    public IReadOnlyList<Container> ContainersOf(string database)
    {
        var prefix = database + "/";
        return
        [
            .. _containers.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => pair.Value.Container.Value),
        ];
    }

    /// <summary>Creates a database; false when it was there. Returns the store position to wait for.</summary>
    public bool CreateDatabase(string id, OfferedThroughput? throughput, out long position)
    {
        lock (_lock)
        {
            position = 0;
            if (_databases.ContainsKey(id))
            {
                return false;
            }

            var database = new Database(id, Store.NewId(), ResourceStamp.New(_time));
            position = Store.Put([
                Write.Put(new Record(database.Number, DatabaseSpace, id, Stored(database.Stamp))),
                .. Offers.Add(database.ResourceId, database.SelfPath, throughput)]);
            _databases[id] = database;
            return true;
        }
    }

    /// <summary>Creates a container; false when it was there. Returns the store position to wait for.</summary>
    public bool CreateContainer(string database, ContainerDefinition definition, OfferedThroughput? throughput, out long position)
    {
        lock (_lock)
        {
            position = 0;
            if (_containers.ContainsKey($"{database}/{definition.Id}"))
            {
                return false;
            }

            definition.Stamp = ResourceStamp.New(_time);
            var seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
            var record = new ContainerRecord(Store.NewId(), _databases[database].Number, database, seed)
            {
                ExpiryFor = definition.DefaultTtl,
            };
            position = Store.Put([
                Write.Put(record.Stored(definition)),
                .. Offers.Add(record.ResourceId, record.SelfPath, throughput)]);
            Add(record, definition);
            return true;
        }
    }

    /// <summary>
    /// Gives a container another time to live and indexing: nothing else of it changes. Returns the store position to wait for.
    /// </summary>
    public long Replace(Container container, ContainerDefinition definition, string? ifMatch)
    {
        lock (_lock)
        {
            container.ThrowIfDeleted();
            container.Definition.Stamp.Check(ifMatch);
            definition.Stamp = ResourceStamp.New(_time);
            return Redefine(container, definition);
        }
    }

    /// <summary>Replaces the throughput of a database or container, and returns the store position to wait for.</summary>
    public (Offer Offer, long Position) Replace(string offer, OfferedThroughput throughput, string? ifMatch)
    {
        lock (_lock)
        {
            return Offers.Replace(offer, throughput, ifMatch);
        }
    }

    /// <summary>
    /// Creates a container, or gives one that nobody used yet the definition of now; its partition key and unique keys can't change.
    /// </summary>
    /// <exception cref="LocalStoreException">The data on disk was written under others.</exception>
    public void Declare(string database, ContainerDefinition definition)
    {
        CreateDatabase(database, null, out _);
        if (CreateContainer(database, definition, null, out _))
        {
            return;
        }

        lock (_lock)
        {
            var entry = _containers[$"{database}/{definition.Id}"];
            if (entry.Definition.FixedPartThatDiffers(definition) is { } part)
            {
                throw new LocalStoreException(
                    $"The data of container {definition.Id} was written under another {part}, which can't change. "
                    + "Declare it as before, give the new one another name, or choose another directory with --data DIR.");
            }

            if (entry.Container.IsValueCreated)
            {
                return;
            }

            definition.Stamp = entry.Definition.Stamp;
            if (entry.Definition.DefaultTtl != definition.DefaultTtl)
            {
                // What has expired under the time to live of before goes first.
                Redefine(entry.Container.Value, definition);
            }
            else
            {
                Store.Put(entry.Record.Stored(definition));
                Add(entry.Record, definition);
            }
        }
    }

    /// <summary>Deletes a container with everything in it, and returns the store position to wait for.</summary>
    public long Delete(Container container, string? ifMatch)
    {
        lock (_lock)
        {
            // Another of the same name may be there by now.
            container.ThrowIfDeleted();
            container.Definition.Stamp.Check(ifMatch);
            foreach (var key in KeysOf(container.Record, container.Definition))
            {
                _containers.TryRemove(key, out _);
            }

            return container.Delete(Offers.Remove(container.ResourceId));
        }
    }

    public long DeleteDatabase(Database database, string? ifMatch)
    {
        lock (_lock)
        {
            database.Stamp.Check(ifMatch);
            foreach (var container in ContainersOf(database.Id))
            {
                Delete(container, null);
            }

            _databases.TryRemove(database.Id, out _);
            return Store.Put([Write.Delete(database.Number), .. Offers.Remove(database.ResourceId)]);
        }
    }

    public void Dispose()
    {
        foreach (var entry in _containers.Values.Where(entry => entry.Container.IsValueCreated))
        {
            entry.Container.Value.Dispose();
        }
    }

    private static string[] KeysOf(ContainerRecord record, ContainerDefinition definition) =>
        [$"{record.DatabaseId}/{definition.Id}", $"{ResourceId.OfDatabase(record.Database)}/{record.ResourceId}"];

    private static byte[] Stored(ResourceStamp stamp)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            stamp.WriteTo(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>The record of a database of before has nothing but its name.</summary>
    private static ResourceStamp StampIn(byte[] value)
    {
        using var json = JsonDocument.Parse(value.Length == 0 ? "{}"u8.ToArray() : value);
        return ResourceStamp.Read(json.RootElement);
    }

    private long Redefine(Container container, ContainerDefinition definition)
    {
        var position = container.Redefine(definition);
        foreach (var key in KeysOf(container.Record, definition))
        {
            _containers[key] = _containers[key] with { Definition = definition };
        }

        return position;
    }

    private void Add(ContainerRecord record, ContainerDefinition definition)
    {
        var entry = new Entry(record, definition, new Lazy<Container>(() => Load(record, definition)));
        foreach (var key in KeysOf(record, definition))
        {
            _containers[key] = entry;
        }
    }

    private Container Load(ContainerRecord record, ContainerDefinition definition)
    {
        var container = ContainerLoader.Load(record, definition, Store, _recent, _time);
        container.Throughput = Offers.LimitOf(record.ResourceId, ResourceId.OfDatabase(record.Database));
        return container;
    }

    private sealed record Entry(ContainerRecord Record, ContainerDefinition Definition, Lazy<Container> Container);
}
