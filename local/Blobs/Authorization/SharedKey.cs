using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Chat.Local.Blobs.Protocol;

namespace Chat.Local.Blobs.Authorization;

/// <summary>Checks requests that are signed with the account key.</summary>
/// <remarks>https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key, as of version 2015-02-21.</remarks>
internal sealed partial class SharedKey(TimeProvider time)
{
    /// <summary>How old a request may be, or how far ahead its clock.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(15);

    private static readonly string[] Signed =
    [
        "Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date", "If-Modified-Since", "If-Match",
        "If-None-Match", "If-Unmodified-Since", "Range",
    ];

    public Grant Check(BlobRequest request, string authorization)
    {
        var date = request.Header("x-ms-date") ?? request.Header("Date") ?? throw Refusals.NotAuthenticated("The request has no date.");
        if (!DateTimeOffset.TryParseExact(date, "R", CultureInfo.InvariantCulture, DateTimeStyles.None, out var sent)
            || (time.GetUtcNow() - sent).Duration() > Tolerance)
        {
            throw Refusals.NotAuthenticated($"Request date header too old: '{date}'");
        }

        var given = Encoding.UTF8.GetBytes(authorization);
        var expected = Encoding.UTF8.GetBytes($"SharedKey {BlobService.AccountName}:{Sign(TextOf(request))}");
        return CryptographicOperations.FixedTimeEquals(given, expected)
            ? Grant.Owner
            : throw Refusals.NotAuthenticated("The signature isn't that of the request with the emulator's well-known key.");
    }

    /// <summary>Base64 of a text's HMAC with the account key.</summary>
    public static string Sign(string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(BlobService.Key, Encoding.UTF8.GetBytes(text)));

    private static string TextOf(BlobRequest request)
    {
        var text = new StringBuilder(request.Method).Append('\n');
        foreach (var name in Signed)
        {
            var value = request.Header(name);
            text.Append(name is "Content-Length" && value is "0" ? "" : value).Append('\n');
        }

        foreach (var (name, value) in request.Headers
            .Select(header => (Name: header.Key.ToLowerInvariant(), header.Value))
            .Where(header => header.Name.StartsWith("x-ms-", StringComparison.Ordinal))
            .OrderBy(header => header.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}:{Blanks().Replace(value.Trim(), " ")}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"/{request.Account}{request.Path}");
        foreach (var (name, value) in request.Query
            .Select(parameter => (Name: parameter.Key.ToLowerInvariant(), parameter.Value))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{name}:{value}");
        }

        return text.ToString();
    }

    [GeneratedRegex(@"[ \t\r\n]*\n[ \t\r\n]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}
