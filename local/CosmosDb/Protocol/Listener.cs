using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>
/// The account over HTTP and, on the same port, HTTPS, for tools and other processes on this machine; here requests must be signed.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    /// <summary>The first byte of a TLS connection: a handshake record. No request begins with it.</summary>
    private const byte TlsHandshake = 0x16;

    private readonly WebApplication _server;

    private Listener(WebApplication server) => _server = server;

    /// <summary>Starts listening on localhost; null when the port is taken or not for this user.</summary>
    public static async Task<Listener?> StartAsync(
        Dispatcher dispatcher, ServerCertificate certificate, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
            options.Listen(IPAddress.Loopback, port, listen => ServeBoth(listen, certificate)));
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
    private static void ServeBoth(ListenOptions listen, ServerCertificate certificate)
    {
        ConnectionDelegate plain = _ => Task.CompletedTask;
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(secured => async connection => await (await BeginsWithTlsAsync(connection) ? secured : plain)(connection));
        listen.UseHttps(certificate.Get());
        listen.Use(next => plain = next);
    }

    private static async Task<bool> BeginsWithTlsAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        var read = await input.ReadAsync(connection.ConnectionClosed);
        var isTls = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] == TlsHandshake;
        input.AdvanceTo(read.Buffer.Start);
        return isTls;
    }

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
        var response = Dispatcher.IsPublic(request) || MasterKey.Signed(request)
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
            context.Response.ContentType ??= "application/json";
            context.Response.ContentLength = response.Body.Length;
            await context.Response.Body.WriteAsync(response.Body, context.RequestAborted);
        }
    }
}
