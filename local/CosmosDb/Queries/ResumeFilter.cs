using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>
/// Where the SDK asks a range to begin when it goes on with a sorted query: at the values that it left off at, and in the range that it
/// left off in at a document. <c>"resumeFilter":{"value":["a",3],"rid":"…","exclude":false}</c>
/// </summary>
internal static class ResumeFilter
{
    /// <summary>The position after which the query goes on; null when its request names none.</summary>
    public static IndexPosition? In(ReadOnlyMemory<byte> request, QueryPlan plan)
    {
        using var body = JsonDocument.Parse(request);
        if (!body.RootElement.TryGetProperty("resumeFilter", out var filter))
        {
            return null;
        }

        try
        {
            return Read(filter, plan);
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new RefusedException(400, $"The resume filter can't be read: {exception.Message}");
        }
    }

    private static IndexPosition Read(JsonElement filter, QueryPlan plan)
    {
        var values = filter.GetProperty("value").EnumerateArray().Select(Value).ToArray();
        if (values.Length != plan.Order.Keys.Count)
        {
            throw new RefusedException(400, "The resume filter doesn't have a value for each path of ORDER BY.");
        }

        // Among equal values documents come by their numbers, the other way round when the index is read backwards.
        var excludes = filter.TryGetProperty("exclude", out var exclude) && exclude.GetBoolean();
        if (!filter.TryGetProperty("rid", out var rid) || rid.ValueKind == JsonValueKind.Null)
        {
            return new IndexPosition(values, excludes == plan.Backwards ? long.MinValue : long.MaxValue);
        }

        var number = ResourceId.NumberOf(rid.GetString()!);
        return new IndexPosition(values, excludes ? number : plan.Backwards ? number + 1 : number - 1);
    }

    /// <summary>Undefined comes as an empty array; arrays and objects as the two halves of their hashes.</summary>
    private static SqlValue Value(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array =>
            json.GetArrayLength() == 0
                ? SqlValue.Undefined
                : throw new FormatException("An array stands for no value only when it is empty."),
        JsonValueKind.Object => SqlValue.OfRank(
            json.GetProperty("type").GetString() == "array" ? SqlType.Array : SqlType.Object,
            ComplexHash.RankOf(new UInt128((ulong)json.GetProperty("high").GetInt64(), (ulong)json.GetProperty("low").GetInt64()))),
        _ => SqlValue.Of(json),
    };
}
