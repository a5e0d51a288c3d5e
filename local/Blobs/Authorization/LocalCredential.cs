using System.Buffers.Text;
using System.Text;
using Azure.Core;

namespace Chat.Local.Blobs.Authorization;

/// <summary>Gives out a token as Entra ID does for a managed identity, good for ever and for the local account only.</summary>
internal sealed class LocalCredential : TokenCredential
{
    private const string Claims = """
        {
          "aud": "https://storage.azure.com",
          "oid": "11059fcc-5514-4800-b5f8-49808b9cfab6",
          "tid": "ab1f708d-50f6-404c-a006-d71b2ac7a606",
          "nbf": 0,
          "exp": 253402300799
        }
        """;

    private static readonly AccessToken Token = new(
        $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{Encode(Claims)}.",
        DateTimeOffset.MaxValue);

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => Token;

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        new(Token);

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
