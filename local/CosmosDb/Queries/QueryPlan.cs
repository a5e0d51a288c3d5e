using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>How a query finds its documents in a logical partition: by ids, or along a part of an index.</summary>
internal sealed class QueryPlan
{
    private QueryPlan(SortOrder order, IndexRange range, bool backwards, IReadOnlyList<string>? ids)
    {
        Order = order;
        Range = range;
        Backwards = backwards;
        Ids = ids;
    }

    /// <summary>The index; its first path is ascending.</summary>
    public SortOrder Order { get; }

    public IndexRange Range { get; }

    public bool Backwards { get; }

    /// <summary>The only ids that the query can select, if it says so.</summary>
    public IReadOnlyList<string>? Ids { get; }

    /// <summary>The only partition keys of one string that the query can select from, if it says so.</summary>
    public IReadOnlyList<string>? Keys { get; private init; }

    public static QueryPlan For(SelectQuery query, ContainerDefinition container)
    {
        var conditions = query.Where?.Conjuncts.ToList() ?? [];
        var keys = container.KeyPaths is [var path] ? IndexBounds.NamesOf(path, conditions) : null;
        return For(query, conditions, keys, container.Indexing);
    }

    private static QueryPlan For(SelectQuery query, List<Expression> conditions, IReadOnlyList<string>? keys, IndexingPolicy policy)
    {
        if (query.Order.Keys is [var first, ..])
        {
            if (!policy.Serves(query.Order))
            {
                throw new RefusedException(400, query.Order.Keys.Count == 1
                    ? $"The index path corresponding to the specified order-by item is excluded: {first.Path}."
                    : "The order by query does not have a corresponding composite index that it can be served from.");
            }

            var range = IndexBounds.Of(first.Path, conditions);
            if (query.Order.Keys.Count == 1 && !policy.Explicit.Contains(first.Path))
            {
                // Documents without the path are in the order only when the policy names the path.
                range = range with { From = range.From ?? new IndexEdge(SqlValue.Undefined, After: true) };
            }

            return new QueryPlan(first.Descending ? query.Order.Reversed() : query.Order, range, first.Descending, null) { Keys = keys };
        }

        if (IndexBounds.NamesOf(JsonPath.Id, conditions) is { } ids)
        {
            return new QueryPlan(SortOrder.Creation, IndexRange.All, false, ids) { Keys = keys };
        }

        // The narrowest of the indexes that are kept anyway; an equality beats a range.
        var best = policy.Explicit
            .Select(path => (Path: path, Range: IndexBounds.Of(path, conditions)))
            .Where(candidate => candidate.Range != IndexRange.All)
            .OrderByDescending(candidate => IndexBounds.IsPoint(candidate.Range))
            .FirstOrDefault();
        return best.Path is null
            ? new QueryPlan(SortOrder.Creation, IndexRange.All, false, null) { Keys = keys }
            : new QueryPlan(new SortOrder([new SortKey(best.Path, Descending: false)]), best.Range, false, null) { Keys = keys };
    }

    /// <summary>The next candidates of a partition after a position, at most so many. The caller holds the partition's lock.</summary>
    public List<(Item Item, IndexPosition Position)> Candidates(LogicalPartition partition, IndexPosition? after, int count)
    {
        if (Ids is not null)
        {
            return [.. Ids
                .Select(partition.Stored)
                .Where(item => item is not null && !(item.Number <= after?.Number))
                .OrderBy(item => item!.Number)
                .Take(count)
                .Select(item => (item!, new IndexPosition([], item!.Number)))];
        }

        return partition.Scan(Order, Range, Backwards, after, count);
    }
}
