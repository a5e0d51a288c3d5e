using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Chat.Functions.Shared;

/// <summary>Writes the body of an answer, compressed if it is large and the caller accepts gzip.</summary>
/// <remarks>
/// Neither the host nor the platform compresses. Answers with secrets aren't compressed: their length would leak the secret to an
/// attacker who sees the encrypted traffic and controls a part of the answer (BREACH). Brotli isn't offered, as it saves only a
/// few percent more than gzip; see docs/performance.md.
/// </remarks>
internal static class JsonBody
{
    /// <summary>About one network packet: a smaller body arrives no sooner when compressed.</summary>
    private const int CompressedFrom = 1_400;

    private const string Gzip = "gzip";

    public static async Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type, bool holdsSecret = false)
    {
        ReadOnlyMemory<byte> body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        if (!holdsSecret && body.Length >= CompressedFrom)
        {
            http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
            if (TakesGzip(http.Request))
            {
                http.Response.Headers.ContentEncoding = Gzip;
                body = Compress(body.Span);
            }
        }

        http.Response.ContentLength = body.Length;
        // Never cancelled; see JsonResult.
        await http.Response.Body.WriteAsync(body, CancellationToken.None);
    }

    private static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> json)
    {
        var compressed = new MemoryStream(json.Length / 2);
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(json);
        }

        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }

    private static bool TakesGzip(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var codings))
        {
            return false;
        }

        var gzip = Named(Gzip) ?? Named("*");
        return gzip is not null && gzip.Quality is not 0;

        StringWithQualityHeaderValue? Named(string name) => codings.FirstOrDefault(coding => coding.Value.Equals(
            name,
            StringComparison.OrdinalIgnoreCase));
    }
}
