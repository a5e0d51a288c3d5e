using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>
/// What reads see of a container whose replicas are behind, as a test asked: each read up to so many writes of its range ago, but never
/// from before what its session token has seen.
/// </summary>
/// <remarks>Remembers what the last writes replaced; a partition as it was is built anew for each read of it.</remarks>
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
                foreach (var write in _histories[partition.Range].Replaced.Where(write => write.Lsn > lsn && write.Partition == partition))
                {
                    replaced.TryAdd(write.Id, write.Before);
                }
            }

            if (replaced.Count == 0)
            {
                return partition;
            }

            var old = new LogicalPartition(partition.Container, partition.Range, partition.Key);
            foreach (var item in partition.Items.Where(item => !replaced.ContainsKey(item.Id)).Concat(replaced.Values))
            {
                old.Replace(null, item is null ? null : CopyFor(old, item));
            }

            old.Changed(lsn, partition.Position);
            return old;
        }
    }

    private static Item CopyFor(LogicalPartition partition, Item item)
    {
        using var document = JsonDocument.Parse(item.Body);
        return new Item
        {
            Number = item.Number,
            Id = item.Id,
            Version = item.Version,
            Timestamp = item.Timestamp,
            ExpiresAt = item.ExpiresAt,
            Stored = item.Stored,
            IndexValues = partition.IndexValuesOf(document.RootElement, item.Timestamp),
        };
    }

    /// <param name="Start">Nothing is known of what was before.</param>
    private sealed record History(long Start)
    {
        public Queue<(long Lsn, LogicalPartition Partition, string Id, Item? Before)> Replaced { get; } = [];
    }
}
