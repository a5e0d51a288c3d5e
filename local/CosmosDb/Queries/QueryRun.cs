using System.Buffers;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>One page of a query in the making: candidates are collected under the partition's lock, a few at a time, and judged outside it.</summary>
internal sealed class QueryRun(SelectQuery query, QueryPlan plan, int pageSize, long now)
{
    private const int ChunkSize = 128;
    private const int PageLimitInBytes = 4 * 1024 * 1024;

    /// <summary>How many documents a page looks at before it ends, however few it found.</summary>
    private const int ExaminedLimit = 10_000;

    private readonly ArrayBufferWriter<byte> _page = new(16 * 1024);
    private readonly ArrayBufferWriter<byte> _row = new(1024);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public ReadOnlyMemory<byte> Documents => _page.WrittenMemory;

    public int Count { get; private set; }

    public int Examined { get; private set; }

    public long ExaminedBytes { get; private set; }

    public long Skip { get; private set; } = query.Skip;

    public long Take { get; private set; } = query.Take;

    /// <summary>The store position that must be durable before the page is answered.</summary>
    public long Position { get; private set; }

    /// <summary>Nothing more may be added, though there may be more.</summary>
    public bool IsFull { get; private set; }

    public bool IsDone => Take == 0;

    public void GoOnFrom(Continuation continuation)
    {
        Skip = continuation.Skip;
        Take = continuation.Take;
    }

    /// <summary>Runs through a partition from after a position; returns the position to go on from, or null when the partition has no more.</summary>
    public IndexPosition? Run(LogicalPartition partition, IndexPosition? after)
    {
        var wanted = (int)Math.Min(ChunkSize, Skip + Math.Min(Take, pageSize) + 1);
        while (true)
        {
            List<(Item Item, IndexPosition Position)> candidates;
            lock (partition.Lock)
            {
                candidates = plan.Candidates(partition, after, wanted);
                Position = Math.Max(Position, partition.Position);
            }

            for (var i = 0; i < candidates.Count; i++)
            {
                if (IsDone || !Accept(candidates[i].Item))
                {
                    IsFull = !IsDone;
                    return after;
                }

                after = candidates[i].Position;
            }

            if (candidates.Count < wanted)
            {
                return null;
            }

            wanted = ChunkSize;
        }
    }

    /// <summary>Runs through several partitions in one order, likewise.</summary>
    public IndexPosition? Run(MergedCandidates merged, IndexPosition? after)
    {
        try
        {
            foreach (var (item, position) in merged.InOrder())
            {
                if (Array.Exists(position.Values, value => value.Type >= SqlType.Array))
                {
                    throw new RefusedException(400, "Across partitions, ORDER BY a path that holds arrays or objects isn't supported here.");
                }

                if (IsDone || !Accept(item))
                {
                    IsFull = !IsDone;
                    return after;
                }

                after = position;
            }

            return null;
        }
        finally
        {
            Position = Math.Max(Position, merged.Position);
        }
    }

    /// <summary>Adds the one result of a query with aggregates.</summary>
    public void AddAggregates()
    {
        _row.ResetWrittenCount();
        if (query.Projection.Write(default, default, _row))
        {
            Append();
        }
    }

    /// <summary>Takes a document into account; false when it must wait for the next page.</summary>
    private bool Accept(Item item)
    {
        var folds = query.Aggregates.Count > 0;
        if (!folds && (Count == pageSize || (Examined == ExaminedLimit && !query.IsDistinct)))
        {
            return false;
        }

        Examined++;
        ExaminedBytes += item.Body.Length;
        if (item.ExpiresAt <= now)
        {
            return true;
        }

        using var document = JsonDocument.Parse(item.Body);
        if (query.Where is { } where && !where.Evaluate(document.RootElement).IsTrue)
        {
            return true;
        }

        if (folds)
        {
            foreach (var aggregate in query.Aggregates)
            {
                aggregate.Add(document.RootElement);
            }

            return true;
        }

        return Select(document.RootElement, item.Body.Span);
    }

    private bool Select(JsonElement document, ReadOnlySpan<byte> utf8)
    {
        _row.ResetWrittenCount();
        if (!query.Projection.Write(document, utf8, _row) || (query.IsDistinct && !_seen.Add(Convert.ToBase64String(_row.WrittenSpan))))
        {
            return true;
        }

        if (Skip > 0)
        {
            Skip--;
            return true;
        }

        if (Count > 0 && _page.WrittenCount + _row.WrittenCount > PageLimitInBytes)
        {
            return false;
        }

        Append();
        return true;
    }

    private void Append()
    {
        if (Count > 0)
        {
            _page.Write(","u8);
        }

        _page.Write(_row.WrittenSpan);
        Count++;
        Take--;
    }
}
