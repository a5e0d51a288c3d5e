using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>The candidates of several logical partitions in the one order of their indexes.</summary>
/// <remarks>
/// Every partition gives a few at a time, under its own lock. Numbers break ties, so that a position means one place in all of them.
/// </remarks>
internal sealed class MergedCandidates(QueryPlan plan, IEnumerable<LogicalPartition> partitions, IndexPosition? after)
{
    private const int ChunkSize = 16;

    /// <summary>The store position that must be durable before anyone sees what was read so far.</summary>
    public long Position { get; private set; }

    public IEnumerable<(Item Item, IndexPosition Position)> InOrder()
    {
        var heads = new PriorityQueue<Cursor, IndexPosition>(Comparer<IndexPosition>.Create(Compare));
        foreach (var partition in partitions)
        {
            Enqueue(heads, new Cursor(partition, after));
        }

        while (heads.TryDequeue(out var first, out var position))
        {
            yield return (first.Chunk[first.Index].Item, position);
            first.Index++;
            Enqueue(heads, first);
        }
    }

    private void Enqueue(PriorityQueue<Cursor, IndexPosition> heads, Cursor cursor)
    {
        if (cursor.Index == cursor.Chunk.Count && cursor.HasMore)
        {
            lock (cursor.Partition.Lock)
            {
                cursor.Chunk = plan.Candidates(cursor.Partition, cursor.After, ChunkSize);
                Position = Math.Max(Position, cursor.Partition.Position);
            }

            cursor.Index = 0;
            cursor.HasMore = cursor.Chunk.Count == ChunkSize;
            cursor.After = cursor.Chunk.Count > 0 ? cursor.Chunk[^1].Position : cursor.After;
        }

        if (cursor.Index < cursor.Chunk.Count)
        {
            heads.Enqueue(cursor, cursor.Chunk[cursor.Index].Position);
        }
    }

    private int Compare(IndexPosition left, IndexPosition right)
    {
        var order = plan.Order.Compare(left.Values, right.Values);
        order = order != 0 ? order : left.Number.CompareTo(right.Number);
        return plan.Backwards ? -order : order;
    }

    private sealed class Cursor(LogicalPartition partition, IndexPosition? after)
    {
        public LogicalPartition Partition => partition;

        public IndexPosition? After { get; set; } = after;

        public List<(Item Item, IndexPosition Position)> Chunk { get; set; } = [];

        public int Index { get; set; }

        public bool HasMore { get; set; } = true;
    }
}
