using System.Collections.Concurrent;
using System.Net;
using Chat.Local.Functions.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Local.Functions.Workers;

/// <summary>
/// Where the workers of this process's hosts connect, told apart by their ids, and settle the messages that their functions hold.
/// </summary>
internal sealed class WorkerEndpoint
{
    private static readonly Lazy<Task<WorkerEndpoint>> Started = new(StartApart);
    private readonly ConcurrentDictionary<string, WorkerChannel> _expected = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MessageActions> _held = new(StringComparer.OrdinalIgnoreCase);

    private WorkerEndpoint()
    {
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>The one endpoint of this process, which lives as long.</summary>
    public static Task<WorkerEndpoint> GetAsync() => Started.Value;

    /// <summary>
    /// A channel for a worker that is about to connect, under a new id. Nobody expects it any more when the channel ends.
    /// </summary>
    public WorkerChannel Expect(Action<Protocol.StreamingMessage> heard)
    {
        var channel = new WorkerChannel(Guid.NewGuid().ToString(), heard);
        _expected[channel.Id] = channel;
        _ = ForgetWhenEndedAsync(channel);
        return channel;
    }

    /// <summary>The channel of a worker that connects; null for one that nobody expects, whose channel ended, or a second time.</summary>
    public WorkerChannel? Take(string workerId) =>
        _expected.TryRemove(workerId, out var channel) && !channel.Ended.IsCompleted ? channel : null;

    /// <summary>Lets the function that runs with a message settle it, until the result is disposed of.</summary>
    public IDisposable Hold(MessageActions message)
    {
        _held[message.LockToken] = message;
        return new Held(_held, message.LockToken);
    }

    public MessageActions? Find(string lockToken) => _held.GetValueOrDefault(lockToken);

    private async Task ForgetWhenEndedAsync(WorkerChannel channel)
    {
        await channel.Ended;
        _expected.TryRemove(channel.Id, out _);
    }

    /// <summary>What flows with the first host's start has no business in a server that serves all.</summary>
    private static Task<WorkerEndpoint> StartApart()
    {
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(StartAsync);
        }
    }

    private static async Task<WorkerEndpoint> StartAsync()
    {
        WorkerSocket.DeleteLeft(Path.GetTempPath());
        var endpoint = new WorkerEndpoint();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true).ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(endpoint);
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = null);
        var app = builder.Build();
        app.MapGrpcService<EventStreams>();
        app.MapGrpcService<Settlements>();
        await app.StartAsync();
        endpoint.Address = new Uri(app.Urls.Single());
        return endpoint;
    }

    private sealed class Held(ConcurrentDictionary<string, MessageActions> held, string lockToken) : IDisposable
    {
        public void Dispose() => held.TryRemove(lockToken, out _);
    }
}
