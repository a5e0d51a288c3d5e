using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>The account over HTTP, for tools and other processes on this machine; here requests must be signed.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly WebApplication _server;

    private Listener(WebApplication server) => _server = server;

    /// <summary>Starts listening on localhost; null when the port is taken or not for this user.</summary>
    public static async Task<Listener?> StartAsync(Dispatcher dispatcher, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port));
        var server = builder.Build();
        server.Run(context => AnswerAsync(dispatcher, context));
        try
        {
            await server.StartAsync(cancellationToken);
            return new Listener(server);
        }
        catch (Exception exception) when (exception is SocketException or IOException { InnerException: AddressInUseException })
        {
            await server.DisposeAsync();
            return null;
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task AnswerAsync(Dispatcher dispatcher, HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = new CosmosRequest(
            context.Request.Method,
            context.Request.Path.ToUriComponent(),
            name => context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
            body.ToArray(),
            $"{context.Request.Scheme}://{context.Request.Host}");
        var response = MasterKey.Signed(request)
            ? await dispatcher.AnswerAsync(request)
            : CosmosResponse.Error(401, "The input authorization token can't serve the request: it isn't signed with the emulator's well-known key.");
        if (ReferenceEquals(response, CosmosResponse.Broken))
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = response.Status;
        foreach (var (name, value) in response.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (!response.Body.IsEmpty)
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = response.Body.Length;
            await context.Response.Body.WriteAsync(response.Body, context.RequestAborted);
        }
    }
}
