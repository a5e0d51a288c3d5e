using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>
/// The account over HTTP and, on the same port, HTTPS, for tools and other processes on this machine.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    /// <summary>The first byte of a TLS connection: a handshake record. No request begins with it.</summary>
    private const byte TlsHandshake = 0x16;

    /// <summary>How long a connection may send nothing before it is closed, as Kestrel's handshake may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

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
            options.Listen(IPAddress.Loopback, port, listen => ServeBoth(listen, certificate, time)));
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

    /// <summary>Puts TLS before HTTP where the client begins with TLS. What is used first here comes first on a connection.</summary>
    private static void ServeBoth(ListenOptions listen, ServerCertificate certificate, TimeProvider time)
    {
        ConnectionDelegate plain = _ => Task.CompletedTask;
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(secured => async connection =>
        {
            if (await BeginsWithTlsAsync(connection, time) is { } isTls)
            {
                await (isTls ? secured : plain)(connection);
            }
        });
        listen.UseHttps(certificate.Get());
        listen.Use(next => plain = next);
    }

    /// <summary>Null when the client sends nothing: no limit of Kestrel's holds before the first byte.</summary>
    private static async Task<bool?> BeginsWithTlsAsync(ConnectionContext connection, TimeProvider time)
    {
        var input = connection.Transport.Input;
        using var patience = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, patience.Token);
        try
        {
            var read = await input.ReadAsync(end.Token);
            var isTls = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] == TlsHandshake;
            input.AdvanceTo(read.Buffer.Start);
            return isTls;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

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
