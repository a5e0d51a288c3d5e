using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>Databases, containers or offers as a list: all of them, or those that a query selects, in one page.</summary>
internal static class ResourceFeed
{
    /// <summary>Whether a request is a query.</summary>
    public static bool IsQuery(CosmosRequest request) => request.Method == "POST" && request.Is("x-ms-documentdb-isquery");

    /// <param name="write">Writes the members of a resource.</param>
    public static CosmosResponse Answer<T>(
        CosmosRequest request, string name, string owner, IEnumerable<T> resources, Action<Utf8JsonWriter, T> write, DateTimeOffset now)
    {
        var all = resources.Select(resource => CosmosResponse.Json(200, json => write(json, resource)).Body);
        var selected = IsQuery(request) ? Select(SqlParser.ParseRequest(request.Body, now), all) : [.. all];
        return CosmosResponse.Json(200, json =>
        {
            json.WriteString("_rid", owner);
            json.WriteStartArray(name);
            selected.ForEach(resource => json.WriteRawValue(resource.Span, skipInputValidation: true));
            json.WriteEndArray();
            json.WriteNumber("_count", selected.Count);
        }).With("x-ms-item-count", selected.Count.ToString(CultureInfo.InvariantCulture)).Charged(1);
    }

    private static List<ReadOnlyMemory<byte>> Select(SelectQuery query, IEnumerable<ReadOnlyMemory<byte>> resources)
    {
        if (query is not { HasFrom: true, Sources: [], Order.Keys: [], IsGrouped: false, IsDistinct: false, Skip: 0, Take: long.MaxValue })
        {
            throw ContainerRules.Unsupported("more than SELECT, FROM and WHERE in queries for databases, containers and offers");
        }

        var selected = new List<ReadOnlyMemory<byte>>();
        foreach (var resource in resources)
        {
            using var document = JsonDocument.Parse(resource);
            var row = new ArrayBufferWriter<byte>(resource.Length);
            var bound = query.NewRow().At(document.RootElement);
            if (query.Bind(bound).Any() && query.Projection.Write(bound, resource.Span, row))
            {
                selected.Add(row.WrittenMemory);
            }
        }

        return selected;
    }
}
