using Chat.Local.CosmosDb.Sql;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>
/// The documents of one partition key, by id and in orders: as they are, or as <see cref="LaggingReplica"/> says that they were.
/// </summary>
/// <remarks>
/// Everything here happens under <see cref="Lock"/>. Who needs the range's lock too takes it second. It holds nothing itself: there may be
/// several of one key.
/// </remarks>
internal sealed class LogicalPartition(Container container, PartitionRange range, PartitionKeyValue key, long number, Past? past = null)
{
    private const int ChunkSize = 128;

    public Container Container => container;

    public PartitionRange Range => range;

    public PartitionKeyValue Key => key;

    /// <summary>The scope of its indexes.</summary>
    public long Number => number;

    public Lock Lock => container.LockOf(number);

    /// <summary>The log sequence number of the last change here.</summary>
    public long Lsn => past?.Lsn ?? range.LastChangeOf(number).Lsn;

    /// <summary>The store position of the last change here: what is read is durable when this is.</summary>
    public long Position => range.LastChangeOf(number).Position;

    /// <summary>All items as stored, though they may have expired, in the order of their creation.</summary>
    public IEnumerable<Item> Items =>
        Walk(SortOrder.Creation, IndexKind.Creation, new Stretch(IndexRange.All), backwards: false).Select(found => found.Item);

    /// <summary>How many items are stored.</summary>
    public long Count => container.Store.Read(new IndexName(number, IndexKind.Creation), static (tables, index) => tables.Count(index));

    /// <summary>The item as stored, though it may have expired.</summary>
    public Item? Stored(string id) => past?.Replaced.TryGetValue(id, out var before) == true ? before : container.Find(number, id);

    /// <summary>The item that has these values of a unique key, as stored.</summary>
    public Item? HolderOf(int uniqueKey, byte[] claim) => container.Find(new IndexName(number, IndexKind.FirstUnique + uniqueKey), claim);

    /// <summary>The items of a part of an order, from its start or from after a position, at most so many.</summary>
    public List<(Item Item, IndexPosition Position)> Scan(SortOrder order, IndexRange part, bool backwards, IndexPosition? after, int count)
    {
        var kind = container.KindOf(order);
        var stretch = new Stretch(part, after?.EntryIn(order));
        return
        [
            .. Walk(order, kind, stretch, backwards, count)
                .Take(count)
                .Select(found => (found.Item, new IndexPosition(order, found.Entry))),
        ];
    }

    /// <summary>The items that were written after a log sequence number, oldest write first.</summary>
    public IEnumerable<Item> ChangedAfter(long lsn) => Items.Where(item => item.Lsn > lsn).OrderBy(item => item.Version);

    private IEnumerable<(IndexEntry Entry, Item Item)> Walk(
        SortOrder order, int kind, Stretch stretch, bool backwards, int count = ChunkSize)
    {
        var index = new IndexName(number, kind);
        if (past is null)
        {
            return container.Walk(index, stretch, backwards, count);
        }

        // What is there now, but for what has changed since, and what that was.
        var before = past.Replaced.Values.OfType<Item>()
            .Select(item => (Entry: new IndexEntry(container.KeyOf(item, order, kind), item.Number), Item: item))
            .Where(found => stretch.Holds(found.Entry, backwards));
        var ordered = container.Walk(index, stretch, backwards, count)
            .Where(found => !past.Replaced.ContainsKey(found.Item.Id))
            .Concat(before)
            .OrderBy(found => found.Entry, Stretch.Order);
        return backwards ? ordered.Reverse() : ordered;
    }
}

/// <summary>What a partition was as of an earlier log sequence number: the documents that changed since, as they were then.</summary>
internal sealed record Past(long Lsn, IReadOnlyDictionary<string, Item?> Replaced);
