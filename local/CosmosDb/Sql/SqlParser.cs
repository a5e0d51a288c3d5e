using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Parses the part of the query language that can be run exactly; everything else is refused with the reason.</summary>
internal static class SqlParser
{
    /// <summary>Parses the body of a query request: <c>{"query":…,"parameters":[{"name":…,"value":…}]}</c>.</summary>
    /// <param name="now">What the functions that tell the time tell.</param>
    public static SelectQuery ParseRequest(ReadOnlyMemory<byte> utf8, DateTimeOffset now)
    {
        JsonElement body;
        try
        {
            // Not pooled: parameters that are arrays or objects live on in the query.
            body = JsonElement.Parse(utf8.Span);
        }
        catch (JsonException exception)
        {
            throw new RefusedException(400, $"The body of the query can't be read: {exception.Message}");
        }

        if (body.ValueKind != JsonValueKind.Object
            || !body.TryGetProperty("query", out var query) || query.ValueKind != JsonValueKind.String)
        {
            throw new RefusedException(400, "The body of a query is an object with its text as \"query\".");
        }

        var parameters = new Dictionary<string, SqlValue>(StringComparer.Ordinal);
        if (body.TryGetProperty("parameters", out var given) && given.ValueKind == JsonValueKind.Array)
        {
            foreach (var parameter in given.EnumerateArray())
            {
                var (name, value) = Parameter(parameter);
                parameters[name] = value;
            }
        }

        return Parse(query.GetString()!, parameters, now);
    }

    public static SelectQuery Parse(string sql, IReadOnlyDictionary<string, SqlValue> parameters, DateTimeOffset now) =>
        new SelectParser(sql, parameters, now).ParseQuery();

    private static (string Name, SqlValue Value) Parameter(JsonElement parameter)
    {
        if (parameter.ValueKind != JsonValueKind.Object
            || !parameter.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
        {
            throw new RefusedException(400, "A parameter is an object with its name as \"name\".");
        }

        return !parameter.TryGetProperty("value", out var value) ? (name.GetString()!, SqlValue.Undefined)
            : value.ValueKind == JsonValueKind.Number && !double.IsFinite(value.GetDouble())
                ? throw new RefusedException(400, $"The parameter {name.GetString()} is too large a number.")
                : (name.GetString()!, SqlValue.Of(value));
    }

    /// <summary>Parses the condition of a patch: <c>FROM c WHERE …</c>.</summary>
    public static SelectQuery ParseCondition(string sql)
    {
        var query = Parse($"SELECT * {sql}", new Dictionary<string, SqlValue>(StringComparer.Ordinal), DateTimeOffset.UnixEpoch);
        return query is { Where: not null, Sources: [], Order.Keys: [], GroupBy: [], Skip: 0, Take: long.MaxValue }
            ? query
            : throw new RefusedException(400, "The condition of a patch is FROM and WHERE.");
    }
}
