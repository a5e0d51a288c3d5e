using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>Reads from the conditions of a query which part of an index can hold what it selects.</summary>
internal static class IndexBounds
{
    public static IndexRange Of(JsonPath path, IEnumerable<Expression> conditions) =>
        conditions.Select(condition => Of(path, condition))
            .Where(range => range is not null)
            .Aggregate(IndexRange.All, (all, one) => Intersect(all, one!));

    public static bool IsPoint(IndexRange range) =>
        range is { From: { After: false } from, To: { After: true } to } && from.Value.CompareWith(to.Value) == 0;

    /// <summary>The only strings that a path can have where the conditions hold; null when they don't name them all.</summary>
    public static IReadOnlyList<string>? NamesOf(JsonPath path, IEnumerable<Expression> conditions) =>
        conditions.Select(condition => NamesOf(path, condition)).FirstOrDefault(names => names is not null);

    /// <summary>
    /// What one condition names: <c>c.id = …</c>, <c>c.id IN (…)</c>, and <c>(c.id = … AND …) OR (c.id = … AND …)</c>, which reading
    /// many documents asks.
    /// </summary>
    private static IReadOnlyList<string>? NamesOf(JsonPath path, Expression condition)
    {
        if (condition is OrExpression)
        {
            var alternatives = condition.Alternatives.Select(alternative => NamesOf(path, alternative.Conjuncts)).ToList();
            return alternatives.Contains(null) ? null : [.. alternatives.SelectMany(names => names!).Distinct(StringComparer.Ordinal)];
        }

        if (condition is InExpression { Needle: PathExpression { Plain: { } needle } } oneOf && needle.Equals(path)
            && oneOf.Haystack.All(straw => straw is Literal { Value.Type: SqlType.String }))
        {
            return [.. oneOf.Haystack.Cast<Literal>().Select(straw => straw.Value.Text).Distinct(StringComparer.Ordinal)];
        }

        return Read(path, condition) is (Comparison.Equal, { Type: SqlType.String } name) ? [name.Text] : null;
    }

    private static IndexRange? Of(JsonPath path, Expression condition)
    {
        if (Read(path, condition) is not var (kind, value) || !value.IsPrimitive)
        {
            return null;
        }

        // A comparison selects values of the type of its constant only.
        var least = new IndexEdge(SqlValue.LeastOf(value.Type), After: false);
        var end = new IndexEdge(SqlValue.LeastOf(value.Type + 1), After: false);
        return kind switch
        {
            Comparison.Equal => new IndexRange(new IndexEdge(value, After: false), new IndexEdge(value, After: true)),
            Comparison.Less => new IndexRange(least, new IndexEdge(value, After: false)),
            Comparison.LessOrEqual => new IndexRange(least, new IndexEdge(value, After: true)),
            Comparison.Greater => new IndexRange(new IndexEdge(value, After: true), end),
            Comparison.GreaterOrEqual => new IndexRange(new IndexEdge(value, After: false), end),
            _ => null,
        };
    }

    /// <summary>Reads a comparison of the path with a constant, whichever side it is on.</summary>
    private static (Comparison Kind, SqlValue Value)? Read(JsonPath path, Expression condition) => condition switch
    {
        ComparisonExpression { Left: PathExpression { Plain: { } left }, Right: Literal right } comparison when left.Equals(path) =>
            (comparison.Kind, right.Value),
        ComparisonExpression { Left: Literal left, Right: PathExpression { Plain: { } right } } comparison when right.Equals(path) =>
            (Mirrored(comparison.Kind), left.Value),
        _ => null,
    };

    private static Comparison Mirrored(Comparison kind) => kind switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => kind,
    };

    private static IndexRange Intersect(IndexRange left, IndexRange right) => new(Later(left.From, right.From), Earlier(left.To, right.To));

    private static IndexEdge? Later(IndexEdge? left, IndexEdge? right) =>
        left is null ? right : right is null ? left : Compare(left, right) >= 0 ? left : right;

    private static IndexEdge? Earlier(IndexEdge? left, IndexEdge? right) =>
        left is null ? right : right is null ? left : Compare(left, right) <= 0 ? left : right;

    private static int Compare(IndexEdge left, IndexEdge right)
    {
        var order = left.Value.CompareWith(right.Value);
        return order != 0 ? order : left.After.CompareTo(right.After);
    }
}
