using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Chat.Local.CosmosDb.ChangeFeed;
using Chat.Local.CosmosDb.Items;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Storage;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb;

/// <summary>The Cosmos DB account: what the unmodified SDK talks to, through <see cref="CreateHandler"/>.</summary>
internal sealed class CosmosService : IAsyncDisposable
{
    /// <summary>The emulator's key, which is public: https://learn.microsoft.com/azure/cosmos-db/emulator#authentication.</summary>
    public const string WellKnownKey = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    private const int DefaultPort = 8081;

    private readonly LocalStore _store;
    private readonly TimeProvider _time;
    private readonly Catalog _catalog;
    private readonly ServerCertificate _certificate;
    private readonly Dispatcher _dispatcher;
    private readonly List<Listener> _listeners = [];

    public CosmosService(LocalStore store, Meter meter, Faults faults, TimeProvider time)
    {
        _store = store;
        _time = time;
        _catalog = new Catalog(store, time);
        _certificate = new ServerCertificate(store, time);
        _dispatcher = new Dispatcher(_catalog, new FaultGate(faults, time), meter, _certificate);
    }

    /// <summary>How the SDK reaches the account, by its port if it has one.</summary>
    public string ConnectionString => ConnectionStringOf(Port ?? DefaultPort);

    /// <summary>Where it listens; null when it doesn't.</summary>
    public int? Port => _listeners.FirstOrDefault()?.Port;

    /// <summary>What the account shows to those who come by https.</summary>
    public X509Certificate2 Certificate => _certificate.Get();

    /// <summary>How the SDK reaches an account on a port of this machine, with the emulator's well-known key.</summary>
    public static string ConnectionStringOf(int port, string scheme = "http") =>
        string.Create(CultureInfo.InvariantCulture, $"AccountEndpoint={scheme}://localhost:{port}/;AccountKey={WellKnownKey};");

    /// <summary>Creates the database and containers of infra/cosmos.json that aren't there yet.</summary>
    public void CreateContainers(string cosmosJson)
    {
        using var json = JsonDocument.Parse(cosmosJson);
        var database = json.RootElement.GetProperty("database").GetString()!;
        foreach (var container in json.RootElement.GetProperty("containers").EnumerateArray())
        {
            ContainerRules.Check(container);
            _catalog.Declare(database, new ContainerDefinition(container));
        }
    }

    /// <summary>Throttles a container that uses more than so many request units in a second.</summary>
    public void LimitThroughput(string database, string container, double unitsPerSecond) =>
        Find(database, container).Throughput = new Throughput(unitsPerSecond, _time);

    /// <summary>
    /// From now on, point reads and queries of a container see a state of up to so many writes of their range ago, another at each
    /// read, but never one from before their session token: as from replicas that lag. Writes, batches and the change feed see the
    /// latest.
    /// </summary>
    public void LagReads(string database, string container, int writes)
    {
        var found = Find(database, container);
        found.Replica = new LaggingReplica(found, writes);
    }

    /// <summary>A message handler for one <c>CosmosClient</c> (Gateway mode). Disposing it breaks that client only.</summary>
    public HttpMessageHandler CreateHandler() => new InProcessHandler(_dispatcher);

    /// <summary>
    /// Also serves the account on a port of this machine, by http and https, until it is disposed; null when the port is taken.
    /// </summary>
    /// <param name="port">The port; 0 for one that is free.</param>
    public async Task<int?> ListenAsync(int port, CancellationToken cancellationToken)
    {
        if (await Listener.StartAsync(_dispatcher, _certificate, port, _time, cancellationToken) is not { } listener)
        {
            return null;
        }

        _listeners.Add(listener);
        return listener.Port;
    }

    /// <summary>The containers of all databases, for the inspector.</summary>
    public IReadOnlyList<Container> Containers =>
        [.. _catalog.Databases.SelectMany(database => _catalog.ContainersOf(database.Id))
            .OrderBy(container => container.Path, StringComparer.Ordinal)];

    /// <summary>The partition key ranges of a container, as ids.</summary>
    public IReadOnlyList<string> RangesOf(string database, string container) =>
        [.. Find(database, container).Ranges.Select(range => range.Id)];

    /// <summary>
    /// The latest versions of the documents of a range that changed after <paramref name="afterLsn"/>, oldest change first; waits
    /// for nothing.
    /// </summary>
    public async Task<FeedPage> ReadChangesAsync(string database, string container, string range, long afterLsn, int max)
    {
        var found = Find(database, container);
        var partitionRange = found.RangeWithId(range) ?? throw new ArgumentException($"{container} has no range {range}.", nameof(range));
        var page = ChangeReader.OfRange(found, partitionRange, new ChangeStart(afterLsn, DateTimeOffset.MinValue), max);
        await _store.WhenDurableAsync(page.Position);
        return new FeedPage([.. page.Items.Select(item => item.Body)], page.Lsn);
    }

    /// <summary>A document by key and id, or null: for the trigger's leases.</summary>
    public async Task<byte[]?> ReadDocumentAsync(string database, string container, string partitionKey, string id)
    {
        var found = Find(database, container);
        if (found.Find(PartitionKeyValue.Of(partitionKey).Text) is not { } partition)
        {
            return null;
        }

        Item? item;
        long position;
        lock (partition.Lock)
        {
            (item, position) = (partition.Stored(id), partition.Position);
        }

        await _store.WhenDurableAsync(position);
        return item?.ExpiresAt > found.Now ? item.Body.ToArray() : null;
    }

    /// <summary>Creates or replaces a document; durable on return.</summary>
    /// <returns>What that costs, in request units.</returns>
    public async Task<double> UpsertDocumentAsync(string database, string container, string partitionKey, byte[] document)
    {
        var found = Find(database, container);
        using var draft = Draft.Parse(document);
        var key = ItemEndpoint.KeyOf(draft, PartitionKeyValue.Of(partitionKey).Text, found);
        var partition = found.GetOrAdd(key);
        double charge;
        lock (partition.Lock)
        {
            lock (partition.Range.Lock)
            {
                var transaction = new Transaction(partition, refuseConditions: false);
                charge = transaction.Upsert(draft, ifMatch: null).Charge;
                transaction.Commit();
            }
        }

        await _store.WhenDurableAsync(partition.Position);
        return charge;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        _catalog.Dispose();
    }

    private Container Find(string database, string container) =>
        _catalog.Find(database, container)
            ?? throw new ArgumentException($"There is no container {database}/{container}.", nameof(container));
}

/// <summary>A page of a range's change feed: documents as JSON, and the position to continue from.</summary>
internal sealed record FeedPage(IReadOnlyList<ReadOnlyMemory<byte>> Documents, long Lsn);
