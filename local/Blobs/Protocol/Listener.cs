using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Blobs.Protocol;

/// <summary>The account over HTTP and, on the same port, HTTPS, for browsers, tools and other processes on this machine.</summary>
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
        Dispatcher dispatcher, X509Certificate2 certificate, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Listen(IPAddress.Loopback, port, listen => listen.UseHttpAndHttps(certificate, time));
        });
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
        var (request, response) = (context.Request, context.Response);
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var answer = await dispatcher.AnswerAsync(
            new BlobRequest(
                request.Method,
                request.IsHttps,
                request.Host.Value ?? "",
                target.StartsWith('/') ? target.Split('?')[0] : request.Path.ToUriComponent(),
                request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                BlobRequest.ParseQuery(request.QueryString.Value ?? ""),
                request.Body,
                context.Connection.RemoteIpAddress ?? IPAddress.Loopback),
            context.RequestAborted);
        if (ReferenceEquals(answer, BlobAnswer.Broken))
        {
            context.Abort();
            return;
        }

        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        if (answer.Status != StatusCodes.Status304NotModified)
        {
            response.ContentLength = answer.Length;
        }

        if (answer.Body is { } body)
        {
            await using (body)
            {
                await body.CopyToAsync(response.Body, context.RequestAborted);
            }
        }
    }
}
