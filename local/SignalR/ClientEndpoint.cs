using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Local.SignalR;

/// <summary>Where clients connect: they negotiate with their access token, then open a WebSocket with it.</summary>
internal sealed class ClientEndpoint(SignalRService service, AccessTokens tokens, TimeProvider time)
{
    private const string Path = "/client";

    public void Map(IEndpointRouteBuilder routes)
    {
        var stopping = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var client = routes.CreateApplicationBuilder();
        // The protocol has pings of its own.
        client.UseWebSockets(new Microsoft.AspNetCore.Builder.WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        client.Run(context => ServeAsync(context, stopping));
        routes.Map(Path, client.Build());
        routes.MapPost($"{Path}/negotiate", AnswerNegotiationAsync);
    }

    /// <summary>The address of a hub for whoever sent this request.</summary>
    public static string Url(HttpRequest request, string hub) => $"{request.Scheme}://{request.Host}{request.PathBase}{Path}/?hub={hub}";

    private async Task AnswerNegotiationAsync(HttpContext context)
    {
        if (await AdmitAsync(context) is null)
        {
            return;
        }

        var connectionToken = NewConnectionToken();
        context.Response.ContentType = "application/json";
        NegotiateProtocol.WriteResponse(
            new NegotiationResponse
            {
                Version = 1,
                ConnectionToken = connectionToken,
                ConnectionId = ConnectionId(connectionToken),
                AvailableTransports = [new AvailableTransport
                {
                    Transport = nameof(HttpTransportType.WebSockets),
                    // Binary too, so that a MessagePack client gets as far as the handshake, which tells it why not.
                    TransferFormats = [nameof(TransferFormat.Text), nameof(TransferFormat.Binary)],
                }],
            },
            context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task ServeAsync(HttpContext context, CancellationToken stopping)
    {
        if (await AdmitAsync(context) is not { } admission)
        {
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("Clients connect with WebSockets.", context.RequestAborted);
            return;
        }

        var connectionToken = context.Request.Query["id"].ToString();
        var id = ConnectionId(connectionToken.Length > 0 ? connectionToken : NewConnectionToken());
        using var connection = new ClientConnection(id, admission.UserId, time);
        var hub = service.Hub(admission.Hub);
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await using var stop = stopping.Register(() => connection.Close("Connection closed: the service is stopping.", allowReconnect: true));
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
        var (valid, userId) = await tokens.CheckAsync(token, Url(request, hub));
        if (valid)
        {
            return new Admission(hub, userId);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return null;
    }

    private static string NewConnectionToken() => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16));

    /// <summary>The public name of a connection follows from the secret that only its client has.</summary>
    private static string ConnectionId(string connectionToken) =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(connectionToken)).AsSpan(0, 16).ToArray());

    private sealed record Admission(string Hub, string? UserId);
}
