using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>A place in an index: after the item with these values and number, which need not exist any more.</summary>
internal sealed record IndexPosition(SqlValue[] Values, long Number);

/// <summary>A cut through the values of an index's first path: just before a value, or just after it.</summary>
internal sealed record IndexEdge(SqlValue Value, bool After)
{
    /// <summary>Whether a value lies below the cut.</summary>
    public bool IsAbove(in SqlValue value)
    {
        var order = value.CompareWith(Value);
        return After ? order <= 0 : order < 0;
    }
}

/// <summary>A part of an index, by the values of its first path.</summary>
internal sealed record IndexRange(IndexEdge? From = null, IndexEdge? To = null)
{
    public static IndexRange All { get; } = new();
}

/// <summary>The items of a logical partition in one order; ties go by creation. The caller holds the partition's lock.</summary>
internal sealed class ItemIndex
{
    private readonly int[] _slots;
    private readonly bool[] _descending;
    private readonly OrderedItems _items;

    /// <param name="slots">Where the values of the order's keys stand in <see cref="Item.IndexValues"/>.</param>
    public ItemIndex(SortOrder order, int[] slots)
    {
        Order = order;
        _slots = slots;
        _descending = [.. order.Keys.Select(key => key.Descending)];
        _items = new OrderedItems(Compare);
    }

    public SortOrder Order { get; }

    public void Add(Item item) => _items.Add(item);

    public void Remove(Item item) => _items.Remove(item);

    public IndexPosition PositionOf(Item item) => new(Array.ConvertAll(_slots, slot => item.IndexValues[slot]), item.Number);

    public int Compare(Item left, Item right)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            var order = left.IndexValues[_slots[i]].CompareWith(right.IndexValues[_slots[i]]);
            if (order != 0)
            {
                return _descending[i] ? -order : order;
            }
        }

        return left.Number.CompareTo(right.Number);
    }

    /// <summary>The items of a range, from its start or from after a position.</summary>
    public IEnumerable<Item> Scan(IndexRange range, bool backwards, IndexPosition? after) =>
        backwards
            ? _items.Downwards(item => range.To?.IsAbove(First(item)) != false && (after is null || Compare(item, after) < 0))
                .TakeWhile(item => range.From?.IsAbove(First(item)) != true)
            : _items.Upwards(item => range.From?.IsAbove(First(item)) == true || (after is not null && Compare(item, after) <= 0))
                .TakeWhile(item => range.To?.IsAbove(First(item)) != false);

    private SqlValue First(Item item) => item.IndexValues[_slots[0]];

    private int Compare(Item item, IndexPosition position)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            var order = item.IndexValues[_slots[i]].CompareWith(position.Values[i]);
            if (order != 0)
            {
                return _descending[i] ? -order : order;
            }
        }

        return item.Number.CompareTo(position.Number);
    }
}
