using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>Signs requests of one's own making with the account's key.</summary>
internal sealed class Signer(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var date = TimeProvider.System.GetUtcNow().ToString("R");
        request.Headers.Add("x-ms-date", date);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            MasterKey.Authorize(request.Method.Method, Uri.UnescapeDataString(request.RequestUri!.AbsolutePath), date));
        return base.SendAsync(request, cancellationToken);
    }
}
