using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>What the SDK is told when it asks how to spread a query over ranges and put the answers together.</summary>
internal static class DistributionPlan
{
    private static readonly string[] Lists = ["orderBy", "orderByExpressions", "groupByExpressions", "groupByAliases", "aggregates"];

    /// <summary>Nothing to put together: the query as it is, range after range.</summary>
    public static CosmosResponse PassThrough() => CosmosResponse.Json(200, json =>
    {
        json.WriteNumber("partitionedQueryExecutionInfoVersion", 2);
        json.WriteStartObject("queryInfo");
        json.WriteString("distinctType", "None");
        foreach (var name in (ReadOnlySpan<string>)["top", "offset", "limit", "dCountInfo"])
        {
            json.WriteNull(name);
        }

        foreach (var name in Lists)
        {
            json.WriteStartArray(name);
            json.WriteEndArray();
        }

        json.WriteStartObject("groupByAliasToAggregateType");
        json.WriteEndObject();
        json.WriteString("rewrittenQuery", "");
        json.WriteBoolean("hasSelectValue", false);
        json.WriteBoolean("hasNonStreamingOrderBy", false);
        json.WriteEndObject();
        WriteRanges(json);
    }).Charged(0);

    private static void WriteRanges(Utf8JsonWriter json)
    {
        json.WriteStartArray("queryRanges");
        json.WriteStartObject();
        json.WriteString("min", "");
        json.WriteString("max", "FF");
        json.WriteBoolean("isMinInclusive", true);
        json.WriteBoolean("isMaxInclusive", false);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
