using System.Collections.Concurrent;
using System.Globalization;
using Chat.Local.CosmosDb.Items;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>A container: its ranges, and the logical partitions that were ever written to.</summary>
internal sealed class Container : IDisposable
{
    private readonly ConcurrentDictionary<string, LogicalPartition> _partitions = new(StringComparer.Ordinal);
    private readonly ContainerRecord _record;
    private volatile ContainerDefinition _definition;

    public Container(ContainerRecord record, ContainerDefinition definition, IReadOnlyList<PartitionRange> ranges, LocalStore store, TimeProvider time)
    {
        _record = record;
        _definition = definition;
        Ranges = ranges;
        Store = store;
        Time = time;
        Path = $"dbs/{record.DatabaseId}/colls/{definition.Id}";
        SelfPath = record.SelfPath;
        Expiry = new Expiry(this);
    }

    public ContainerDefinition Definition => _definition;

    public IReadOnlyList<PartitionRange> Ranges { get; }

    public LocalStore Store { get; }

    public TimeProvider Time { get; }

    public Expiry Expiry { get; }

    /// <summary>The limit of its request units; null when there is none.</summary>
    public Throughput? Throughput { get; set; }

    /// <summary>What reads see in place of the latest state; null when they see that.</summary>
    public LaggingReplica? Replica { get; set; }

    public string ResourceId => _record.ResourceId;

    /// <summary>Where it is by names.</summary>
    public string Path { get; }

    /// <summary>Where it is by resource ids.</summary>
    public string SelfPath { get; }

    /// <summary>The space of its items in the store.</summary>
    public string Space => _record.ItemSpace;

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    public ContainerRecord Record => _record;

    public IEnumerable<LogicalPartition> Partitions => _partitions.Select(pair => pair.Value);

    public LogicalPartition? Find(string keyText) => _partitions.GetValueOrDefault(keyText);

    public LogicalPartition GetOrAdd(PartitionKeyValue key)
    {
        if (_partitions.TryGetValue(key.Text, out var partition))
        {
            return partition;
        }

        var effective = key.Effective();
        var range = RangeOf(effective);
        lock (range.Lock)
        {
            partition = _partitions.GetOrAdd(key.Text, _ => new LogicalPartition(this, range, key));
            range.Keys.Add((effective, key.Text));
            return partition;
        }
    }

    public PartitionRange RangeOf(string effectiveKey) => Ranges.First(range => range.Holds(effectiveKey));

    public PartitionRange? RangeWithId(string id) => Ranges.FirstOrDefault(range => range.Id == id);

    public string ResourceIdOf(long document) => Resources.ResourceId.OfDocument(_record.Database, _record.Number, document);

    /// <summary>The ETag of a version, in quotes: never given out twice, as no two containers ever share a seed.</summary>
    public string ETagOf(PartitionRange range, long version) => string.Create(
        CultureInfo.InvariantCulture,
        $"\"{version >> 8:x8}-{version & 0xFF:x4}-{int.Parse(range.Id, CultureInfo.InvariantCulture):x4}-{_record.Seed >>> 48:x4}-{_record.Seed & 0xFFFFFFFFFFFF:x12}\"");

    /// <summary>Gives it another time to live and indexing, for the documents that are there too. What has expired stays so.</summary>
    public void Redefine(ContainerDefinition definition)
    {
        var hadTtl = Definition.DefaultTtl;
        _definition = definition;
        foreach (var partition in hadTtl == definition.DefaultTtl ? [] : Partitions)
        {
            lock (partition.Lock)
            {
                foreach (var item in partition.Items.Where(item => item.ExpiresAt > Now))
                {
                    using var draft = Draft.Parse(item.Body);
                    item.ExpiresAt = definition.ExpiryOf(item.Timestamp, draft.Ttl);
                    Expiry.Written(partition, null, item);
                }
            }
        }
    }

    /// <summary>Everything that goes from the store with the container.</summary>
    public IReadOnlyList<Write> DeleteAll()
    {
        var writes = new List<Write> { new(_record.Number, null) };
        foreach (var range in Ranges)
        {
            lock (range.Lock)
            {
                writes.Add(new Write(range.Number, null));
                writes.AddRange(range.Feed.Upwards(_ => false).Select(item => new Write(item.Number, null)));
            }
        }

        return writes;
    }

    public void Dispose() => Expiry.Dispose();
}
