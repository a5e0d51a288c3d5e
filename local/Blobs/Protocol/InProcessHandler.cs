using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Chat.Local.Blobs.Protocol;

/// <summary>The account behind an <see cref="HttpClient"/> of the same process.</summary>
internal sealed class InProcessHandler(Dispatcher dispatcher) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        await using var body = request.Content is null ? Stream.Null : await request.Content.ReadAsStreamAsync(cancellationToken);
        var answer = await dispatcher.AnswerAsync(
            new BlobRequest(
                request.Method.Method,
                uri.Scheme == Uri.UriSchemeHttps,
                uri.Authority,
                uri.AbsolutePath,
                HeadersOf(request),
                BlobRequest.ParseQuery(uri.Query),
                body,
                IPAddress.Loopback),
            cancellationToken);
        if (ReferenceEquals(answer, BlobAnswer.Broken))
        {
            throw new HttpRequestException(
                HttpRequestError.Unknown,
                "An error occurred while sending the request.",
                new IOException("Connection reset by peer", new SocketException((int)SocketError.ConnectionReset)));
        }

        var response = new HttpResponseMessage((HttpStatusCode)answer.Status)
        {
            RequestMessage = request,
            Content = answer.Body is null ? new ByteArrayContent([]) : new StreamContent(answer.Body),
        };
        response.Content.Headers.ContentLength = answer.Length;
        foreach (var (name, value) in answer.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return response;
    }

    private static Dictionary<string, string> HeadersOf(HttpRequestMessage request)
    {
        var headers = request.Headers.NonValidated
            .Concat(request.Content?.Headers.NonValidated ?? default(System.Net.Http.Headers.HttpHeadersNonValidated))
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        if (request.Content?.Headers.ContentLength is { } length)
        {
            headers["Content-Length"] = length.ToString(CultureInfo.InvariantCulture);
        }

        return headers;
    }
}
