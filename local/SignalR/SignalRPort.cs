using System.Net;
using System.Net.Sockets;
using Chat.Local.Inspector;
using Chat.Local.SignalR.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Local.SignalR;

/// <summary>The service over HTTP, on this machine alone: where clients connect, and the REST API for other processes.</summary>
/// <remarks>
/// Its access key is public. Pages of other websites could sign tokens with it, so they are refused by their origin, unless it is
/// configured; Azure leaves that to its keys, and to CORS.
/// </remarks>
internal sealed class SignalRPort : IAsyncDisposable
{
    private const int MaxHeaderBytes = 16 * 1024;
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(1);

    private readonly WebApplication _server;

    private SignalRPort(WebApplication server)
    {
        _server = server;
        Address = new Uri(server.Urls.First());
    }

    public Uri Address { get; }

    /// <summary>Starts listening on localhost, on a free port for 0; null when the port is taken or not for this user.</summary>
    public static async Task<SignalRPort?> StartAsync(
        ClientEndpoint clients, RestApi api, Func<string, bool> admitsOrigin, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddCors();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            options.Listen(IPAddress.Loopback, port);
        });
        var server = builder.Build();
        server.Use(
            (context, next) => LocalRoutes.IsFromHere(context) || context.Request.Headers.Origin is [{ } origin] && admitsOrigin(origin)
            ? next(context)
            : RefuseAsync(context));
        server.UseCors(policy => policy.SetIsOriginAllowed(_ => true).AllowAnyHeader().AllowAnyMethod().AllowCredentials());
        // The protocol has pings of its own.
        server.UseWebSockets(new Microsoft.AspNetCore.Builder.WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        server.Run(context => context.Request.Path.StartsWithSegments("/client", StringComparison.Ordinal)
            ? clients.AnswerAsync(context)
            : AnswerAsync(api, context));
        try
        {
            await server.StartAsync(cancellationToken);
            return new SignalRPort(server);
        }
        catch (Exception exception) when (exception is SocketException or IOException { InnerException: AddressInUseException })
        {
            await server.DisposeAsync();
            return null;
        }
    }

    /// <summary>Gives clients a moment to go by themselves.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopsWithin, TimeProvider.System);
        await _server.StopAsync(patience.Token);
        await _server.DisposeAsync();
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("This is for this machine alone, and for origins that Host.CORS names.", context.RequestAborted);
    }

    private static async Task AnswerAsync(RestApi api, HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var authorization = request.Headers.Authorization.ToString();

        // One that is too large is read on for a while: who is refused amid sending may find the connection broken instead of the refusal.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = 2 * RestBody.MaxBytes;
        var answer = await api.AnswerAsync(
            new RestRequest(
                request.Method,
                request.Host.Host,
                target.Split('?')[0],
                request.QueryString.Value ?? "",
                authorization.StartsWith("Bearer ", StringComparison.Ordinal) ? authorization["Bearer ".Length..] : null,
                request.ContentType?.Split(';')[0].Trim(),
                request.ContentLength is 0 || request.ContentType is null ? null : request.Body.CopyToAsync),
            context.RequestAborted);
        if (ReferenceEquals(answer, RestAnswer.Broken))
        {
            context.Abort();
            return;
        }

        if (ReferenceEquals(answer, RestAnswer.Late))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }

        response.StatusCode = answer.Status;
        if (answer.Code is { } code)
        {
            response.Headers[RestAnswer.CodeHeader] = code;
            if (request.Method != "HEAD")
            {
                response.ContentType = "application/json";
                await response.WriteAsync(answer.Body, context.RequestAborted);
            }
        }
    }
}
