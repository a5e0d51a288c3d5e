using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>A shared access signature: which path of the namespace its bearer may use, and until when.</summary>
/// <remarks>The host in the audience isn't looked at, since a port may be reached under several names.</remarks>
internal sealed record SasToken(string Path, DateTimeOffset Expires)
{
    private const string Scheme = "SharedAccessSignature ";
    private const int MaxLength = 4096;

    /// <exception cref="UnauthorizedAccessException">It isn't one, isn't signed with the key, or has expired.</exception>
    public static SasToken Verify(string? token, string keyName, string key, DateTimeOffset now)
    {
        if (token is null || token.Length > MaxLength || !token.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw new UnauthorizedAccessException("InvalidToken: a shared access signature is needed.");
        }

        var parts = token[Scheme.Length..].Split('&').Select(part => part.Split('=', 2)).Where(part => part.Length == 2)
            .GroupBy(part => part[0], part => part[1], StringComparer.Ordinal).ToDictionary(
                part => part.Key,
                part => part.First(),
                StringComparer.Ordinal);
        var audience = parts.GetValueOrDefault("sr", "");
        var expires = parts.GetValueOrDefault("se", "");
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{audience}\n{expires}"));
        var signature = new byte[expected.Length + 1];
        if (parts.GetValueOrDefault("skn") != keyName
            || !Convert.TryFromBase64String(Uri.UnescapeDataString(parts.GetValueOrDefault("sig", "")), signature, out var length)
            || !CryptographicOperations.FixedTimeEquals(signature.AsSpan(0, length), expected))
        {
            throw new UnauthorizedAccessException("InvalidSignature: The token has an invalid signature.");
        }

        return long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && DateTimeOffset.FromUnixTimeSeconds(seconds) is var end && end > now
            ? new SasToken(NodeAddress.PathOf(Uri.UnescapeDataString(audience)), end)
            : throw new UnauthorizedAccessException("ExpiredToken: The token is expired.");
    }

    /// <summary>Whether it is for that path, or for one that the path is below.</summary>
    public bool Covers(string path) =>
        Path.Length == 0
            || (path.StartsWith(Path, StringComparison.OrdinalIgnoreCase) && (path.Length == Path.Length || path[Path.Length] == '/'));
}
