using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Chat.Local.SignalR;

/// <summary>Checks the tokens that are signed with the access key: of clients, for a hub's address, and of calls, each for its own path.</summary>
internal sealed class AccessTokens(string accessKey, TimeProvider time)
{
    /// <summary>The package makes none that is longer.</summary>
    private const int MaxLength = 4096;

    /// <summary>Where the service is, whatever name a request came by.</summary>
    private const string OwnHost = "localhost";

    private readonly byte[] _key = Encoding.UTF8.GetBytes(accessKey);

    /// <summary>Whether a call may be made: its token is for the address without query and port, which differ between versions of the package.</summary>
    public bool AdmitsCall(string? token, string host, string path) => Read(token) is { } claims && claims.Audiences.Exists(audience =>
        IsHere(audience, host, out var resource) && resource.Split('?')[0].TrimEnd('/') == path.TrimEnd('/'));

    /// <summary>Whom the token admits to a hub; null when it isn't ours, or not for there and now.</summary>
    public Admission? Admit(string? token, string host, string hub)
    {
        if (Read(token) is not { } claims || !claims.Audiences.Exists(audience => IsHere(audience, host, out var resource) && resource == $"/client/?hub={hub}"))
        {
            return null;
        }

        return new Admission(hub, claims.SignalRUser ?? claims.NameId ?? claims.Subject)
        {
            Until = claims.Closes == "true" && long.TryParse(claims.End, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
        };
    }

    private static bool IsHere(string audience, string host, out string resource)
    {
        resource = "";
        var authority = audience.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = authority < 3 ? -1 : audience.IndexOf('/', authority);
        if (end < 0)
        {
            return false;
        }

        resource = audience[end..];
        var name = audience.AsSpan(authority, end - authority);
        name = name.LastIndexOf(':') is var port and > 0 && name[port..].IndexOf(']') < 0 ? name[..port] : name;
        return name.Equals(host, StringComparison.OrdinalIgnoreCase) || name.Equals(OwnHost, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The claims of a token that is signed with the key and still good; null of any other.</summary>
    private TokenClaims? Read(string? token)
    {
        if (token is null or { Length: > MaxLength } || token.Split('.') is not [var header, var payload, var signature])
        {
            return null;
        }

        Span<byte> signed = stackalloc byte[header.Length + 1 + payload.Length];
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        try
        {
            Encoding.UTF8.TryGetBytes(token.AsSpan(0, signed.Length), signed, out _);
            HMACSHA256.HashData(_key, signed, expected);
            return Base64Url.TryDecodeFromChars(signature, given, out var length)
                && length == expected.Length
                && CryptographicOperations.FixedTimeEquals(given, expected)
                && TokenClaims.IsSignedAsExpected(Base64Url.DecodeFromChars(header))
                && TokenClaims.Read(Base64Url.DecodeFromChars(payload)) is { } claims
                && claims.Expires > time.GetUtcNow().ToUnixTimeSeconds()
                ? claims
                : null;
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>Whom an access token admits to which hub.</summary>
internal sealed record Admission(string Hub, string? UserId)
{
    /// <summary>When the service closes the connection, as the application said that its user's own token ends; null when it didn't.</summary>
    public DateTimeOffset? Until { get; init; }
}
