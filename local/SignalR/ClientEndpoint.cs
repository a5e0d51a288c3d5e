using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Local.SignalR;

/// <summary>
/// Where clients connect: they negotiate with their access token, then open a WebSocket, an event stream or polls with it.
/// </summary>
internal sealed class ClientEndpoint(SignalRService service, AccessTokens tokens, TimeProvider time, CancellationToken stopping)
{
    private const string Text = nameof(TransferFormat.Text);
    private const string Binary = nameof(TransferFormat.Binary);

    private static readonly AvailableTransport[] Transports =
    [
        new() { Transport = nameof(HttpTransportType.WebSockets), TransferFormats = [Text, Binary] },
        new() { Transport = nameof(HttpTransportType.ServerSentEvents), TransferFormats = [Text] },
        new() { Transport = nameof(HttpTransportType.LongPolling), TransferFormats = [Text, Binary] },
    ];

    private readonly HttpConnections _negotiated = new();

    /// <summary>Answers a request below <c>/client</c>.</summary>
    public Task AnswerAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("POST", "/client/negotiate") => AnswerNegotiationAsync(context),
        (_, "/client" or "/client/") => ServeAsync(context),
        _ => RefuseAsync(context, StatusCodes.Status404NotFound),
    };

    private async Task AnswerNegotiationAsync(HttpContext context)
    {
        if (Admit(context) is not { } admission)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized);
            return;
        }

        var connectionToken = NewConnectionToken();
        var connection = new ClientConnection(ConnectionId(connectionToken), admission, time, stopping);
        _negotiated.Add(connectionToken, new HttpConnection(connection, admission, service.Hub(admission.Hub), time));
        context.Response.ContentType = "application/json";
        NegotiateProtocol.WriteResponse(
            new NegotiationResponse
            {
                Version = 1,
                ConnectionToken = connectionToken,
                ConnectionId = connection.Id,
                AvailableTransports = Transports,
            },
            context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (Admit(context) is not { } admission)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized);
            return;
        }

        var token = context.Request.Query["id"].ToString();
        if (context.WebSockets.IsWebSocketRequest)
        {
            _negotiated.Remove(token);
            await ServeWebSocketAsync(context, token, admission);
        }
        else
        {
            await _negotiated.ServeAsync(context, token, admission);
        }
    }

    private async Task ServeWebSocketAsync(HttpContext context, string token, Admission admission)
    {
        var id = ConnectionId(token.Length > 0 ? token : NewConnectionToken());
        using var connection = new ClientConnection(id, admission, time, stopping);
        var hub = service.Hub(admission.Hub);
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await new WebSocketCarrier(socket, connection, new ClientInput(hub, connection)).RunAsync();
        }
        finally
        {
            hub.Remove(connection);
        }
    }

    /// <summary>Whom the request's token admits, and to which hub; null if it doesn't.</summary>
    private Admission? Admit(HttpContext context)
    {
        var request = context.Request;
        var authorization = request.Headers.Authorization.ToString();
        var token = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? authorization["Bearer ".Length..]
            : request.Query["access_token"].ToString();
        return tokens.Admit(token, request.Host.Host, request.Query["hub"].ToString());
    }

    private static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static string NewConnectionToken() => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16));

    /// <summary>The public name of a connection follows from the secret that only its client has.</summary>
    private static string ConnectionId(string connectionToken) =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(connectionToken)).AsSpan(0, 16).ToArray());
}
