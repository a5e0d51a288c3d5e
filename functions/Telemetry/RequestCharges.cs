using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Telemetry;

/// <summary>Records the request charge of every call to Cosmos DB. The SDK's own retries within a call aren't included.</summary>
internal sealed class RequestCharges : RequestHandler
{
    public override Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken) =>
        Metrics.RequestCharge.Enabled ? RecordAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);

    private async Task<ResponseMessage> RecordAsync(RequestMessage request, CancellationToken cancellationToken)
    {
        var (operation, container) = (OperationOf(request), ContainerOf(request.RequestUri.OriginalString));
        var response = await base.SendAsync(request, cancellationToken);
        Metrics.RequestCharge.Record(
            response.Headers.RequestCharge,
            Metrics.Tag("db.operation.name", operation),
            Metrics.Tag("db.collection.name", container));
        return response;
    }

    private static string OperationOf(RequestMessage request) => request.Method.Method switch
    {
        "POST" when Has(request, "x-ms-cosmos-is-batch-request") => "batch",
        "POST" when Has(request, "x-ms-documentdb-isquery") || Has(request, "x-ms-documentdb-query") => "query",
        "POST" => "create",
        "PUT" => "replace",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "read",
    };

    private static bool Has(RequestMessage request, string header) => request.Headers[header] is not null;

    private static string ContainerOf(string uri) =>
        uri.Contains($"/colls/{ChatContainers.ConversationsName}", StringComparison.Ordinal) ? ChatContainers.ConversationsName
        : uri.Contains($"/colls/{ChatContainers.UsersName}", StringComparison.Ordinal) ? ChatContainers.UsersName
        : uri.Contains($"/colls/{ChatContainers.SettingsName}", StringComparison.Ordinal) ? ChatContainers.SettingsName
        : "other";
}
