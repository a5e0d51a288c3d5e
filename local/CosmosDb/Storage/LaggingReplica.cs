using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>
/// What reads see of a container whose replicas are behind, as a test asked: each read up to so many writes of its range ago, but never
/// from before what its session token has seen.
/// </summary>
/// <remarks>Remembers what the last writes replaced.</remarks>
internal sealed class LaggingReplica
{
    private readonly Random _random = new(1);
    private readonly Dictionary<PartitionRange, History> _histories;
    private readonly int _writes;

    public LaggingReplica(Container container, int writes)
    {
        _writes = writes;
        _histories = container.Ranges.ToDictionary(range => range, range =>
        {
            lock (range.Lock)
            {
                return new History(range.Lsn);
            }
        });
    }

    /// <summary>Takes note of a write. The caller holds the range's lock.</summary>
    public void Remember(LogicalPartition partition, long lsn, string id, Item? before)
    {
        var history = _histories[partition.Range];
        history.Replaced.Enqueue((lsn, partition, id, before));
        while (history.Replaced.TryPeek(out var oldest) && oldest.Lsn <= lsn - _writes)
        {
            history.Replaced.Dequeue();
        }
    }

    /// <summary>As of which log sequence number a read sees a range.</summary>
    public long Choose(PartitionRange range, string? sessionToken)
    {
        lock (range.Lock)
        {
            var oldest = Math.Max(_histories[range].Start, range.Lsn - _random.Next(_writes + 1));
            return Math.Max(oldest, SessionToken.LsnIn(sessionToken, range));
        }
    }

    /// <summary>A partition as it was; itself when nothing has changed since.</summary>
    public LogicalPartition AsOf(LogicalPartition partition, long lsn)
    {
        lock (partition.Lock)
        {
            var replaced = new Dictionary<string, Item?>(StringComparer.Ordinal);
            lock (partition.Range.Lock)
            {
                var writes = _histories[partition.Range].Replaced;
                foreach (var write in writes.Where(write => write.Lsn > lsn && write.Partition.Number == partition.Number))
                {
                    replaced.TryAdd(write.Id, write.Before);
                }
            }

            if (replaced.Count == 0)
            {
                return partition;
            }

            return new LogicalPartition(partition.Container, partition.Range, partition.Key, partition.Number, new Past(lsn, replaced));
        }
    }

    /// <param name="Start">Nothing is known of what was before.</param>
    private sealed record History(long Start)
    {
        public Queue<(long Lsn, LogicalPartition Partition, string Id, Item? Before)> Replaced { get; } = [];
    }
}
