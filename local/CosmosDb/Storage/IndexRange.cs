using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>A place in an index: after the item with these values and number, which need not exist any more.</summary>
internal sealed record IndexPosition(SqlValue[] Values, long Number);

/// <summary>A cut through the values of an index's first path: just before a value, or just after it.</summary>
internal sealed record IndexEdge(SqlValue Value, bool After);

/// <summary>A part of an index, by the values of its first path.</summary>
internal sealed record IndexRange(IndexEdge? From = null, IndexEdge? To = null)
{
    public static IndexRange All { get; } = new();
}
