using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>
/// The account over HTTP and, on the same port, HTTPS, for tools and other processes on this machine.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly WebApplication _server;

    private Listener(WebApplication server)
    {
        _server = server;
        Port = new Uri(server.Urls.First()).Port;
    }

    public int Port { get; }

    /// <summary>Starts listening on localhost, on a free port for 0; null when the port is taken or not for this user.</summary>
    public static async Task<Listener?> StartAsync(
        Dispatcher dispatcher, ServerCertificate certificate, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
            options.Listen(IPAddress.Loopback, port, listen => listen.UseHttpAndHttps(certificate.Get(), time)));
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

    /// <summary>The path as it was sent: Kestrel's own is decoded, and doesn't tell an escaped percent sign from an escape.</summary>
    private static string PathOf(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return target.StartsWith('/') ? target.Split('?', 2)[0] : context.Request.Path.ToUriComponent();
    }

    private static async Task AnswerAsync(Dispatcher dispatcher, HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = new CosmosRequest(
            context.Request.Method,
            PathOf(context),
            name => context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
            body.ToArray(),
            $"{context.Request.Scheme}://{context.Request.Host}");
        var response = await dispatcher.AnswerAsync(request);
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
            context.Response.ContentType ??= "application/json";
            context.Response.ContentLength = response.Body.Length;
            await context.Response.Body.WriteAsync(response.Body, context.RequestAborted);
        }
    }
}
