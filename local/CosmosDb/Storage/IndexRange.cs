using Chat.Local.CosmosDb.Sql;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>A place in an index: after the item with these values and number, which need not exist any more.</summary>
internal sealed class IndexPosition
{
    private readonly SortOrder? _order;
    private readonly byte[]? _key;
    private SqlValue[]? _values;

    public IndexPosition(SqlValue[] values, long number)
    {
        _values = values;
        Number = number;
    }

    public IndexPosition(SortOrder order, IndexEntry entry)
    {
        _order = order;
        _key = entry.Key;
        Number = entry.Number;
    }

    public long Number { get; }

    public SqlValue[] Values => _values ??= IndexKey.Values(_order!, _key!);

    public IndexEntry EntryIn(SortOrder order) => new(_key ?? IndexKey.Of(order, Values), Number);
}

/// <summary>A cut through the values of an index's first path: just before a value, or just after it.</summary>
internal sealed record IndexEdge(SqlValue Value, bool After);

/// <summary>A part of an index, by the values of its first path.</summary>
internal sealed record IndexRange(IndexEdge? From = null, IndexEdge? To = null)
{
    public static IndexRange All { get; } = new();
}
