using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Chat.Local.Blobs.Protocol;

namespace Chat.Local.Blobs.Authorization;

/// <summary>Looks at tokens of Entra ID: for storage, still good, and over HTTPS only.</summary>
/// <remarks>Nobody is there who could say by which keys they are signed, so that isn't looked at. Who has one may do everything.</remarks>
internal sealed class BearerToken(TimeProvider time)
{
    private static readonly string[] Audiences =
    [
        "https://storage.azure.com", "https://storage.azure.com/", "e406a681-f3d4-42a8-90b6-c2b029497af1",
        $"https://{BlobService.AccountName}.blob.core.windows.net", $"https://{BlobService.AccountName}.blob.core.windows.net/",
    ];

    public Grant Check(BlobRequest request, string token)
    {
        if (!request.IsHttps)
        {
            throw Refusals.NotAuthenticated("Authentication scheme Bearer is not allowed with HTTP.");
        }

        if (Read(token) is not { } claims)
        {
            throw Refusals.InvalidAuthentication();
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (Number(claims, "exp") is not { } end || end <= now || Number(claims, "nbf") > now)
        {
            throw Refusals.NotAuthenticated("Lifetime validation failed. The token is expired.");
        }

        if (!Audiences.Contains(Text(claims, "aud"), StringComparer.OrdinalIgnoreCase))
        {
            throw Refusals.NotAuthenticated("Audience validation failed. Audiences did not match.");
        }

        return Grant.Owner with
        {
            Principal = Text(claims, "oid") is { } user && Text(claims, "tid") is { } tenant
                ? new Principal(user, tenant)
                : throw Refusals.NotAuthenticated("The token says neither whose it is nor of which tenant."),
        };
    }

    private static JsonElement? Read(string token)
    {
        try
        {
            return token.Split('.') is [_, var payload, _]
                && JsonDocument.Parse(Base64Url.DecodeFromUtf8(Encoding.UTF8.GetBytes(payload))).RootElement is var claims
                && claims.ValueKind == JsonValueKind.Object
                ? claims
                : null;
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : null;
}
