using System.Security.Cryptography;
using System.Text;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>Checks the signature of a request.</summary>
/// <remarks>
/// https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources: HMAC-SHA256 over verb, resource type, resource
/// and date.
/// </remarks>
internal static class MasterKey
{
    private const string Prefix = "type=master&ver=1.0&sig=";

    private static readonly byte[] Key = Convert.FromBase64String(CosmosService.WellKnownKey);

    /// <summary>The header of a request that its sender means to be for a path, which is unescaped.</summary>
    public static string Authorize(string method, string path, string date)
    {
        var (type, resources) = ResourceOf(path);
        return Uri.EscapeDataString(Prefix + Convert.ToBase64String(Sign(method, type, resources[0], date)));
    }

    public static bool Signed(CosmosRequest request)
    {
        var authorization = Uri.UnescapeDataString(request.Header("Authorization") ?? "");
        if (!authorization.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var given = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[Prefix.Length..], given, out var length))
        {
            return false;
        }

        var date = request.Header("x-ms-date") ?? request.Header("Date") ?? "";
        var (type, resources) = ResourceOf(Uri.UnescapeDataString(request.Path));
        return resources.Any(
            resource => CryptographicOperations.FixedTimeEquals(given.AsSpan(0, length), Sign(request.Method, type, resource, date)));
    }

    private static byte[] Sign(string method, string type, string resource, string date) =>
        HMACSHA256.HashData(
            Key,
            Encoding.UTF8.GetBytes($"{method.ToLowerInvariant()}\n{type.ToLowerInvariant()}\n{resource}\n{date.ToLowerInvariant()}\n\n"));

    /// <summary>The type and the resource of a path; addressed by resource ids, only the last of them counts, in lower case.</summary>
    private static (string Type, string[] Resources) ResourceOf(string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length == 0)
        {
            return ("", [""]);
        }

        var isFeed = segments.Length % 2 == 1;
        var resource = isFeed ? segments[..^1] : segments;
        return (
            isFeed ? segments[^1] : segments[^2],
            [string.Join('/', resource), resource.Length == 0 ? "" : resource[^1].ToLowerInvariant()]);
    }
}
