using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>A container: its ranges, the logical partitions that were ever written to, and their documents.</summary>
/// <remarks>
/// Documents and indexes are in the store; of them what was used lately is in memory. A document is read under the lock of its partition
/// or of its range, and written under both, so that memory never falls behind.
/// </remarks>
internal sealed class Container : IDisposable
{
    private const int KnownPartitions = 4 * 1024;
    private const int ChunkSize = 128;

    private readonly Lock[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];
    private readonly RecentlyUsed<string, LogicalPartition> _partitions = new(KnownPartitions, static _ => 1);
    private readonly RecentlyUsed<long, Item> _recent;
    private readonly ContainerIndexes _indexes;
    private readonly ContainerRecord _record;
    private volatile ContainerDefinition _definition;
    private volatile bool _deleted;

    public Container(
        ContainerRecord record,
        ContainerDefinition definition,
        IReadOnlyList<PartitionRange> ranges,
        LocalStore store,
        RecentlyUsed<long, Item> recent,
        TimeProvider time)
    {
        _record = record;
        _recent = recent;
        _definition = definition;
        Ranges = ranges;
        Store = store;
        Time = time;
        Path = $"dbs/{record.DatabaseId}/colls/{definition.Id}";
        EscapedPath = $"dbs/{Uri.EscapeDataString(record.DatabaseId)}/colls/{Uri.EscapeDataString(definition.Id)}";
        SelfPath = record.SelfPath;
        _indexes = new ContainerIndexes(this, record);
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

    /// <summary>The same as headers have it, which clients unescape.</summary>
    public string EscapedPath { get; }

    /// <summary>Where it is by resource ids.</summary>
    public string SelfPath { get; }

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Its record as of now.</summary>
    public ContainerRecord Record => _indexes.Record;

    /// <summary>The orders that its indexes give, besides that of creation.</summary>
    public SortOrder[] Orders => _indexes.Orders;

    /// <summary>Every partition that was ever written to, by effective key.</summary>
    public IEnumerable<LogicalPartition> Partitions =>
        Ranges.SelectMany(range => KeysFrom(range, "", "", "FF").Select(key => Handle(range, key.Text, key.Number)));

    /// <summary>The partition of a key, as its <see cref="PartitionKeyValue.Text"/>, if it was ever written to.</summary>
    public LogicalPartition? Find(string keyText)
    {
        if (_partitions.Find(keyText) is { } known)
        {
            return known;
        }

        var key = PartitionKeyValue.Parse(keyText);
        var effective = key.Effective();
        var range = RangeOf(effective);
        return NumberOf(range.Keys, KeyOf(effective, keyText)) is { } number ? Partition(range, keyText, number) : null;
    }

    public LogicalPartition GetOrAdd(PartitionKeyValue key)
    {
        if (Find(key.Text) is { } partition)
        {
            return partition;
        }

        var effective = key.Effective();
        var range = RangeOf(effective);
        lock (range.Lock)
        {
            if (Find(key.Text) is { } meanwhile)
            {
                return meanwhile;
            }

            ThrowIfDeleted();
            var number = Store.NewId();
            Store.Put([Write.AddEntry(range.Keys, KeyOf(effective, key.Text), number)]);
            return Partition(range, key.Text, number);
        }
    }

    public PartitionRange RangeOf(string effectiveKey) => Ranges.First(range => range.Holds(effectiveKey));

    public PartitionRange? RangeWithId(string id) => Ranges.FirstOrDefault(range => range.Id == id);

    /// <summary>The keys of a range from one on, and below an effective key, in their order.</summary>
    public IEnumerable<(string Effective, string Text, long Number)> KeysFrom(
        PartitionRange range, string effective, string text, string end)
    {
        var from = new IndexEntry(KeyOf(effective, text), long.MinValue);
        while (true)
        {
            var entries = Scan(range.Keys, from, Encoding.ASCII.GetBytes(end), backwards: false, ChunkSize);
            foreach (var entry in entries)
            {
                var middle = entry.Key.AsSpan().IndexOf((byte)0);
                var keyText = Encoding.UTF8.GetString(entry.Key.AsSpan(middle + 1));
                yield return (Encoding.ASCII.GetString(entry.Key, 0, middle), keyText, entry.Number);
            }

            if (entries.Count < ChunkSize)
            {
                yield break;
            }

            from = entries[^1];
        }
    }

    public Lock LockOf(long partition) => _locks[partition % _locks.Length];

    public string ResourceIdOf(long document) => Resources.ResourceId.OfDocument(_record.Database, _record.Number, document);

    /// <summary>The ETag of a version, in quotes: never given out twice, as no two containers ever share a seed.</summary>
    public string ETagOf(PartitionRange range, long version) => string.Create(
        CultureInfo.InvariantCulture,
        $"\"{version >> 8:x8}-{version & 0xFF:x4}-{int.Parse(range.Id, CultureInfo.InvariantCulture):x4}-{_record.Seed >>> 48:x4}-"
            + $"{_record.Seed & 0xFFFFFFFFFFFF:x12}\"");

    /// <summary>The document of a partition with an id.</summary>
    public Item? Find(long partition, string id) => Find(new IndexName(partition, IndexKind.Ids), Encoding.UTF8.GetBytes(id));

    /// <summary>The first document that an index has under a key.</summary>
    public Item? Find(IndexName index, byte[] key) => NumberOf(index, key) is { } number ? ItemOf(number) : null;

    /// <summary>The document with a number.</summary>
    public Item ItemOf(long number)
    {
        if (_recent.Find(number) is { } known)
        {
            return known;
        }

        if (Store.Read(number, static (tables, row) => tables.Row(row)) is not { } stored)
        {
            ThrowIfDeleted();
            stored = Store.Read(number, static (tables, row) => tables.RowOf(row));
        }

        var item = Item.FromRow(number, stored, this);
        _recent.Set(number, item);
        return item;
    }

    /// <summary>The partition and the id of a document that may have gone.</summary>
    public (LogicalPartition Partition, string Id)? PartitionOf(long number)
    {
        if (Store.Read(number, static (tables, row) => tables.Row(row)) is not { } stored)
        {
            return null;
        }

        var item = Item.FromRow(number, stored, this);
        using var document = JsonDocument.Parse(item.Body);
        var key = PartitionKeyValue.InDocument(document.RootElement, Definition.KeyPaths);
        return Find(key.Text) is { } partition ? (partition, item.Id) : null;
    }

    /// <summary>The documents of a stretch of an index, each with its entry.</summary>
    public IEnumerable<(IndexEntry Entry, Item Item)> Walk(
        IndexName index, Stretch stretch, bool backwards = false, int count = ChunkSize) =>
        Entries(index, stretch, backwards, count).Select(entry => (entry, ItemOf(entry.Number)));

    /// <summary>A stretch of an index, read a few entries at a time, at first so many.</summary>
    public IEnumerable<IndexEntry> Entries(IndexName index, Stretch stretch, bool backwards = false, int count = ChunkSize)
    {
        var (from, end) = (stretch.Start(backwards), stretch.End(backwards));
        while (true)
        {
            var entries = Scan(index, from, end, backwards, count);
            foreach (var entry in entries)
            {
                yield return entry;
            }

            if (entries.Count < count)
            {
                yield break;
            }

            (from, count) = (entries[^1], ChunkSize);
        }
    }

    /// <summary>
    /// The documents of a range that were written after a log number, oldest write first. The caller holds the range's lock.
    /// </summary>
    public IEnumerable<Item> ChangedAfter(PartitionRange range, long lsn)
    {
        var last = new IndexEntry(IndexKey.Of((lsn << 8) | 0xFF), long.MaxValue);
        return Walk(range.Feed, new Stretch(IndexRange.All, last)).Select(found => found.Item);
    }

    /// <summary>Makes the indexes that the definition asks for, and lets expired documents go from now on.</summary>
    public void Begin()
    {
        _indexes.CatchUp();
        Expiry.Begin();
    }

    /// <summary>
    /// Gives it another time to live and indexing, for the documents that are there too, and returns the store position to wait for.
    /// </summary>
    public long Redefine(ContainerDefinition definition)
    {
        // What has expired stays so.
        Expiry.Purge();
        var position = WhileNobodyWrites(() =>
        {
            ThrowIfDeleted();
            _definition = definition;
            return _indexes.Redefined();
        });
        Expiry.Begin();
        return position;
    }

    /// <summary>Does something while all ranges are locked.</summary>
    public T WhileNobodyWrites<T>(Func<T> act)
    {
        foreach (var range in Ranges)
        {
            range.Lock.Enter();
        }

        try
        {
            return act();
        }
        finally
        {
            foreach (var range in Ranges)
            {
                range.Lock.Exit();
            }
        }
    }

    /// <summary>Which of a partition's indexes gives an order; it is made now if nobody asked for it before, and kept.</summary>
    public int KindOf(SortOrder order) => _indexes.KindOf(order);

    /// <summary>The key of a document in an index of its partition.</summary>
    public byte[] KeyOf(Item item, SortOrder order, int kind) =>
        order.Keys.Count == 0 ? [] : item.KeysIn(_indexes.Orders)[kind - IndexKind.FirstOrder];

    /// <summary>Takes note of what was put into the store. The caller holds the locks of the partition and of its range.</summary>
    public void Remember(Item? before, Item? after)
    {
        if (before is not null && before.Number != after?.Number)
        {
            _recent.Remove(before.Number);
        }

        if (after is not null)
        {
            _recent.Set(after.Number, after);
        }
    }

    /// <summary>Adds what a change of a document does to the store.</summary>
    public void AddChange(LogicalPartition partition, Item? before, Item? after, List<Write> writes)
    {
        ThrowIfDeleted();
        _indexes.AddChange(partition, before, after, writes);
    }

    /// <summary>
    /// Takes everything of the container from the store, and what the caller adds, and returns the store position to wait for. Who works
    /// with the container after that, or works with it already, is told that it is gone.
    /// </summary>
    /// <exception cref="RefusedException">It is gone already.</exception>
    public long Delete(IEnumerable<Write> more)
    {
        Dispose();
        foreach (var partition in _locks)
        {
            partition.Enter();
        }

        try
        {
            WhileNobodyWrites(() =>
            {
                ThrowIfDeleted();
                _deleted = true;
                return Store.Put([Write.Put(Record.StoredAsDeleted(_definition)), .. more]);
            });
        }
        finally
        {
            foreach (var partition in _locks)
            {
                partition.Exit();
            }
        }

        // This one gives nobody anything any more, so another reads what is left.
        using var rest = new Container(Record, _definition, Ranges, Store, _recent, Time);
        return rest.Clear();
    }

    /// <summary>
    /// Takes everything of a container that counts as deleted from the store, and returns the store position to wait for.
    /// </summary>
    public long Clear() => _indexes.Clear();

    /// <summary>
    /// Tells of the deletion who has read the store, or is about to write under the lock of a range. What a reader misses may be missing
    /// because of it, so a reader asks afterwards.
    /// </summary>
    /// <exception cref="RefusedException">The container is gone.</exception>
    public void ThrowIfDeleted()
    {
        if (_deleted)
        {
            throw new RefusedException(404, "Resource Not Found. The container is gone.", 1003);
        }
    }

    public void Dispose() => Expiry.Dispose();

    private static byte[] KeyOf(string effective, string text)
    {
        var key = new byte[effective.Length + 1 + Encoding.UTF8.GetByteCount(text)];
        Encoding.ASCII.GetBytes(effective, key);
        Encoding.UTF8.GetBytes(text, key.AsSpan(effective.Length + 1));
        return key;
    }

    private List<IndexEntry> Scan(IndexName index, IndexEntry from, byte[] end, bool backwards, int count)
    {
        var entries = Store.Read(
            (index, from, end, backwards, count),
            static (tables, scan) => tables.Scan(scan.index, scan.from, scan.end, scan.backwards, scan.count));
        ThrowIfDeleted();
        return entries;
    }

    private long? NumberOf(IndexName index, byte[] key)
    {
        var number = Store.Read((index, key), static (tables, entry) => tables.Find(entry.index, entry.key));
        ThrowIfDeleted();
        return number;
    }

    private LogicalPartition Handle(PartitionRange range, string keyText, long number) =>
        new(this, range, PartitionKeyValue.Parse(keyText), number);

    private LogicalPartition Partition(PartitionRange range, string keyText, long number)
    {
        var partition = Handle(range, keyText, number);
        _partitions.Set(keyText, partition);
        return partition;
    }
}
