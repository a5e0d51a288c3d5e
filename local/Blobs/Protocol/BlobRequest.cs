using System.Globalization;
using System.Net;

namespace Chat.Local.Blobs.Protocol;

/// <summary>A request, whatever it came over.</summary>
/// <param name="Path">As it was sent, escaped.</param>
/// <param name="Headers">By name, whatever the case; several values with commas between them.</param>
internal sealed record BlobRequest(
    string Method,
    bool IsHttps,
    string Host,
    string Path,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyDictionary<string, string> Query,
    Stream Body,
    IPAddress Client)
{
    /// <summary>The account's name in the path.</summary>
    public string Account => Segment(0);

    /// <summary>Empty when the service itself is asked.</summary>
    public string Container => Segment(1);

    /// <summary>Empty when a container or the service is asked.</summary>
    public string Blob
    {
        get
        {
            var start = Container.Length == 0 ? -1 : Path.IndexOf('/', Path.IndexOf('/', 1) + 1);
            return start < 0 ? "" : Uri.UnescapeDataString(Path[(start + 1)..]);
        }
    }

    /// <summary>The version of the protocol that it speaks.</summary>
    public string? Version => Header("x-ms-version") ?? Parameter("api-version") ?? Parameter("sv");

    /// <summary>How many bytes the body has.</summary>
    /// <exception cref="RefusedException">It doesn't say.</exception>
    public long ContentLength =>
        Header("Content-Length") is not { } text
            ? throw Refusals.MissingLength()
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                ? length
                : throw Refusals.InvalidHeader("Content-Length", text);

    /// <summary>The value of a header, or null; an empty one counts as none.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>The value of a query parameter, or null.</summary>
    public string? Parameter(string name) => Query.GetValueOrDefault(name);

    /// <summary>The parameters of a query string, unescaped; of several with a name, the first.</summary>
    public static Dictionary<string, string> ParseQuery(string query)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.IndexOf('=') is var equals and >= 0 ? (pair[..equals], pair[(equals + 1)..]) : (pair, "");
            parameters.TryAdd(Unescape(name), Unescape(value));
        }

        return parameters;

        // Clients escape blanks in both ways.
        static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
    }

    private string Segment(int index) =>
        Path.Split('/') is var segments && segments.Length > index + 1 ? Uri.UnescapeDataString(segments[index + 1]) : "";
}
