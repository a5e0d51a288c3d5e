using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Local.SignalR;

/// <summary>Where clients connect: they negotiate with their access token, then open a WebSocket, an event stream or polls with it.</summary>
internal sealed class ClientEndpoint(SignalRService service, AccessTokens tokens, TimeProvider time, CancellationToken stopping)
{
    private const string Path = "/client";
    private const string Text = nameof(TransferFormat.Text);
    private const string Binary = nameof(TransferFormat.Binary);

    // Binary too, so that a MessagePack client gets as far as the handshake, which tells it why not.
    private static readonly AvailableTransport[] Transports =
    [
        new() { Transport = nameof(HttpTransportType.WebSockets), TransferFormats = [Text, Binary] },
        new() { Transport = nameof(HttpTransportType.ServerSentEvents), TransferFormats = [Text] },
        new() { Transport = nameof(HttpTransportType.LongPolling), TransferFormats = [Text, Binary] },
    ];

    private readonly HttpConnections _negotiated = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        var client = routes.CreateApplicationBuilder();
        // The protocol has pings of its own.
        client.UseWebSockets(new Microsoft.AspNetCore.Builder.WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        client.Run(ServeAsync);
        routes.Map(Path, client.Build());
        routes.MapPost($"{Path}/negotiate", AnswerNegotiationAsync);
    }

    /// <summary>The address of a hub for whoever sent this request.</summary>
    public static string Url(HttpRequest request, string hub) => $"{request.Scheme}://{request.Host}{request.PathBase}{Path}/?hub={hub}";

    /// <summary>Whether a request is for this service, and not for the functions beside it.</summary>
    public static bool Takes(HttpRequest request) => request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase);

    private async Task AnswerNegotiationAsync(HttpContext context)
    {
        if (await AdmitAsync(context) is not { } admission)
        {
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
        if (await AdmitAsync(context) is not { } admission)
        {
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

    /// <summary>Whom the request's token admits, and to which hub; null if it doesn't, which is then answered.</summary>
    private async Task<Admission?> AdmitAsync(HttpContext context)
    {
        var request = context.Request;
        var hub = request.Query["hub"].ToString();
        var authorization = request.Headers.Authorization.ToString();
        var token = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? authorization["Bearer ".Length..]
            : request.Query["access_token"].ToString();
        if (await tokens.CheckAsync(token, hub, Url(request, hub)) is { } admission)
        {
            return admission;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return null;
    }

    private static string NewConnectionToken() => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16));

    /// <summary>The public name of a connection follows from the secret that only its client has.</summary>
    private static string ConnectionId(string connectionToken) =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(connectionToken)).AsSpan(0, 16).ToArray());
}

/// <summary>Whom an access token admits to which hub.</summary>
internal sealed record Admission(string Hub, string? UserId)
{
    /// <summary>When the service closes the connection, as the application said that its user's own token ends; null when it didn't.</summary>
    public DateTimeOffset? Until { get; init; }
}
