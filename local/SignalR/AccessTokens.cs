using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Chat.Local.SignalR;

/// <summary>
/// Checks the tokens that are signed with the access key: of clients, for a hub's address, and of calls, each for its own path.
/// </summary>
internal sealed class AccessTokens(string accessKey, TimeProvider time)
{
    /// <summary>The package makes none that is longer.</summary>
    private const int MaxLength = 4096;

    /// <summary>Where the service is, whatever name a request came by.</summary>
    private const string OwnHost = "localhost";

    private readonly byte[] _key = Encoding.UTF8.GetBytes(accessKey);

    /// <summary>
    /// Whether a call may be made: its token is for the address without query and port, which differ between versions of the package.
    /// </summary>
    public bool AdmitsCall(string? token, string host, string path)
    {
        foreach (var audience in Read(token)?.Audiences ?? [])
        {
            var resource = ResourceOf(audience, host);
            resource = resource.IndexOf('?') is var query and >= 0 ? resource[..query] : resource;
            if (resource.Length > 0 && resource.TrimEnd('/').SequenceEqual(path.AsSpan().TrimEnd('/')))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whom the token admits to a hub; null when it isn't ours, or not for there and now.</summary>
    public Admission? Admit(string? token, string host, string hub)
    {
        if (Read(token) is not { } claims
            || !claims.Audiences.Exists(audience => ResourceOf(audience, host).SequenceEqual($"/client/?hub={hub}")))
        {
            return null;
        }

        return new Admission(hub, claims.SignalRUser ?? claims.NameId ?? claims.Subject)
        {
            Until = claims.Closes == "true" && long.TryParse(claims.End, CultureInfo.InvariantCulture, out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null,
        };
    }

    /// <summary>Path and query of an audience that is here; empty of any other.</summary>
    private static ReadOnlySpan<char> ResourceOf(string audience, string host)
    {
        var authority = audience.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = authority < 3 ? -1 : audience.IndexOf('/', authority);
        if (end < 0)
        {
            return [];
        }

        var name = audience.AsSpan(authority, end - authority);
        name = name.LastIndexOf(':') is var port and > 0 && name[port..].IndexOf(']') < 0 ? name[..port] : name;
        var isHere = name.Equals(host, StringComparison.OrdinalIgnoreCase) || name.Equals(OwnHost, StringComparison.OrdinalIgnoreCase);
        return isHere ? audience.AsSpan(end) : [];
    }

    /// <summary>The claims of a token that is signed with the key and still good; null of any other.</summary>
    private TokenClaims? Read(string? token)
    {
        var (first, last) = (token?.IndexOf('.') ?? -1, token?.LastIndexOf('.') ?? -1);
        if (token is null or { Length: > MaxLength } || first < 0 || token.IndexOf('.', first + 1) != last)
        {
            return null;
        }

        Span<byte> signed = stackalloc byte[last];
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> part = stackalloc byte[MaxLength];
        try
        {
            // What isn't ASCII doesn't fit, and then isn't signed either.
            Encoding.UTF8.TryGetBytes(token.AsSpan(0, last), signed, out _);
            HMACSHA256.HashData(_key, signed, expected);
            return CryptographicOperations.FixedTimeEquals(Decode(token.AsSpan(last + 1), part), expected)
                && TokenClaims.IsSignedAsExpected(Decode(token.AsSpan(0, first), part))
                && TokenClaims.Read(Decode(token.AsSpan(first + 1, last - first - 1), part)) is { } claims
                && claims.Expires > time.GetUtcNow().ToUnixTimeSeconds()
                ? claims
                : null;
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> Decode(ReadOnlySpan<char> part, Span<byte> buffer) =>
        buffer[..Base64Url.DecodeFromChars(part, buffer)];
}

/// <summary>Whom an access token admits to which hub.</summary>
internal sealed record Admission(string Hub, string? UserId)
{
    /// <summary>
    /// When the service closes the connection, as the application said that its user's own token ends; null when it didn't.
    /// </summary>
    public DateTimeOffset? Until { get; init; }
}
