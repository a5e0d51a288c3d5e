using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>The query that each range is asked in place of one over all, so that the SDK can put the answers together.</summary>
/// <remarks>
/// The SDK merges sorted answers by <c>orderByItems</c>, goes on in the middle of them by a filter that it puts in place of a placeholder,
/// adds up aggregates item by item and leaves out repeats.
/// </remarks>
internal static class QueryRewriting
{
    private const string ResumePlaceholder = "{documentdb-formattableorderbyquery-filter}";

    public static string Of(SelectQuery query)
    {
        Check(query);
        var bound = query.Skip + query.Take;

        // What is a repeat is known only when the answers are together, so that their number says nothing.
        var top = bound > int.MaxValue || query.Take == long.MaxValue || query.IsDistinct || query.IsGrouped ? "" : $"TOP {bound} ";
        var isOrdered = query.Order.Keys.Count > 0;
        var list = query.GroupBy.Count > 0 ? GroupList(query)
            : query.IsGrouped ? AggregateList(query)
            : isOrdered ? OrderedList(query)
            : PlainList(query);
        var condition = query.Where is null ? "" : $"({TextOf(query, query.WhereText)})";
        condition += isOrdered ? (condition.Length > 0 ? " AND " : "") + $"({ResumePlaceholder})" : "";
        var where = condition.Length > 0 ? $" WHERE {condition}" : "";
        var order = isOrdered
            ? " ORDER BY " + string.Join(
                ", ",
                query.Order.Keys.Select(key => PathIn(query, key.Path) + (key.Descending ? " DESC" : " ASC")))
            : "";
        var from = query.HasFrom ? " " + TextOf(query, query.FromText) : "";
        var group = query.GroupBy.Count > 0 ? " GROUP BY " + string.Join(", ", query.GroupBy.Select(key => TextOf(query, key.Text))) : "";
        return $"SELECT {top}{list}{from}{where}{group}{order}";
    }

    /// <summary>A path as the query would write it: <c>c["a"]["b"]</c>.</summary>
    public static string PathIn(SelectQuery query, JsonPath path) =>
        query.Alias + string.Concat(path.Segments.Select(segment => $"[{Quoted(segment)}]"));

    private static void Check(SelectQuery query)
    {
        if (query.Take < long.MaxValue && (query.Skip > int.MaxValue || query.Take > int.MaxValue))
        {
            throw new RefusedException(400, "OFFSET and LIMIT reach too far across partitions.");
        }

        if (!query.IsGrouped)
        {
            return;
        }

        List<Expression> values = query.Projection switch
        {
            OneValue one => [one.Selected.Value],
            NamedValues named => named.Selected.Select(selected => selected.Value).ToList(),
            _ => [],
        };

        // Every column without GROUP BY is added up by the SDK, so that nothing else may stand beside an aggregate.
        if (values.Count(value => value is Aggregate) < (query.GroupBy.Count == 0 ? values.Count : query.Aggregates.Count))
        {
            throw new RefusedException(400, "Across partitions, compositions of aggregates and other expressions aren't supported.");
        }

        if (query.GroupBy.Count == 0 && (query.Skip > 0 || query.Take < long.MaxValue))
        {
            throw new RefusedException(400, "Across partitions, aggregates with TOP, OFFSET and LIMIT aren't supported here.");
        }
    }

    private static string PlainList(SelectQuery query) => query.Projection switch
    {
        OneValue one => "VALUE " + TextOf(query, one.Selected.Text),
        NamedValues named => "VALUE " + Object(named.Selected.Select(one => (one.Name, TextOf(query, one.Text)))),
        WholeValue whole => "VALUE " + whole.Alias,
        _ => throw new InvalidOperationException("An unknown projection."),
    };

    private static string OrderedList(SelectQuery query)
    {
        var items = query.Order.Keys.Select(key => Object([("item", PathIn(query, key.Path))]));
        var payload = query.Projection switch
        {
            OneValue one => TextOf(query, one.Selected.Text),
            NamedValues named => Object(named.Selected.Select(one => (one.Name, TextOf(query, one.Text)))),
            _ => ((WholeValue)query.Projection).Alias,
        };
        return $"{query.Alias}._rid, [{string.Join(", ", items)}] AS orderByItems, {payload} AS payload";
    }

    private static string AggregateList(SelectQuery query) => query.Projection switch
    {
        NamedValues named => Object(named.Selected.Select(one => (one.Name, Partial(query, (Aggregate)one.Value)))) + " AS payload",
        _ => $"VALUE [{Partial(query, query.Aggregates[0])}]",
    };

    private static string GroupList(SelectQuery query)
    {
        var keys = query.GroupBy.Select(key => Object([("item", TextOf(query, key.Text))]));
        var payload = query.Projection switch
        {
            OneValue one => Part(query, one.Selected),
            _ => Object(((NamedValues)query.Projection).Selected.Select(one => (one.Name, Part(query, one)))),
        };
        return $"[{string.Join(", ", keys)}] AS groupByItems, {payload} AS payload";
    }

    private static string Part(SelectQuery query, SelectedValue selected) =>
        selected.Value is Aggregate aggregate ? Partial(query, aggregate) : TextOf(query, selected.Text);

    /// <summary>
    /// What the SDK needs of a range to go on adding: for a mean also the number, for an extreme also whether there was any.
    /// </summary>
    private static string Partial(SelectQuery query, Aggregate aggregate)
    {
        var argument = TextOf(query, aggregate.ArgumentText);
        var count = $"COUNT({argument})";
        var value = $"{aggregate.Kind}({argument})";
        return aggregate.Kind switch
        {
            "AVG" => Object([("item", Object([("sum", $"SUM({argument})"), ("count", count)]))]),
            "MIN" => Object([("item", value), ("item2", Object([("min", value), ("count", count)]))]),
            "MAX" => Object([("item", value), ("item2", Object([("max", value), ("count", count)]))]),
            _ => Object([("item", value)]),
        };
    }

    private static string Object(IEnumerable<(string Name, string Value)> members) =>
        "{" + string.Join(", ", members.Select(member => $"{Quoted(member.Name)}: {member.Value}")) + "}";

    private static string Quoted(string name) => JsonSerializer.Serialize(name);

    private static string TextOf(SelectQuery query, Range range) => query.Text[range].Trim();
}
