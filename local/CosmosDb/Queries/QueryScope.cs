using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>The logical partitions that a query looks into, in the order of their effective keys.</summary>
internal sealed class QueryScope
{
    private const int KeysAtOnce = 256;

    private readonly Container _container;
    private readonly PartitionKeyValue? _key;

    public QueryScope(Container container, PartitionKeyValue? key, string? rangeId)
    {
        _container = container;
        _key = key;
        Partition = key is null ? null : container.Find(key.Text);
        Ranges = key is not null
            ? [Partition?.Range ?? container.RangeOf(key.Effective())]
            : rangeId is null ? container.Ranges : [container.RangeWithId(rangeId) ?? throw new RefusedException(410, "The partition key range is gone.", 1002)];
    }

    public IReadOnlyList<PartitionRange> Ranges { get; }

    /// <summary>As of which log sequence number the answer is.</summary>
    public long Lsn => Partition?.Lsn ?? (_key is null ? Ranges[^1].Lsn : 0);

    private LogicalPartition? Partition { get; }

    /// <summary>The partitions from a place on, each with its place.</summary>
    public IEnumerable<(LogicalPartition Partition, string[] Place)> From(string[]? place)
    {
        if (_key is not null)
        {
            return Partition is null ? [] : [(Partition, [])];
        }

        return Scan(place is [var effective, var text] ? (effective, text) : ("", ""));
    }

    private IEnumerable<(LogicalPartition Partition, string[] Place)> Scan((string Effective, string Text) from)
    {
        foreach (var range in Ranges)
        {
            var least = from;
            while (true)
            {
                List<(string Effective, string Text)> keys;
                lock (range.Lock)
                {
                    keys = [.. range.Keys.GetViewBetween(least, (range.Max + "~", "")).Take(KeysAtOnce)];
                }

                foreach (var key in keys)
                {
                    yield return (_container.Find(key.Text)!, [key.Effective, key.Text]);
                }

                if (keys.Count < KeysAtOnce)
                {
                    break;
                }

                least = (keys[^1].Effective, keys[^1].Text + "\0");
            }
        }
    }
}
