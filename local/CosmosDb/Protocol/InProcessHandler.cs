using System.Net;
using System.Net.Sockets;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>The account behind an <see cref="HttpClient"/> of the same process.</summary>
internal sealed class InProcessHandler(Dispatcher dispatcher) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        var headers = request.Headers.NonValidated;
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var answer = dispatcher.AnswerAsync(
            new CosmosRequest(
                request.Method.Method,
                uri.AbsolutePath,
                name => headers.TryGetValues(name, out var values) ? values.ToString() : null,
                body,
                uri.GetLeftPart(UriPartial.Authority)));

        // A caller that gives up doesn't stop the service, which may well apply what nobody waits for any more.
        var response = await answer.AsTask().WaitAsync(cancellationToken);
        if (ReferenceEquals(response, CosmosResponse.Broken))
        {
            throw new HttpRequestException(
                HttpRequestError.Unknown,
                "An error occurred while sending the request.",
                new IOException("Connection reset by peer", new SocketException((int)SocketError.ConnectionReset)));
        }

        var message = new HttpResponseMessage((HttpStatusCode)response.Status)
        {
            // The SDK reads the request back from its response.
            RequestMessage = request,
            Content = new ReadOnlyMemoryContent(response.Body),
        };
        foreach (var (name, value) in response.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }
}
