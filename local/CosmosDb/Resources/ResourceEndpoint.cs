using System.Globalization;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>The account, its databases and containers, and the ranges of a container.</summary>
internal sealed class ResourceEndpoint(Catalog catalog)
{
    private const int OwnerIsMissing = 1003;

    public async ValueTask<CosmosResponse> AnswerAsync(CosmosRequest request, string[] path) => (request.Method, path) switch
    {
        ("GET", []) => Account(request),
        ("GET", ["dbs"]) => ListDatabases(request),
        ("POST", ["dbs"]) => ResourceFeed.IsQuery(request) ? ListDatabases(request) : await CreateDatabaseAsync(request),
        ("GET", ["dbs", var database]) => Read(request, Database(database)),
        ("DELETE", ["dbs", var database]) => await DeletedAsync(catalog.DeleteDatabase(Database(database), request.Header("If-Match"))),
        ("GET", ["dbs", var database, "colls"]) => ListContainers(request, Owner(database)),
        ("POST", ["dbs", var database, "colls"]) when ResourceFeed.IsQuery(request) => ListContainers(request, Owner(database)),
        ("POST", ["dbs", var database, "colls"]) => await CreateContainerAsync(request, Owner(database).Id),
        ("GET", ["dbs", var database, "colls", var container]) => Read(request, Container(database, container)),
        ("PUT", ["dbs", var database, "colls", var container]) => await ReplaceContainerAsync(request, Container(database, container)),
        ("DELETE", ["dbs", var database, "colls", var container]) =>
            await DeletedAsync(catalog.Delete(Container(database, container), request.Header("If-Match"))),
        (_, ["dbs", _, "colls", _, var kind, ..]) => throw ContainerRules.Unsupported($"{request.Method} of {kind} of containers"),
        (_, ["dbs", _, var kind, ..]) => throw ContainerRules.Unsupported($"{request.Method} of {kind} of databases"),
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
        json.WriteString(
            "queryEngineConfiguration",
            """{"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":5,"maxLogicalAndPerSqlQuery":500,"maxLogicalOrPerSqlQuery":500"""
                + ""","maxUdfRefPerSqlQuery":10,"maxInExpressionItemsCount":16000,"queryMaxInMemorySortDocumentCount":500"""
                + ""","maxQueryRequestTimeoutFraction":0.9,"sqlAllowNonFiniteNumbers":false,"sqlAllowAggregateFunctions":true"""
                + ""","sqlAllowSubQuery":true,"sqlAllowScalarSubQuery":true,"allowNewKeywords":true,"sqlAllowLike":true"""
                + ""","sqlAllowGroupByClause":true,"maxSpatialQueryCells":12,"spatialMaxGeometryPointCount":256"""
                + ""","sqlDisableQueryILOptimization":false,"sqlDisableFilterPlanOptimization":false,"sqlAllowTop":true"""
                + ""","clientDisableOptimisticDirectExecution":false,"enableSpatialIndexing":true}""");
    });

    private static void Write(Utf8JsonWriter json, Container container)
    {
        container.Definition.WriteTo(json);
        json.WriteString("_rid", container.ResourceId);
        json.WriteString("_self", container.SelfPath);
        json.WriteString("_docs", "docs/");
        json.WriteString("_sprocs", "sprocs/");
        json.WriteString("_triggers", "triggers/");
        json.WriteString("_udfs", "udfs/");
        json.WriteString("_conflicts", "conflicts/");
    }

    private static CosmosResponse Read(CosmosRequest request, Database database) =>
        Unchanged(request, database.Stamp) ?? Answer(200, database);

    private static CosmosResponse Read(CosmosRequest request, Container container) =>
        Unchanged(request, container.Definition.Stamp) ?? Answer(200, container);

    private static CosmosResponse? Unchanged(CosmosRequest request, ResourceStamp stamp) =>
        request.Header("If-None-Match") is { } etag && (etag == "*" || etag == stamp.ETag)
            ? new CosmosResponse(304).With("etag", stamp.ETag).Charged(1)
            : null;

    private static CosmosResponse Answer(int status, Database database) =>
        CosmosResponse.Json(status, database.WriteTo).With("etag", database.Stamp.ETag).Charged(1);

    private static CosmosResponse Answer(int status, Container container) =>
        CosmosResponse.Json(status, json => Write(json, container))
            .With("etag", container.Definition.Stamp.ETag)
            .With("x-ms-alt-content-path", container.EscapedPath)
            .Charged(1);

    /// <summary>Reads a body; one whose members have other types than they should is as malformed as one that isn't JSON.</summary>
    private static T Parse<T>(CosmosRequest request, Func<JsonElement, T> read)
    {
        try
        {
            return read(JsonElement.Parse(request.Body.Span));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new RefusedException(400, $"The request payload is invalid. {exception.Message}");
        }
    }

    private static ContainerDefinition Definition(JsonElement json)
    {
        ContainerRules.Check(json);
        return new ContainerDefinition(json);
    }

    private Database Database(string name) =>
        catalog.FindDatabase(name) ?? throw new RefusedException(404, "Resource Not Found. The database doesn't exist.");

    private Database Owner(string name) =>
        catalog.FindDatabase(name) ?? throw new RefusedException(404, "Resource Not Found. The database doesn't exist.", OwnerIsMissing);

    /// <summary>What is addressed itself and isn't there has no substatus; only what it should be in has one.</summary>
    private Container Container(string database, string container) =>
        catalog.Find(database, container)
        ?? throw new RefusedException(
            404,
            "Resource Not Found. The container doesn't exist.",
            catalog.FindDatabase(database) is null ? OwnerIsMissing : 0);

    private CosmosResponse ListDatabases(CosmosRequest request) =>
        ResourceFeed.Answer(request, "Databases", "", catalog.Databases, (json, database) => database.WriteTo(json), catalog.Now);

    private CosmosResponse ListContainers(CosmosRequest request, Database database) =>
        ResourceFeed.Answer(request, "DocumentCollections", database.ResourceId, catalog.ContainersOf(database.Id), Write, catalog.Now);

    private async ValueTask<CosmosResponse> CreateDatabaseAsync(CosmosRequest request)
    {
        var id = Parse(request, json => ContainerRules.Text(json, "id"));
        ContainerRules.CheckName(id);
        if (!catalog.CreateDatabase(id!, OfferedThroughput.Asked(request), out var position))
        {
            return CosmosResponse.Error(409, "Resource with specified id or name already exists.");
        }

        await catalog.Store.WhenDurableAsync(position);
        return Answer(201, Database(id!));
    }

    private async ValueTask<CosmosResponse> CreateContainerAsync(CosmosRequest request, string database)
    {
        var definition = Parse(request, Definition);
        if (!catalog.CreateContainer(database, definition, OfferedThroughput.Asked(request), out var position))
        {
            return CosmosResponse.Error(409, "Resource with specified id or name already exists.");
        }

        await catalog.Store.WhenDurableAsync(position);
        return Answer(201, Container(database, definition.Id));
    }

    private async ValueTask<CosmosResponse> ReplaceContainerAsync(CosmosRequest request, Container container)
    {
        var definition = Parse(request, Definition);
        if (container.Definition.FixedPartThatDiffers(definition) is { } part)
        {
            throw ContainerRules.Refused($"The {part} of a container can't be changed");
        }

        await catalog.Store.WhenDurableAsync(catalog.Replace(container, definition, request.Header("If-Match")));
        return Answer(200, container);
    }

    private async ValueTask<CosmosResponse> DeletedAsync(long position)
    {
        await catalog.Store.WhenDurableAsync(position);
        return new CosmosResponse(204).Charged(4.95);
    }
}
