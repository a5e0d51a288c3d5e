using System.Globalization;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>The offers of the account: what throughput its databases and containers have.</summary>
internal sealed class OfferEndpoint(Catalog catalog)
{
    public async ValueTask<CosmosResponse> AnswerAsync(CosmosRequest request, string[] path) => (request.Method, path) switch
    {
        ("GET", []) => List(request),
        ("POST", []) when ResourceFeed.IsQuery(request) => List(request),
        ("GET", [var id]) => Answer(catalog.Offers.Get(id)),
        ("PUT", [var id]) => await ReplaceAsync(request, id),
        _ => throw ContainerRules.Unsupported($"{request.Method} of offers"),
    };

    private static CosmosResponse Answer(Offer offer) =>
        CosmosResponse.Json(200, offer.WriteTo)
            .With("etag", offer.Stamp.ETag)
            .With("x-ms-cosmos-min-throughput", offer.Throughput.Least.ToString(CultureInfo.InvariantCulture))
            .With("x-ms-offer-replace-pending", "False")
            .Charged(1);

    private CosmosResponse List(CosmosRequest request) =>
        ResourceFeed.Answer(request, "Offers", "", catalog.Offers.All, (json, offer) => offer.WriteTo(json), catalog.Now);

    private async ValueTask<CosmosResponse> ReplaceAsync(CosmosRequest request, string id)
    {
        using var json = JsonDocument.Parse(request.Body);
        var throughput = OfferedThroughput.Read(json.RootElement.GetProperty("content"));
        var (offer, position) = catalog.Replace(id, throughput, request.Header("If-Match"));
        await catalog.Store.WhenDurableAsync(position);
        return Answer(offer);
    }
}
