using Chat.Local.Blobs.Protocol;

namespace Chat.Local.Blobs.Authorization;

/// <summary>Finds out what a caller may do: by the account key, by a token of Entra ID, or by a shared access signature.</summary>
internal sealed class Authorizer(TimeProvider time)
{
    private readonly SharedKey _sharedKey = new(time);
    private readonly BearerToken _bearer = new(time);
    private readonly SharedAccessSignature _signatures = new(time);

    /// <exception cref="RefusedException">The request isn't signed, or not rightly.</exception>
    public Grant Authorize(BlobRequest request)
    {
        var header = request.Header("Authorization");
        return header?.Split(' ')[0] switch
        {
            "SharedKey" => _sharedKey.Check(request, header),
            "Bearer" => _bearer.Check(request, header["Bearer".Length..].Trim()),
            { } scheme => throw Refusals.NotServed($"The authorization scheme {scheme}"),
            null when request.Parameter("sig") is not null => _signatures.Check(request),
            null when request.Method is "GET" or "HEAD" && request.Header("x-ms-version") is null => throw Refusals.PublicAccess(),
            null => throw Refusals.NoAuthentication(),
        };
    }
}
