using System.Buffers;
using System.Text.Json;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>
/// One page of a query in the making: candidates are collected under the partition's lock, a few at a time, and judged outside it.
/// </summary>
internal sealed class QueryRun(SelectQuery query, QueryPlan plan, int pageSize, long now)
{
    private const int ChunkSize = 128;
    private const int PageLimitInBytes = 4 * 1024 * 1024;

    /// <summary>How many documents a page looks at before it ends, however few it found.</summary>
    private const int ExaminedLimit = 10_000;

    private readonly ArrayBufferWriter<byte> _page = new(16 * 1024);
    private readonly ArrayBufferWriter<byte> _row = new(1024);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Groups? _groups = query.IsGrouped ? new Groups(query, query.NewRow()) : null;
    private readonly Row _empty = query.NewRow();

    public ReadOnlyMemory<byte> Documents => _page.WrittenMemory;

    public int Count { get; private set; }

    public int Examined { get; private set; }

    public long ExaminedBytes { get; private set; }

    public long Skip { get; private set; } = query.Skip;

    public long Take { get; private set; } = query.Take;

    /// <summary>The store position that must be durable before the page is answered.</summary>
    public long Position { get; private set; }

    /// <summary>How many results of which document the pages up to here had, when it has more.</summary>
    public (long Document, int Rows) Given { get; private set; }

    /// <summary>Nothing more may be added, though there may be more.</summary>
    public bool IsFull { get; private set; }

    public bool IsDone => Take == 0;

    public void GoOnFrom(Continuation continuation)
    {
        Skip = continuation.Skip;
        Take = continuation.Take;
        Given = (continuation.GivenOf, continuation.Given);
    }

    /// <summary>
    /// Runs through a partition from after a position; returns the position to go on from, or null when the partition has no more.
    /// </summary>
    public IndexPosition? Run(LogicalPartition partition, IndexPosition? after)
    {
        var wanted = (int)Math.Min(ChunkSize, Math.Min(Skip, ChunkSize) + Math.Min(Take, pageSize) + 1);
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

    /// <summary>Adds the results of a query whose rows make groups, as many as fit; all rows must have been seen.</summary>
    public void AddGroups()
    {
        foreach (var group in _groups!.Rows)
        {
            if (IsDone || Count == pageSize || !Select(group, default))
            {
                IsFull = !IsDone;
                return;
            }
        }
    }

    /// <summary>Adds the results of a query without FROM.</summary>
    public void AddConstants()
    {
        foreach (var row in query.Bind(_empty))
        {
            if (IsDone)
            {
                return;
            }

            _ = _groups is null ? Select(row, default) : Fold(row);
        }
    }

    /// <summary>Takes a document into account; false when it, or some of its results, must wait for the next page.</summary>
    private bool Accept(Item item)
    {
        if (_groups is null && (Count == pageSize || (Examined == ExaminedLimit && !query.IsDistinct)))
        {
            return false;
        }

        Examined++;
        ExaminedBytes += item.Body.Length;
        if (item.ExpiresAt <= now)
        {
            return true;
        }

        // What stands for a group outlives its document.
        if (query.GroupBy.Count > 0)
        {
            return Accept(item, JsonElement.Parse(item.Body.Span));
        }

        using var document = JsonDocument.Parse(item.Body);
        return Accept(item, document.RootElement);
    }

    private bool Accept(Item item, JsonElement document)
    {
        var before = Given;
        var isResumed = before.Document == item.Number;
        var given = 0;
        foreach (var row in query.Bind(_empty.At(document)))
        {
            if (_groups is not null)
            {
                Fold(row);
            }
            else if (given++ >= (isResumed ? before.Rows : 0))
            {
                if (IsDone || Count == pageSize || !Select(row, item.Body.Span))
                {
                    return IsDone;
                }

                Given = (item.Number, given);
            }
        }

        // What has come before the document that a page ended in doesn't make it begin anew.
        Given = isResumed ? default : before;
        return true;
    }

    private bool Fold(Row row)
    {
        _groups!.Add(row);
        return true;
    }

    private bool Select(Row row, ReadOnlySpan<byte> utf8)
    {
        _row.ResetWrittenCount();
        if (!query.Projection.Write(row, utf8, _row) || (query.IsDistinct && !_seen.Add(query.Projection.Evaluate(row).ToIdentity())))
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
