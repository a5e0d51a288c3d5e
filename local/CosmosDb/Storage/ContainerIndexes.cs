using System.Text;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>Which indexes the documents of a container are in, and what a change of a document does to them.</summary>
/// <remarks>
/// Orders are only ever added: those of the indexing policy when the container is loaded, others when a query asks for one. They change
/// under the locks of all ranges, so that a write sees the orders of before or those of after.
/// </remarks>
internal sealed class ContainerIndexes
{
    private const int ChunkSize = 1000;

    private readonly Container _container;
    private readonly ContainerRecord _loaded;
    private readonly IndexName _expiry;
    private volatile SortOrder[] _orders;
    private int? _expiryFor;

    public ContainerIndexes(Container container, ContainerRecord record)
    {
        _container = container;
        _loaded = record;
        _expiry = new IndexName(record.Number, IndexKind.Expiry);
        _orders = [.. record.Orders];
        _expiryFor = record.ExpiryFor;
    }

    public SortOrder[] Orders => _orders;

    /// <summary>The container's record, with the indexes that there are.</summary>
    public ContainerRecord Record => _loaded with { Orders = _orders, ExpiryFor = _expiryFor };

    private int UniqueKeys => _container.Definition.UniqueKeys.Count;

    /// <summary>Makes what the container's definition asks for and isn't there yet.</summary>
    public void CatchUp()
    {
        // Of the partition key there is one value in a partition, which needs no order.
        var keys = _container.Definition.KeyPaths;
        foreach (
            var order in _container.Definition.Indexing.Orders.Where(order => order.Keys is not [var only] || !keys.Contains(only.Path)))
        {
            KindOf(order);
        }

        if (_expiryFor != _container.Definition.DefaultTtl)
        {
            _container.Store.Put([Write.ClearIndex(_expiry)]);
            Build(_ => null, (_, item) => ExpiryOf(item) is { } key ? Write.AddEntry(_expiry, key, item.Number) : null);
            _expiryFor = _container.Definition.DefaultTtl;
            PutRecord(_orders);
        }
    }

    /// <summary>
    /// Keeps the definition that the container has got, then makes what it asks for. Returns the store position to wait for: if a crash
    /// comes between, the next start makes it. The caller holds the locks of all ranges.
    /// </summary>
    public long Redefined()
    {
        var position = PutRecord(_orders);
        CatchUp();
        return position;
    }

    public int KindOf(SortOrder order)
    {
        if (order.Keys.Count == 0)
        {
            return IndexKind.Creation;
        }

        var at = Array.IndexOf(_orders, order);
        return IndexKind.FirstOrder + (at >= 0 ? at : Add(order));
    }

    /// <summary>Adds what a change of a document does. The caller holds the range's lock.</summary>
    public void AddChange(LogicalPartition partition, Item? before, Item? after, List<Write> writes)
    {
        if (before is not null && after is not null && before.Number == after.Number)
        {
            writes.Add(Write.PutRow(after.Number, after.Stored));
            Move(partition, before, after, writes);
            return;
        }

        if (before is not null)
        {
            writes.Add(Write.DeleteRow(before.Number));
            writes.Add(Write.RemoveEntry(Ids(partition), Encoding.UTF8.GetBytes(before.Id), before.Number));
            writes.Add(Write.RemoveEntry(Creation(partition), [], before.Number));
            Move(partition, before, null, writes);
        }

        if (after is not null)
        {
            writes.Add(Write.PutRow(after.Number, after.Stored));
            writes.Add(Write.AddEntry(Ids(partition), Encoding.UTF8.GetBytes(after.Id), after.Number));
            writes.Add(Write.AddEntry(Creation(partition), [], after.Number));
            Move(partition, null, after, writes);
        }
    }

    /// <summary>
    /// Takes everything of the container from the store, a part at a time, and returns the store position to wait for. What leads to the
    /// rest goes last, so that the next start goes on after a crash.
    /// </summary>
    public long Clear()
    {
        List<Write> writes = [];
        foreach (var write in _container.Partitions.SelectMany(DeleteAll))
        {
            writes.Add(write);
            if (writes.Count == ChunkSize)
            {
                _container.Store.Put(writes);
                writes = [];
            }
        }

        foreach (var range in _container.Ranges)
        {
            writes.AddRange([Write.Delete(range.Number), Write.ClearIndex(range.Feed), Write.ClearIndex(range.Keys)]);
        }

        writes.AddRange([Write.Delete(_loaded.Number), Write.ClearIndex(_expiry)]);
        return _container.Store.Put(writes);
    }

    /// <summary>Everything of a partition, and what is left of an order whose making was cut short.</summary>
    private IEnumerable<Write> DeleteAll(LogicalPartition partition) =>
        _container.Entries(Creation(partition), new Stretch(IndexRange.All)).Select(entry => Write.DeleteRow(entry.Number))
            .Append(Write.ClearIndex(Ids(partition)))
            .Append(Write.ClearIndex(Creation(partition)))
            .Concat(Enumerable.Range(0, UniqueKeys).Select(key => Write.ClearIndex(Unique(partition, key))))
            .Concat(Enumerable.Range(0, _orders.Length + 1).Select(order => Write.ClearIndex(Order(partition, order))));

    private static IndexName Ids(LogicalPartition partition) => new(partition.Number, IndexKind.Ids);

    private static IndexName Creation(LogicalPartition partition) => new(partition.Number, IndexKind.Creation);

    private static IndexName Unique(LogicalPartition partition, int key) => new(partition.Number, IndexKind.FirstUnique + key);

    private static IndexName Order(LogicalPartition partition, int order) => new(partition.Number, IndexKind.FirstOrder + order);

    private static byte[]? FeedKeyOf(Item? item) => item is null ? null : IndexKey.Of(item.Version);

    private static byte[]? ExpiryOf(Item? item) => item is null || item.ExpiresAt == long.MaxValue ? null : IndexKey.Of(item.ExpiresAt);

    /// <summary>Moves a document from where its keys were to where they are now.</summary>
    private void Move(LogicalPartition partition, Item? before, Item? after, List<Write> writes)
    {
        var number = (before ?? after)!.Number;
        Move(partition.Range.Feed, FeedKeyOf(before), FeedKeyOf(after), number, writes);
        Move(_expiry, ExpiryOf(before), ExpiryOf(after), number, writes);
        for (var key = 0; key < UniqueKeys; key++)
        {
            Move(Unique(partition, key), before?.Claims[key], after?.Claims[key], number, writes);
        }

        var orders = _orders;
        var (from, to) = (before?.KeysIn(orders), after?.KeysIn(orders));
        for (var order = 0; order < orders.Length; order++)
        {
            Move(Order(partition, order), from?[order], to?[order], number, writes);
        }
    }

    private static void Move(IndexName index, byte[]? from, byte[]? to, long number, List<Write> writes)
    {
        if (from is not null && to is not null && from.AsSpan().SequenceEqual(to))
        {
            return;
        }

        if (from is not null)
        {
            writes.Add(Write.RemoveEntry(index, from, number));
        }

        if (to is not null)
        {
            writes.Add(Write.AddEntry(index, to, number));
        }
    }

    private int Add(SortOrder order) => _container.WhileNobodyWrites(() =>
    {
        var at = Array.IndexOf(_orders, order);
        if (at >= 0)
        {
            return at;
        }

        at = _orders.Length;
        SortOrder[] orders = [.. _orders, order];
        Build(
            partition => Write.ClearIndex(Order(partition, at)),
            (partition, item) => Write.AddEntry(Order(partition, at), item.KeysIn(orders)[at], item.Number));
        PutRecord(orders);
        _orders = orders;
        return at;
    });

    /// <summary>Adds all documents to an index. If a crash comes before the container's record, the next attempt clears it first.</summary>
    private void Build(Func<LogicalPartition, Write?> clear, Func<LogicalPartition, Item, Write?> entry)
    {
        var writes = new List<Write>();
        foreach (var partition in _container.Partitions)
        {
            Add(clear(partition), writes);
            foreach (var item in partition.Items)
            {
                Add(entry(partition, item), writes);
                if (writes.Count >= ChunkSize)
                {
                    _container.Store.Put(writes);
                    writes = [];
                }
            }
        }

        if (writes.Count > 0)
        {
            _container.Store.Put(writes);
        }

        static void Add(Write? write, List<Write> to)
        {
            if (write is { } one)
            {
                to.Add(one);
            }
        }
    }

    private long PutRecord(SortOrder[] orders)
    {
        _container.ThrowIfDeleted();
        return _container.Store.Put((Record with { Orders = orders }).Stored(_container.Definition));
    }
}
