using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>A part of an index as the store reads it: a range of keys, and in it what comes after an entry.</summary>
internal sealed class Stretch(IndexRange part, IndexEntry? after = null)
{
    private readonly byte[] _least = part.From is null ? [] : IndexKey.Of(part.From);
    private readonly byte[] _end = part.To is null ? [IndexKey.AfterAll] : IndexKey.Of(part.To);

    public static Comparer<IndexEntry> Order { get; } = Comparer<IndexEntry>.Create(static (left, right) =>
    {
        var order = left.Key.AsSpan().SequenceCompareTo(right.Key);
        return order != 0 ? order : left.Number.CompareTo(right.Number);
    });

    /// <summary>The entry to go on after.</summary>
    public IndexEntry Start(bool backwards)
    {
        var edge = new IndexEntry(backwards ? _end : _least, long.MinValue);
        return after is { } entry && (Order.Compare(entry, edge) < 0 == backwards) ? entry : edge;
    }

    /// <summary>The key to end at: the first above the range, or the least of it.</summary>
    public byte[] End(bool backwards) => backwards ? _least : _end;

    public bool Holds(IndexEntry entry, bool backwards)
    {
        var order = Order.Compare(entry, Start(backwards));
        return (backwards ? order < 0 : order > 0)
            && (backwards ? entry.Key.AsSpan().SequenceCompareTo(_least) >= 0 : entry.Key.AsSpan().SequenceCompareTo(_end) < 0);
    }
}
