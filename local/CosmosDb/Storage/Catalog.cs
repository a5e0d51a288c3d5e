using System.Collections.Concurrent;
using System.Security.Cryptography;
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
    private readonly ConcurrentDictionary<string, long> _databases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Entry> _containers = new(StringComparer.Ordinal);
    private readonly RecentlyUsed<long, Item> _recent = new(RecentLimitInBytes, static item => item.Size);
    private readonly TimeProvider _time;

    public Catalog(LocalStore store, TimeProvider time)
    {
        Store = store;
        _time = time;
        foreach (var record in store.TakeLoaded(DatabaseSpace))
        {
            _databases[record.Key] = record.Id;
        }

        foreach (var stored in store.TakeLoaded(ContainerRecord.Space))
        {
            var (record, definition) = ContainerRecord.Read(stored);
            Add(record, definition);
        }
    }

    public LocalStore Store { get; }

    public IEnumerable<(string Id, string ResourceId)> Databases => _databases.Select(pair => (pair.Key, ResourceId.OfDatabase(pair.Value)));

    /// <summary>Finds a database by name or resource id.</summary>
    public (string Id, string ResourceId)? FindDatabase(string name)
    {
        foreach (var database in Databases)
        {
            if (database.Id == name || database.ResourceId == name)
            {
                return database;
            }
        }

        return null;
    }

    /// <summary>Finds a container by names or by resource ids.</summary>
    public Container? Find(string database, string container) =>
        _containers.TryGetValue(string.Concat(database, "/", container), out var found) ? found.Container.Value : null;

    public IReadOnlyList<Container> ContainersOf(string database)
    {
        var prefix = database + "/";
        return [.. _containers.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => pair.Value.Container.Value)];
    }

    /// <summary>Creates a database; false when it was there. Returns the store position to wait for.</summary>
    public bool CreateDatabase(string id, out long position)
    {
        lock (_lock)
        {
            position = 0;
            if (_databases.ContainsKey(id))
            {
                return false;
            }

            var number = Store.NewId();
            position = Store.Put(new Record(number, DatabaseSpace, id, []));
            _databases[id] = number;
            return true;
        }
    }

    /// <summary>Creates a container; false when it was there. Returns the store position to wait for.</summary>
    public bool CreateContainer(string database, ContainerDefinition definition, out long position)
    {
        lock (_lock)
        {
            position = 0;
            if (_containers.ContainsKey($"{database}/{definition.Id}"))
            {
                return false;
            }

            var seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
            var record = new ContainerRecord(Store.NewId(), _databases[database], database, seed) { ExpiryFor = definition.DefaultTtl };
            position = Store.Put(record.Stored(definition));
            Add(record, definition);
            return true;
        }
    }

    /// <summary>Creates a container, or gives one that nobody used yet the definition of now; its partition key can't change.</summary>
    /// <exception cref="LocalStoreException">The data on disk was written under another partition key.</exception>
    public void Declare(string database, ContainerDefinition definition)
    {
        CreateDatabase(database, out _);
        if (CreateContainer(database, definition, out _))
        {
            return;
        }

        lock (_lock)
        {
            var entry = _containers[$"{database}/{definition.Id}"];
            if (!entry.Definition.KeyPaths.SequenceEqual(definition.KeyPaths))
            {
                throw new LocalStoreException($"The partition key of container {definition.Id} has changed. Start with --reset to begin anew, or with --data DIR elsewhere.");
            }

            if (!entry.Container.IsValueCreated)
            {
                Store.Put(entry.Record.Stored(definition));
                Add(entry.Record, definition);
            }
        }
    }

    /// <summary>Deletes a container with everything in it, and returns the store position to wait for.</summary>
    public long Delete(Container container)
    {
        lock (_lock)
        {
            foreach (var key in KeysOf(container.Record, container.Definition))
            {
                _containers.TryRemove(key, out _);
            }

            container.Dispose();
            return Store.Put(container.DeleteAll());
        }
    }

    public long DeleteDatabase(string id)
    {
        foreach (var container in ContainersOf(id))
        {
            Delete(container);
        }

        lock (_lock)
        {
            _databases.TryRemove(id, out var number);
            return Store.Delete(number);
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
        [$"{record.DatabaseId}/{definition.Id}", $"{ResourceId.OfDatabase(record.Database)}/{ResourceId.OfContainer(record.Database, record.Number)}"];

    private void Add(ContainerRecord record, ContainerDefinition definition)
    {
        var container = new Lazy<Container>(() => ContainerLoader.Load(record, definition, Store, _recent, _time));
        var entry = new Entry(record, definition, container);
        foreach (var key in KeysOf(record, definition))
        {
            _containers[key] = entry;
        }
    }

    private sealed record Entry(ContainerRecord Record, ContainerDefinition Definition, Lazy<Container> Container);
}
