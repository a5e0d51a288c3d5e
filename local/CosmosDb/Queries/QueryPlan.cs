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

    /// <summary>How many sort values a position has.</summary>
    public int Columns => Ids is null ? Order.Keys.Count : 0;

    /// <summary>The only partition keys of one string that the query can select from, if it says so.</summary>
    public IReadOnlyList<string>? Keys { get; private init; }

    /// <summary>
    /// Whether the index leads to the documents of a partition key. Otherwise it finds those of the others beside them, which are loaded
    /// too.
    /// </summary>
    public bool ServesKey { get; private init; }

    /// <summary>Whether no condition of the query is one that the index serves, so that every document is loaded.</summary>
    public bool IsScan { get; private init; }

    public static QueryPlan For(SelectQuery query, ContainerDefinition container)
    {
        var conditions = query.Where?.Conjuncts.ToList() ?? [];
        var keys = container.KeyPaths is [var path] ? IndexBounds.NamesOf(path, conditions) : null;
        var plan = Find(query, conditions, container);
        return new QueryPlan(plan.Order, plan.Range, plan.Backwards, plan.Ids)
        {
            Keys = keys,
            ServesKey = container.KeyPaths.All(container.Indexing.Includes),
            IsScan = conditions.Count > 0
                && plan.Ids is null
                && keys is null
                && !container.Indexing.CoversAll
                && !IsNarrowed(conditions, container.Indexing),
        };
    }

    private static bool IsNarrowed(List<Expression> conditions, IndexingPolicy policy) =>
        policy.Explicit.Concat([JsonPath.Id, JsonPath.Timestamp])
            .Any(path => IndexBounds.Of(path, conditions) != IndexRange.All || IndexBounds.NamesOf(path, conditions) is not null)
        || conditions.OfType<FunctionExpression>().Any(call => call.Searched is { } array && policy.IncludesValuesOf(array));

    private static QueryPlan Find(SelectQuery query, List<Expression> conditions, ContainerDefinition container)
    {
        var policy = container.Indexing;
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

            return new QueryPlan(first.Descending ? query.Order.Reversed() : query.Order, range, first.Descending, null);
        }

        if (IndexBounds.NamesOf(JsonPath.Id, conditions) is { } ids)
        {
            return new QueryPlan(SortOrder.Creation, IndexRange.All, false, ids);
        }

        // The narrowest of the indexes that are kept anyway; an equality beats a range. Within a partition, its key narrows nothing.
        var best = policy.Explicit.Except(container.KeyPaths)
            .Select(path => (Path: path, Range: IndexBounds.Of(path, conditions)))
            .Where(candidate => candidate.Range != IndexRange.All)
            .OrderByDescending(candidate => IndexBounds.IsPoint(candidate.Range))
            .FirstOrDefault();
        return best.Path is null
            ? new QueryPlan(SortOrder.Creation, IndexRange.All, false, null)
            : new QueryPlan(new SortOrder([new SortKey(best.Path, Descending: false)]), best.Range, false, null);
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
