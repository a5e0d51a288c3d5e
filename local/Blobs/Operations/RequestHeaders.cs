using System.Text.RegularExpressions;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>What headers say of a blob that is written.</summary>
internal static partial class RequestHeaders
{
    private const string MetadataPrefix = "x-ms-meta-";
    private const int MaxMetadataBytes = 8 * 1024;

    /// <summary>How the blob is to be served.</summary>
    /// <param name="body">What <c>Content-Type</c> says counts too, where the body is the blob.</param>
    public static ContentHeaders Content(BlobRequest request, bool body, string? md5) => new(
        request.Header("x-ms-blob-content-type") ?? (body ? request.Header("Content-Type") : null) ?? "application/octet-stream",
        request.Header("x-ms-blob-content-encoding") ?? (body ? request.Header("Content-Encoding") : null),
        request.Header("x-ms-blob-content-language") ?? (body ? request.Header("Content-Language") : null),
        request.Header("x-ms-blob-content-disposition"),
        request.Header("x-ms-blob-cache-control") ?? (body ? request.Header("Cache-Control") : null),
        md5);

    /// <summary>The names and values of <c>x-ms-meta-…</c>.</summary>
    public static Dictionary<string, string> Metadata(BlobRequest request)
    {
        var metadata = request.Headers
            .Where(header => header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key[MetadataPrefix.Length..], header => header.Value, StringComparer.OrdinalIgnoreCase);
        if (metadata.Keys.Any(name => !Identifier().IsMatch(name)))
        {
            throw Refusals.InvalidMetadata();
        }

        return metadata.Sum(pair => pair.Key.Length + pair.Value.Length) <= MaxMetadataBytes
            ? metadata
            : throw Refusals.MetadataTooLarge();
    }

    /// <summary>A name is an identifier of C#: https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing….</summary>
    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifier();
}
