using System.Text.Json;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>The documents of one partition key, by id and by the orders that queries asked for.</summary>
/// <remarks>Everything here happens under <see cref="Lock"/>. Who needs the range's lock too takes it second.</remarks>
internal sealed class LogicalPartition
{
    private readonly Dictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly List<JsonPath> _paths = [];
    private readonly List<ItemIndex> _indexes = [];
    private readonly UniqueKeys? _unique;
    private OrderedItems? _feed;

    public LogicalPartition(Container container, PartitionRange range, PartitionKeyValue key)
    {
        Container = container;
        Range = range;
        Key = key;
        _unique = container.Definition.UniqueKeys.Count > 0 ? new UniqueKeys() : null;
        foreach (var path in container.Definition.Indexing.Explicit)
        {
            IndexFor(new SortOrder([new SortKey(path, Descending: false)]));
        }
    }

    public Container Container { get; }

    public PartitionRange Range { get; }

    public PartitionKeyValue Key { get; }

    public Lock Lock { get; } = new();

    /// <summary>The log sequence number of the last change here.</summary>
    public long Lsn { get; private set; }

    /// <summary>The store position of the last change here: what is read is durable when this is.</summary>
    public long Position { get; private set; }

    /// <summary>All items as stored, though they may have expired.</summary>
    public IEnumerable<Item> Items => _items.Values;

    /// <summary>The item as stored, though it may have expired.</summary>
    public Item? Stored(string id) => _items.GetValueOrDefault(id);

    /// <summary>The item that has a value of a unique key, as stored.</summary>
    public Item? HolderOf(string uniqueValue) => _unique?.HolderOf(uniqueValue) is { } id ? Stored(id) : null;

    /// <summary>The values of a document to be written, for <see cref="Item.IndexValues"/>.</summary>
    public SqlValue[] IndexValuesOf(JsonElement document, long timestamp)
    {
        if (_paths.Count == 0)
        {
            return [];
        }

        var values = new SqlValue[_paths.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ReferenceEquals(_paths[i], JsonPath.Timestamp) ? SqlValue.Of(timestamp) : SqlValue.Of(_paths[i].In(document)).ForIndex();
        }

        return values;
    }

    public void Replace(Item? before, Item? after)
    {
        _unique?.Replace(before, after);
        if (before is not null)
        {
            foreach (var index in _indexes)
            {
                index.Remove(before);
            }

            _feed?.Remove(before);
            _items.Remove(before.Id);
        }

        if (after is not null)
        {
            _items.Add(after.Id, after);
            foreach (var index in _indexes)
            {
                index.Add(after);
            }

            _feed?.Add(after);
        }
    }

    public void Changed(long lsn, long position)
    {
        Lsn = lsn;
        Position = position;
    }

    /// <summary>The index of an order, which is made now, and kept from now on, when nobody asked for it before.</summary>
    public ItemIndex IndexFor(SortOrder order)
    {
        if (Existing(order) is { } existing)
        {
            return existing;
        }

        var index = new ItemIndex(order, [.. order.Keys.Select(key => SlotOf(key.Path))]);
        foreach (var item in _items.Values)
        {
            index.Add(item);
        }

        _indexes.Add(index);
        return index;
    }

    public ItemIndex? Existing(SortOrder order) => _indexes.Find(index => index.Order.Equals(order));

    /// <summary>The items that were written after a log sequence number, oldest write first.</summary>
    public IEnumerable<Item> ChangedAfter(long lsn)
    {
        if (_feed is null)
        {
            _feed = PartitionRange.NewFeed();
            foreach (var item in _items.Values)
            {
                _feed.Add(item);
            }
        }

        return _feed.Upwards(item => item.Lsn <= lsn);
    }

    private int SlotOf(JsonPath path)
    {
        var slot = _paths.IndexOf(path);
        if (slot >= 0)
        {
            return slot;
        }

        _paths.Add(path.Equals(JsonPath.Timestamp) ? JsonPath.Timestamp : path);
        foreach (var item in _items.Values)
        {
            using var document = JsonDocument.Parse(item.Body);
            item.IndexValues = IndexValuesOf(document.RootElement, item.Timestamp);
        }

        return _paths.Count - 1;
    }
}
