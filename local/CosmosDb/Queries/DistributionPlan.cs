using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>What the SDK is told when it asks how to spread a query over ranges and put the answers together.</summary>
/// <remarks>Within a logical partition there is nothing to put together: the query runs as it is.</remarks>
internal static class DistributionPlan
{
    public static CosmosResponse PassThrough() => Answer(json =>
    {
        json.WriteString("distinctType", "None");
        WriteBounds(json, null, null, null);
        WriteNames(json, "orderBy", []);
        WriteNames(json, "orderByExpressions", []);
        WriteAggregates(json, [], []);
        WriteNames(json, "groupByExpressions", []);
        json.WriteString("rewrittenQuery", "");
        json.WriteBoolean("hasSelectValue", false);
    });

    public static CosmosResponse For(SelectQuery query)
    {
        var rewritten = QueryRewriting.Of(query);
        return Answer(json =>
        {
            json.WriteString("distinctType", !query.IsDistinct ? "None" : IsOrderedByItsResult(query) ? "Ordered" : "Unordered");
            if (query.Skip > 0)
            {
                WriteBounds(json, null, query.Skip, query.Take);
            }
            else
            {
                WriteBounds(json, query.Take < long.MaxValue ? query.Take : null, null, null);
            }

            WriteNames(json, "orderBy", query.Order.Keys.Select(key => key.Descending ? "Descending" : "Ascending"));
            WriteNames(json, "orderByExpressions", query.Order.Keys.Select(key => QueryRewriting.PathIn(query, key.Path)));
            WriteAggregates(json, query.Projection is OneValue ? query.Aggregates : [], AliasesOf(query));
            WriteNames(json, "groupByExpressions", query.GroupBy.Select(key => query.Text[key.Text]));
            json.WriteString("rewrittenQuery", rewritten);
            json.WriteBoolean("hasSelectValue", query.Projection is OneValue);
        });
    }

    /// <summary>Whether results that are the same come one after the other.</summary>
    private static bool IsOrderedByItsResult(SelectQuery query) =>
        query.Projection is OneValue { Selected.Value: PathExpression { Plain: { } path } }
            && query.Order.Keys is [var key]
            && key.Path.Equals(path);

    /// <summary>The columns that the SDK puts together: the aggregates, and beside GROUP BY all.</summary>
    private static List<SelectedValue> AliasesOf(SelectQuery query) =>
        query.Projection is NamedValues named ? [.. named.Selected.Where(one => query.GroupBy.Count > 0 || one.Value is Aggregate)] : [];

    private static CosmosResponse Answer(Action<Utf8JsonWriter> writeQuery) => CosmosResponse.Json(200, json =>
    {
        json.WriteNumber("partitionedQueryExecutionInfoVersion", 2);
        json.WriteStartObject("queryInfo");
        writeQuery(json);
        json.WriteNull("dCountInfo");
        json.WriteBoolean("hasNonStreamingOrderBy", false);
        json.WriteEndObject();
        json.WriteStartArray("queryRanges");
        json.WriteStartObject();
        json.WriteString("min", "");
        json.WriteString("max", "FF");
        json.WriteBoolean("isMinInclusive", true);
        json.WriteBoolean("isMaxInclusive", false);
        json.WriteEndObject();
        json.WriteEndArray();
    }).Charged(0);

    private static void WriteBounds(Utf8JsonWriter json, long? top, long? offset, long? limit)
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, long?)>)[("top", top), ("offset", offset), ("limit", limit)])
        {
            json.WritePropertyName(name);
            if (value is { } number)
            {
                json.WriteNumberValue(number);
            }
            else
            {
                json.WriteNullValue();
            }
        }
    }

    /// <summary>Aggregates are told by their kind when one is the whole result, by the name in the result otherwise.</summary>
    private static void WriteAggregates(Utf8JsonWriter json, IReadOnlyList<Aggregate> whole, IReadOnlyList<SelectedValue> named)
    {
        WriteNames(json, "aggregates", whole.Select(OperatorOf));
        WriteNames(json, "groupByAliases", named.Select(one => one.Name));
        json.WriteStartObject("groupByAliasToAggregateType");
        foreach (var one in named)
        {
            json.WriteString(one.Name, one.Value is Aggregate aggregate ? OperatorOf(aggregate) : null);
        }

        json.WriteEndObject();
    }

    private static string OperatorOf(Aggregate aggregate) => aggregate.Kind switch
    {
        "COUNT" => "Count",
        "COUNTIF" => "CountIf",
        "SUM" => "Sum",
        "AVG" => "Average",
        "MIN" => "Min",
        _ => "Max",
    };

    private static void WriteNames(Utf8JsonWriter json, string list, IEnumerable<string> names)
    {
        json.WriteStartArray(list);
        foreach (var name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }
}
