using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Local.SignalR.Rest;

/// <summary>The REST API behind an <see cref="HttpClient"/> of the same process.</summary>
internal sealed class InProcessHandler(RestApi api) : HttpMessageHandler
{
    /// <exception cref="InvalidOperationException">
    /// HTTP would make another address of this one: a send to the user <c>..</c> would reach everybody.
    /// </exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        if (!PathOf(uri.OriginalString).SequenceEqual(uri.AbsolutePath)
            && RestRequest.HasSteps(PathOf(uri.OriginalString).ToString().Split('/')))
        {
            throw new InvalidOperationException(
                $"SignalR Service can't be asked for {uri.OriginalString}: what HTTP makes of that is the address of something else.");
        }

        var answer = await api.AnswerAsync(
            new RestRequest(
                request.Method.Method,
                uri.Host,
                uri.AbsolutePath,
                uri.Query,
                request.Headers.Authorization is { Scheme: "Bearer" } bearer ? bearer.Parameter : null,
                request.Content?.Headers.ContentType?.MediaType,
                request.Content is { } content ? content.CopyToAsync : null),
            cancellationToken);
        if (ReferenceEquals(answer, RestAnswer.Broken))
        {
            throw new HttpRequestException(
                HttpRequestError.ResponseEnded,
                "The connection was reset.",
                new SocketException((int)SocketError.ConnectionReset));
        }

        if (ReferenceEquals(answer, RestAnswer.Late))
        {
            throw new TaskCanceledException("The request was canceled: no answer came in time.", new TimeoutException());
        }

        var response = new HttpResponseMessage((HttpStatusCode)answer.Status) { RequestMessage = request };
        if (answer.Code is { } code)
        {
            response.Headers.Add(RestAnswer.CodeHeader, code);
            response.Content = new StringContent(answer.Body, Encoding.UTF8, "application/json");
        }

        return response;
    }

    private static ReadOnlySpan<char> PathOf(string url)
    {
        var path = url.AsSpan(url.IndexOf("://", StringComparison.Ordinal) + 3);
        path = path[Math.Max(0, path.IndexOf('/'))..];
        return path.IndexOf('?') is var query and >= 0 ? path[..query] : path;
    }
}
