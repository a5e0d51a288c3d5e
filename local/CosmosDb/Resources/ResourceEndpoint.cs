using System.Globalization;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>The account, its databases and containers, and the ranges of a container.</summary>
internal sealed class ResourceEndpoint(Catalog catalog)
{
    public async ValueTask<CosmosResponse> AnswerAsync(CosmosRequest request, string[] path) => (request.Method, path) switch
    {
        ("GET", []) => Account(request),
        ("GET", ["dbs"]) => List("Databases", catalog.Databases.ToList(), Write),
        ("POST", ["dbs"]) => await CreateDatabaseAsync(request),
        ("GET", ["dbs", var database]) => Answer(200, Database(database)),
        ("DELETE", ["dbs", var database]) => await DeletedAsync(catalog.DeleteDatabase(Database(database).Id)),
        ("GET", ["dbs", var database, "colls"]) => List("DocumentCollections", catalog.ContainersOf(Database(database).Id), Write),
        ("POST", ["dbs", var database, "colls"]) => await CreateContainerAsync(request, Database(database).Id),
        ("GET", ["dbs", var database, "colls", var container]) => Answer(200, Container(database, container)),
        ("DELETE", ["dbs", var database, "colls", var container]) => await DeletedAsync(catalog.Delete(Container(database, container))),
        _ => CosmosResponse.Error(404, "There is no such resource."),
    };

    /// <summary>The ranges, which never change: the SDK asks again with the ETag until it hears 304.</summary>
    public static CosmosResponse Ranges(CosmosRequest request, Container container)
    {
        if (request.Header("If-None-Match") == "\"1\"")
        {
            return new CosmosResponse(304).With("etag", "\"1\"").Charged(1);
        }

        return CosmosResponse.Json(200, json =>
        {
            json.WriteString("_rid", container.ResourceId);
            json.WriteStartArray("PartitionKeyRanges");
            foreach (var range in container.Ranges)
            {
                json.WriteStartObject();
                json.WriteString("_rid", ResourceId.OfDocument(container.Record.Database, container.Record.Number, range.Number));
                json.WriteString("id", range.Id);
                json.WriteString("minInclusive", range.Min);
                json.WriteString("maxExclusive", range.Max);
                json.WriteString("status", "online");
                json.WriteStartArray("parents");
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("_count", container.Ranges.Count);
        }).With("etag", "\"1\"").With("x-ms-item-count", container.Ranges.Count.ToString(CultureInfo.InvariantCulture)).Charged(1);
    }

    private static CosmosResponse Account(CosmosRequest request) => CosmosResponse.Json(200, json =>
    {
        json.WriteString("id", "local");
        json.WriteString("_rid", "local");
        json.WriteString("_self", "");
        json.WriteString("_dbs", "//dbs/");
        foreach (var name in (ReadOnlySpan<string>)["writableLocations", "readableLocations"])
        {
            json.WriteStartArray(name);
            json.WriteStartObject();
            json.WriteString("name", "Local");
            json.WriteString("databaseAccountEndpoint", request.Authority + "/");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteBoolean("enableMultipleWriteLocations", false);
        json.WriteStartObject("userReplicationPolicy");
        json.WriteNumber("minReplicaSetSize", 1);
        json.WriteNumber("maxReplicasetSize", 4);
        json.WriteEndObject();
        json.WriteStartObject("systemReplicationPolicy");
        json.WriteNumber("minReplicaSetSize", 1);
        json.WriteNumber("maxReplicasetSize", 4);
        json.WriteEndObject();
        json.WriteStartObject("userConsistencyPolicy");
        json.WriteString("defaultConsistencyLevel", "Session");
        json.WriteEndObject();
        json.WriteStartObject("readPolicy");
        json.WriteNumber("primaryReadCoefficient", 1);
        json.WriteNumber("secondaryReadCoefficient", 1);
        json.WriteEndObject();
        json.WriteString("queryEngineConfiguration", """{"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":5,"maxLogicalAndPerSqlQuery":500,"maxLogicalOrPerSqlQuery":500,"maxUdfRefPerSqlQuery":10,"maxInExpressionItemsCount":16000,"queryMaxInMemorySortDocumentCount":500,"maxQueryRequestTimeoutFraction":0.9,"sqlAllowNonFiniteNumbers":false,"sqlAllowAggregateFunctions":true,"sqlAllowSubQuery":true,"sqlAllowScalarSubQuery":true,"allowNewKeywords":true,"sqlAllowLike":true,"sqlAllowGroupByClause":true,"maxSpatialQueryCells":12,"spatialMaxGeometryPointCount":256,"sqlDisableQueryILOptimization":false,"sqlDisableFilterPlanOptimization":false,"sqlAllowTop":true,"clientDisableOptimisticDirectExecution":false,"enableSpatialIndexing":true}""");
    });

    private static void Write(Utf8JsonWriter json, (string Id, string ResourceId) database)
    {
        json.WriteString("id", database.Id);
        json.WriteString("_rid", database.ResourceId);
        json.WriteString("_self", $"dbs/{database.ResourceId}/");
        json.WriteString("_etag", "\"1\"");
        json.WriteString("_colls", "colls/");
        json.WriteString("_users", "users/");
        json.WriteNumber("_ts", 0);
    }

    private static void Write(Utf8JsonWriter json, Container container)
    {
        container.Definition.WriteTo(json);
        json.WriteString("_rid", container.ResourceId);
        json.WriteString("_self", container.SelfPath);
        json.WriteString("_etag", "\"1\"");
        json.WriteString("_docs", "docs/");
        json.WriteNumber("_ts", 0);
    }

    private static CosmosResponse List<T>(string name, IReadOnlyCollection<T> resources, Action<Utf8JsonWriter, T> write) => CosmosResponse.Json(200, json =>
    {
        json.WriteStartArray(name);
        foreach (var resource in resources)
        {
            json.WriteStartObject();
            write(json, resource);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("_count", resources.Count);
    }).With("x-ms-item-count", resources.Count.ToString(CultureInfo.InvariantCulture)).Charged(1);

    private static CosmosResponse Answer(int status, (string Id, string ResourceId) database) =>
        CosmosResponse.Json(status, json => Write(json, database)).With("etag", "\"1\"").Charged(1);

    private static CosmosResponse Answer(int status, Container container) =>
        CosmosResponse.Json(status, json => Write(json, container)).With("etag", "\"1\"").With("x-ms-alt-content-path", container.Path).Charged(1);

    private static JsonElement Parse(CosmosRequest request)
    {
        try
        {
            return JsonElement.Parse(request.Body.Span);
        }
        catch (JsonException exception)
        {
            throw new RefusedException(400, exception.Message);
        }
    }

    private (string Id, string ResourceId) Database(string name) =>
        catalog.FindDatabase(name) ?? throw new RefusedException(404, "Resource Not Found. The database doesn't exist.", 1003);

    private Container Container(string database, string container) =>
        catalog.Find(database, container) ?? throw new RefusedException(404, "Resource Not Found. The container doesn't exist.", 1003);

    private async ValueTask<CosmosResponse> CreateDatabaseAsync(CosmosRequest request)
    {
        var id = Parse(request).GetProperty("id").GetString()!;
        if (!catalog.CreateDatabase(id, out var position))
        {
            return CosmosResponse.Error(409, "Resource with specified id or name already exists.");
        }

        await catalog.Store.WhenDurableAsync(position);
        return Answer(201, Database(id));
    }

    private async ValueTask<CosmosResponse> CreateContainerAsync(CosmosRequest request, string database)
    {
        var definition = new ContainerDefinition(Parse(request));
        if (!catalog.CreateContainer(database, definition, out var position))
        {
            return CosmosResponse.Error(409, "Resource with specified id or name already exists.");
        }

        await catalog.Store.WhenDurableAsync(position);
        return Answer(201, Container(database, definition.Id));
    }

    private async ValueTask<CosmosResponse> DeletedAsync(long position)
    {
        await catalog.Store.WhenDurableAsync(position);
        return new CosmosResponse(204).Charged(4.95);
    }
}
