using System.Globalization;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>
/// A physical partition: the logical partitions whose effective key lies in [<see cref="Min"/>, <see cref="Max"/>), one sequence of
/// log numbers, one change feed.
/// </summary>
/// <remarks>Everything mutable happens under <see cref="Lock"/>, the store's <c>Put</c> included, so that the log on disk has the same order.</remarks>
internal sealed class PartitionRange(string id, string min, string max, long number, long lsn)
{
    public string Id => id;

    public string Min => min;

    public string Max => max;

    /// <summary>The number of its record, which remembers the log number when a delete leaves no item that does.</summary>
    public long Number => number;

    public Lock Lock { get; } = new();

    public long Lsn { get; private set; } = lsn;

    /// <summary>The store position of the last change.</summary>
    public long Position { get; private set; }

    /// <summary>The latest version of every document, by the order of the writes.</summary>
    public OrderedItems Feed { get; } = NewFeed();

    /// <summary>The keys here by effective key, with their text where two share one.</summary>
    public SortedSet<(string Effective, string Text)> Keys { get; } = new(Comparer<(string Effective, string Text)>.Create(Compare));

    public static OrderedItems NewFeed() => new(static (left, right) => left.Version.CompareTo(right.Version));

    public bool Holds(string effectiveKey) => string.CompareOrdinal(effectiveKey, min) >= 0 && string.CompareOrdinal(effectiveKey, max) < 0;

    public void Changed(long lsn, long position)
    {
        Lsn = Math.Max(Lsn, lsn);
        Position = position;
    }

    public string SessionToken(long at) => string.Create(CultureInfo.InvariantCulture, $"{id}:-1#{at}");

    /// <summary>Its record for a log number.</summary>
    public Record Stored(string space, long at) => new(number, space, id, BitConverter.GetBytes(at));

    private static int Compare((string Effective, string Text) left, (string Effective, string Text) right)
    {
        var order = string.CompareOrdinal(left.Effective, right.Effective);
        return order != 0 ? order : string.CompareOrdinal(left.Text, right.Text);
    }
}
