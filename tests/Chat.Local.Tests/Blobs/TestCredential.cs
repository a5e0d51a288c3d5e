using System.Text;
using System.Text.Json;
using Azure.Core;

namespace Chat.Local.Tests.Blobs;

/// <summary>Gives out a token as Entra ID makes them, but for its signature.</summary>
internal sealed class TestCredential(string token) : TokenCredential
{
    public static string Good() => Make("https://storage.azure.com", TimeProvider.System.GetUtcNow().AddHours(1));

    public static string Make(string audience, DateTimeOffset end)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["aud"] = audience,
            ["iss"] = "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
            ["iat"] = end.AddHours(-2).ToUnixTimeSeconds(),
            ["nbf"] = end.AddHours(-2).ToUnixTimeSeconds(),
            ["exp"] = end.ToUnixTimeSeconds(),
            ["oid"] = "11059fcc-5514-4800-b5f8-49808b9cfab6",
            ["tid"] = "ab1f708d-50f6-404c-a006-d71b2ac7a606",
        };
        return $"{Encode("""{"alg":"RS256","typ":"JWT"}""")}.{Encode(JsonSerializer.Serialize(claims))}.{Encode("signature")}";
    }

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        new(token, TimeProvider.System.GetUtcNow().AddHours(1));

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        new(GetToken(requestContext, cancellationToken));

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
