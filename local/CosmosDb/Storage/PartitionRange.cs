using System.Globalization;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>
/// A physical partition: the logical partitions whose effective key lies in [<see cref="Min"/>, <see cref="Max"/>), one sequence of
/// log numbers, one change feed.
/// </summary>
/// <remarks>
/// Everything mutable happens under <see cref="Lock"/>, the store's <c>Put</c> included, so that the log on disk has the same order.
/// </remarks>
internal sealed class PartitionRange(string id, string min, string max, long number, long lsn)
{
    private const int FewChanges = 1024;

    private readonly Dictionary<long, (long Lsn, long Position)> _changes = [];
    private int _limit = FewChanges;
    private long _settled = lsn;

    public string Id => id;

    public string Min => min;

    public string Max => max;

    /// <summary>The scope of its indexes, and its record, which remembers the log number when a delete leaves no item that does.</summary>
    public long Number => number;

    public Lock Lock { get; } = new();

    public long Lsn { get; private set; } = lsn;

    /// <summary>The store position of the last change.</summary>
    public long Position { get; private set; }

    /// <summary>The latest version of every document, by the order of the writes.</summary>
    public IndexName Feed => new(number, IndexKind.Feed);

    /// <summary>The partition keys that were ever written to, by effective key, with their text where two share one.</summary>
    public IndexName Keys => new(number, IndexKind.Keys);

    public bool Holds(string effectiveKey) => string.CompareOrdinal(effectiveKey, min) >= 0 && string.CompareOrdinal(effectiveKey, max) < 0;

    /// <param name="durable">The store position up to which everything is on disk.</param>
    public void Changed(long partition, long lsn, long position, long durable)
    {
        Lsn = lsn;
        Position = position;
        _changes[partition] = (lsn, position);
        if (_changes.Count > _limit)
        {
            Settle(durable);
        }
    }

    /// <summary>
    /// The log number of a partition's last change (or of a later one on disk), and the store position at which it is there.
    /// </summary>
    public (long Lsn, long Position) LastChangeOf(long partition)
    {
        lock (Lock)
        {
            return _changes.TryGetValue(partition, out var change) ? change : (_settled, 0);
        }
    }

    public string SessionToken(long at) => string.Create(CultureInfo.InvariantCulture, $"{id}:-1#{at}");

    /// <summary>Its record for a log number.</summary>
    public Record Stored(string space, long at) => new(number, space, id, BitConverter.GetBytes(at));

    /// <summary>Forgets the changes that nobody has to wait for any more.</summary>
    private void Settle(long durable)
    {
        foreach (var (partition, change) in _changes)
        {
            if (change.Position <= durable)
            {
                _settled = Math.Max(_settled, change.Lsn);
                _changes.Remove(partition);
            }
        }

        _limit = FewChanges + (2 * _changes.Count);
    }
}
