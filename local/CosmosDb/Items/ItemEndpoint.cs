using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Items;

/// <summary>Operations on one document: create, upsert, read, replace, patch, delete.</summary>
internal sealed class ItemEndpoint(FaultGate gate, Meter meter)
{
    public async ValueTask<CosmosResponse> WriteAsync(CosmosRequest request, Container container)
    {
        using var draft = Draft.Parse(request.Body);
        var key = KeyOf(draft, request.Header("x-ms-documentdb-partitionkey"), container);
        var upserts = request.Is("x-ms-documentdb-is-upsert");
        return await gate.RunAsync(upserts ? "upsert" : "create", Target(container, key, draft.Id), request, async request =>
        {
            var ifMatch = request.Header("If-Match");
            return await RunAsync(
                upserts ? "upsert" : "create",
                request,
                container,
                key,
                transaction => upserts ? transaction.Upsert(draft, ifMatch) : transaction.Create(draft));
        });
    }

    public async ValueTask<CosmosResponse> ReplaceAsync(CosmosRequest request, Container container, string id)
    {
        using var draft = Draft.Parse(request.Body);
        var key = KeyOf(draft, request.Header("x-ms-documentdb-partitionkey"), container);
        return await gate.RunAsync("replace", Target(container, key, id), request, request =>
        {
            var ifMatch = request.Header("If-Match");
            return RunAsync("replace", request, container, key, transaction => transaction.Replace(id, draft, ifMatch));
        });
    }

    public ValueTask<CosmosResponse> PatchAsync(CosmosRequest request, Container container, string id)
    {
        var patch = Patch.Parse(request.Body);
        var key = KeyOf(request, container);
        return gate.RunAsync("patch", Target(container, key, id), request, request =>
        {
            var ifMatch = request.Header("If-Match");
            return RunAsync("patch", request, container, key, transaction => transaction.Patch(id, patch, ifMatch));
        });
    }

    public ValueTask<CosmosResponse> DeleteAsync(CosmosRequest request, Container container, string id)
    {
        var key = KeyOf(request, container);
        return gate.RunAsync("delete", Target(container, key, id), request, request =>
        {
            var ifMatch = request.Header("If-Match");
            return RunAsync("delete", request, container, key, transaction => transaction.Delete(id, ifMatch));
        });
    }

    public ValueTask<CosmosResponse> ReadAsync(CosmosRequest request, Container container, string id)
    {
        var key = KeyOf(request, container);
        return gate.RunAsync("read", Target(container, key, id), request, request =>
        {
            var ifNoneMatch = request.Header("If-None-Match");
            return RunAsync("read", request, container, key, transaction => transaction.Read(id, ifNoneMatch));
        });
    }

    internal static PartitionKeyValue KeyOf(Draft draft, string? header, Container container)
    {
        var key = draft.KeyIn(container);
        if (header is not null && PartitionKeyValue.Parse(header).Text != key.Text)
        {
            throw new RefusedException(400, "PartitionKey extracted from document doesn't match the one specified in the header.", 1001);
        }

        return key.IsTooLong ? throw new RefusedException(400, "The partition key is longer than 2 KB.") : key;
    }

    internal static PartitionKeyValue KeyOf(CosmosRequest request, Container container)
    {
        var header = request.Header("x-ms-documentdb-partitionkey")
            ?? throw new RefusedException(400, "PartitionKey value must be supplied for this operation.");
        var key = PartitionKeyValue.Parse(header);
        return key.Components.Count == container.Definition.KeyPaths.Count
            ? key
            : throw new RefusedException(
                400,
                "Partition key provided either doesn't correspond to definition in the collection or doesn't match partition key field "
                    + "values specified in the document.",
                1001);
    }

    internal static string Message(int status) => status switch
    {
        404 => "Entity with the specified id does not exist in the system.",
        409 => "Entity with the specified id already exists in the system.",
        412 => "One of the specified pre-condition is not met.",
        _ => "The operation failed.",
    };

    private static string Target(Container container, PartitionKeyValue key, string id) => $"{container.Definition.Id}/{key}/{id}";

    private async ValueTask<CosmosResponse> RunAsync(
        string operation,
        CosmosRequest request,
        Container container,
        PartitionKeyValue key,
        Func<Transaction, Outcome> run)
    {
        var reads = operation == "read";
        var partition = reads ? container.Find(key.Text) : container.GetOrAdd(key);
        var range = partition?.Range ?? container.RangeOf(key.Effective());
        if (reads && SessionToken.IsAhead(request.Header("x-ms-session-token"), range, range.Lsn))
        {
            return CosmosResponse.Error(404, "The read session is not available for the input session token.", 1002);
        }

        if (reads && partition is not null && container.Replica is { } replica)
        {
            partition = replica.AsOf(partition, replica.Choose(range, request.Header("x-ms-session-token")));
        }

        var outcome = Outcome.NotFound;
        var (lsn, position) = (0L, 0L);
        if (partition is not null)
        {
            lock (partition.Lock)
            {
                lock (range.Lock)
                {
                    var transaction = new Transaction(partition, request.RefuseConditions);
                    outcome = run(transaction);
                    transaction.Commit();
                    (lsn, position) = (partition.Lsn, partition.Position);
                }
            }

            await container.Store.WhenDurableAsync(position);
        }

        meter.Add("cosmos", operation, outcome.Charge);
        return Answer(request, container, range, lsn, outcome);
    }

    private static CosmosResponse Answer(CosmosRequest request, Container container, PartitionRange range, long lsn, Outcome outcome)
    {
        CosmosResponse response;
        if (outcome.Failed)
        {
            response = CosmosResponse.Error(outcome.Status, outcome.Reason ?? Message(outcome.Status));
        }
        else
        {
            var hasBody = outcome.Status is 200 or 201 && (request.Method == "GET" || !request.WantsNoContent);
            response = new CosmosResponse(outcome.Status, hasBody ? outcome.Item!.Body : default);
            if (outcome.Item is { } item)
            {
                response.With("etag", container.ETagOf(range, item.Version));
            }
        }

        return response.Charged(outcome.Charge).From(container, range, lsn);
    }
}
