using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Local.SignalR;

/// <summary>
/// A negotiated connection without a WebSocket: its client sends with POST, and receives through one event stream or by polling.
/// </summary>
internal sealed class HttpConnection(ClientConnection connection, Admission admission, HubConnections hub, TimeProvider time) : IDisposable
{
    private const int MaxBodyBytes = 1024 * 1024;

    private readonly ClientInput _input = new(hub, connection);
    private readonly LongPollCarrier _polls = new(connection, time);
    private HttpTransportType _transport;

    /// <summary>Cancelled when the connection is to be let go of at once.</summary>
    public CancellationToken Dropped => connection.Dropped;

    /// <summary>Serves a request of the client; true when the connection is over with it.</summary>
    public async Task<bool> ServeAsync(HttpContext context, Admission admitted)
    {
        if ((admitted.Hub, admitted.UserId) != (admission.Hub, admission.UserId))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return false;
        }

        switch (context.Request.Method)
        {
            case "POST":
                await TakeAsync(context);
                return false;
            case "DELETE":
                connection.Complete();
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return true;
            case "GET" when context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/event-stream"):
                if (connection.Protocol.Format == TransferFormat.Text
                    && Occupy(HttpTransportType.ServerSentEvents) == HttpTransportType.None)
                {
                    connection.CarryTextOnly();
                    await new EventStreamCarrier(context, connection).RunAsync();
                    return true;
                }

                break;
            case "GET":
                if (Occupy(HttpTransportType.LongPolling) is HttpTransportType.None or HttpTransportType.LongPolling)
                {
                    await _polls.AnswerAsync(context);
                    return connection.Outgoing.Completion.IsCompleted;
                }

                break;
            default:
                context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                return false;
        }

        context.Response.StatusCode = StatusCodes.Status409Conflict;
        return false;
    }

    public void Dispose()
    {
        connection.Complete();
        hub.Remove(connection);
        connection.Dispose();
    }

    private async Task TakeAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxBodyBytes;
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        lock (_input)
        {
            _input.Read(body.GetBuffer().AsSpan(0, (int)body.Length));
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>The transport that the connection had before; its first is the one it keeps.</summary>
    private HttpTransportType Occupy(HttpTransportType transport) =>
        Interlocked.CompareExchange(ref _transport, transport, HttpTransportType.None);
}
