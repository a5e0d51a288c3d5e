using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.ChangeFeed;

/// <summary>From where a change feed is read: after a log sequence number, and from a time.</summary>
internal sealed record ChangeStart(long Lsn, DateTimeOffset Since);

/// <summary>A page of a change feed.</summary>
/// <param name="Lsn">What to go on from.</param>
/// <param name="Position">The store position that must be durable before anyone sees the page.</param>
internal sealed record ChangePage(IReadOnlyList<Item> Items, long Lsn, long Position);

/// <summary>Reads the changes of a range or of a logical partition.</summary>
internal static class ChangeReader
{
    private const int PageLimitInBytes = 4 * 1024 * 1024;

    public static ChangePage OfRange(Container container, PartitionRange range, ChangeStart start, int max)
    {
        lock (range.Lock)
        {
            return Take(container.ChangedAfter(range, start.Lsn), range.Lsn, range.Position, container.Now, start, max);
        }
    }

    public static ChangePage OfPartition(LogicalPartition partition, ChangeStart start, int max)
    {
        lock (partition.Lock)
        {
            // The range may be ahead of the partition; what isn't here yet comes with a higher number.
            return Take(partition.ChangedAfter(start.Lsn), partition.Lsn, partition.Range.Position, partition.Container.Now, start, max);
        }
    }

    private static ChangePage Take(IEnumerable<Item> changes, long end, long position, long now, ChangeStart start, int max)
    {
        var items = new List<Item>();
        var bytes = 0L;
        foreach (var item in changes)
        {
            if ((items.Count >= max || bytes >= PageLimitInBytes) && item.Lsn != items[^1].Lsn)
            {
                return new ChangePage(items, items[^1].Lsn, position);
            }

            if (item.ExpiresAt > now && item.Timestamp >= start.Since.ToUnixTimeSeconds())
            {
                items.Add(item);
                bytes += item.Body.Length;
            }
        }

        return new ChangePage(items, Math.Max(start.Lsn, end), position);
    }
}
