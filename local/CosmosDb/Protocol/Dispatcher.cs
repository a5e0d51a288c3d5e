using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.ChangeFeed;
using Chat.Local.CosmosDb.Items;
using Chat.Local.CosmosDb.Queries;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>Brings a request to the operation that it asks for.</summary>
internal sealed class Dispatcher(Catalog catalog, FaultGate gate, Meter meter, ServerCertificate certificate)
{
    private const string Addresses = "addresses";

    private readonly ResourceEndpoint _resources = new(catalog);
    private readonly OfferEndpoint _offers = new(catalog);
    private readonly ItemEndpoint _items = new(gate, meter);
    private readonly BatchEndpoint _batches = new(gate, meter);
    private readonly QueryEndpoint _queries = new(gate, meter);
    private readonly ChangeFeedEndpoint _changes = new(gate, meter);

    public async ValueTask<CosmosResponse> AnswerAsync(CosmosRequest request)
    {
        CosmosResponse response;
        try
        {
            response = await RouteAsync(request);
        }
        catch (RefusedException refused)
        {
            response = CosmosResponse.Error(refused);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException)
        {
            response = CosmosResponse.Error(400, $"The request is malformed: {exception.Message}");
        }

        return ReferenceEquals(response, CosmosResponse.Broken)
            ? response
            : response.With("x-ms-activity-id", request.Header("x-ms-activity-id") ?? Guid.NewGuid().ToString());
    }

    /// <summary>Whether a request is answered to those without the key: nothing secret is behind it.</summary>
    private static bool IsPublic(CosmosRequest request) => request.Path == ServerCertificate.Path || request.Path.Trim('/') == Addresses;

    private ValueTask<CosmosResponse> RouteAsync(CosmosRequest request)
    {
        // The client signs the id that it means: where the path came to name another, the signature doesn't fit.
        if (!IsPublic(request) && !MasterKey.Signed(request))
        {
            throw new RefusedException(
                401,
                "The input authorization token can't serve the request: it isn't signed with the emulator's well-known key for this path.");
        }

        var path = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return path switch
        {
            ["dbs", var database, "colls", var container, "docs", .. var rest] =>
                WithinThroughputAsync(request, Find(database, container), rest),
            ["dbs", var database, "colls", var container, "pkranges"] when request.Method == "GET" =>
                new(ResourceEndpoint.Ranges(request, Find(database, container))),
            ["offers", .. var rest] => _offers.AnswerAsync(request, rest),

            // Only a client in Direct mode asks for the replicas of a range.
            [Addresses] => throw new RefusedException(400, "The local Cosmos DB serves Gateway mode only. Use ConnectionMode.Gateway."),
            ["_explorer", "emulator.pem"] => new(Certificate()),
            [] or ["dbs", ..] => _resources.AnswerAsync(request, Array.ConvertAll(path, Uri.UnescapeDataString)),
            _ => new(CosmosResponse.Error(404, "There is no such resource.")),
        };
    }

    private async ValueTask<CosmosResponse> WithinThroughputAsync(CosmosRequest request, Container container, string[] rest)
    {
        if (container.Throughput is not { } throughput)
        {
            return await RouteDocumentsAsync(request, container, rest);
        }

        if (throughput.Wait() is { Ticks: > 0 } wait)
        {
            return CosmosResponse.Throttled(wait);
        }

        var response = await RouteDocumentsAsync(request, container, rest);
        throughput.Use(response.Charge);
        return response;
    }

    private ValueTask<CosmosResponse> RouteDocumentsAsync(CosmosRequest request, Container container, string[] rest)
    {
        RequestRules.Check(request);
        return (request.Method, rest) switch
        {
            ("POST", []) when request.Is("x-ms-cosmos-is-batch-request") => _batches.AnswerAsync(request, container),
            ("POST", []) when request.Is("x-ms-documentdb-isquery") || request.Is("x-ms-cosmos-is-query-plan-request") =>
                _queries.AnswerAsync(request, container),
            ("POST", []) => _items.WriteAsync(request, container),
            ("GET", []) when request.Header("A-IM") is not null => _changes.AnswerAsync(request, container),
            ("GET", []) => _queries.AnswerAsync(request with { Body = """{"query":"SELECT * FROM c"}"""u8.ToArray() }, container),
            ("GET", [var id]) => _items.ReadAsync(request, container, Uri.UnescapeDataString(id)),
            ("PUT", [var id]) => _items.ReplaceAsync(request, container, Uri.UnescapeDataString(id)),
            ("PATCH", [var id]) => _items.PatchAsync(request, container, Uri.UnescapeDataString(id)),
            ("DELETE", [var id]) => _items.DeleteAsync(request, container, Uri.UnescapeDataString(id)),
            _ => new(CosmosResponse.Error(405, "There is no such operation.")),
        };
    }

    private CosmosResponse Certificate() =>
        new CosmosResponse(200, Encoding.ASCII.GetBytes(certificate.Pem)).With("content-type", "application/x-pem-file");

    private Container Find(string database, string container) =>
        catalog.Find(Uri.UnescapeDataString(database), Uri.UnescapeDataString(container))
            ?? throw new RefusedException(404, "Resource Not Found. The container doesn't exist.", 1003);
}
