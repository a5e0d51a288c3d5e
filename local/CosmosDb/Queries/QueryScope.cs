using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>The logical partitions that a query looks into, in the order of their effective keys.</summary>
internal sealed class QueryScope
{
    private readonly Container _container;
    private readonly PartitionKeyValue? _key;
    private readonly IReadOnlyList<string>? _named;
    private readonly LogicalPartition? _partition;
    private readonly Dictionary<PartitionRange, long>? _asOf;
    private readonly string _start;
    private readonly string _end;

    /// <param name="key">The only partition, or the prefix of a hierarchical key, if the request says so.</param>
    /// <param name="named">The only partitions that its conditions leave, if they do.</param>
    public QueryScope(Container container, PartitionKeyValue? key, IReadOnlyList<string>? named, CosmosRequest request)
    {
        var components = key?.Components.Count ?? 0;
        if (components > container.Definition.KeyPaths.Count)
        {
            throw new RefusedException(400, "The partition key has more components than that of the container.", 1001);
        }

        // The prefix of a hierarchical key comes as such, or as the effective keys that it covers. All of them lie in one range.
        var prefix = components < container.Definition.KeyPaths.Count ? key?.Effective() : null;
        key = prefix is null ? key : null;
        _start = prefix ?? request.Header("x-ms-start-epk") ?? "";
        _end = prefix is null ? request.Header("x-ms-end-epk") ?? "FF" : prefix + "FF";
        var rangeId = request.Header("x-ms-documentdb-partitionkeyrangeid");
        _container = container;
        _key = key;
        _named = named;
        var partition = key is null ? null : container.Find(key.Text);
        Ranges = key is not null || prefix is not null
            ? [partition?.Range ?? container.RangeOf(key?.Effective() ?? prefix!)]
            : rangeId is null
                ? container.Ranges
                : [container.RangeWithId(rangeId) ?? throw new RefusedException(410, "The partition key range is gone.", 1002)];
        _asOf = container.Replica is { } replica
            ? Ranges.ToDictionary(range => range, range => replica.Choose(range, request.Header("x-ms-session-token")))
            : null;
        _partition = partition is null ? null : AsSeen(partition);
        var last = Ranges[^1];
        lock (_partition?.Lock ?? last.Lock)
        {
            (Lsn, Position) = _partition is not null ? (_partition.Lsn, _partition.Position) : key is not null ? (0, 0) : (
                _asOf?[last] ?? last.Lsn,
                last.Position);
        }
    }

    /// <summary>Whether there is one logical partition to look into, and so one order of its documents.</summary>
    public bool IsOnePartition => _key is not null;

    public IReadOnlyList<PartitionRange> Ranges { get; }

    /// <summary>As of which log sequence number of the last range the answer is, at the least.</summary>
    public long Lsn { get; }

    /// <summary>The store position at which that number is durable.</summary>
    public long Position { get; }

    /// <summary>The partitions from a place on, each with its place.</summary>
    public IEnumerable<(LogicalPartition Partition, string[] Place)> From(string[]? place)
    {
        if (_key is not null)
        {
            return _partition is null ? [] : [(_partition, [])];
        }

        var from = place is [var effective, var text] ? (effective, text) : (_start, "");
        return _named is null ? Scan(from, _end) : Named(from);
    }

    /// <summary>What an index finds in the physical partition of the key when it doesn't know keys.</summary>
    public (int Items, long Bytes) FoundForAnyKey(QueryPlan plan)
    {
        var (items, bytes) = (0, 0L);
        foreach (var (partition, _) in Scan((Ranges[0].Min, ""), "FF"))
        {
            lock (partition.Lock)
            {
                foreach (var (item, _) in plan.Candidates(partition, null, int.MaxValue))
                {
                    items++;
                    bytes += item.Body.Length;
                }
            }
        }

        return (items, bytes);
    }

    private LogicalPartition AsSeen(LogicalPartition partition) =>
        _asOf is not null && _container.Replica is { } replica ? replica.AsOf(partition, _asOf[partition.Range]) : partition;

    private IEnumerable<(LogicalPartition Partition, string[] Place)> Named((string Effective, string Text) from) => _named!
        .Select(name => _container.Find(PartitionKeyValue.Of(name).Text))
        .Where(partition => partition is not null && Ranges.Contains(partition.Range))
        .Select(partition => (Partition: AsSeen(partition!), Effective: partition!.Key.Effective(), partition.Key.Text))
        .Where(one =>
            (string.CompareOrdinal(one.Effective, from.Effective), string.CompareOrdinal(one.Text, from.Text)) is ( > 0, _) or (0, >= 0))
        .Where(one => string.CompareOrdinal(one.Effective, _end) < 0)
        .OrderBy(one => one.Effective, StringComparer.Ordinal)
        .ThenBy(one => one.Text, StringComparer.Ordinal)
        .Select(one => (one.Partition, new[] { one.Effective, one.Text }));

    private IEnumerable<(LogicalPartition Partition, string[] Place)> Scan((string Effective, string Text) from, string end)
    {
        foreach (var range in Ranges)
        {
            foreach (var (effective, text, _) in _container.KeysFrom(range, from.Effective, from.Text, end))
            {
                yield return (AsSeen(_container.Find(text)!), [effective, text]);
            }
        }
    }
}
