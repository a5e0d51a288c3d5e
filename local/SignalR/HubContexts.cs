using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.Hosting;

namespace Chat.Local.SignalR;

/// <summary>The app's access to each of its hubs, by the hub's class.</summary>
internal sealed class HubContexts(SignalRService service, IHttpContextAccessor requests)
{
    private readonly ConcurrentDictionary<Type, HubContext> _contexts = new();

    /// <summary>The hub's context; null before the host has started.</summary>
    public HubContext? Of(Type hub) => _contexts.GetValueOrDefault(hub);

    public void Open(Type hub, ServiceManagerOptions options) => _contexts[hub] = new HubContext(service, hub.Name, options, requests);
}

/// <summary>Opens a hub when the host starts, as the package does: a hub object made before that can't be used.</summary>
internal sealed class HubStart(Type hub, Action<ServiceManagerBuilder> configure, HubContexts contexts) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = new ServiceManagerBuilder();
        configure(builder);
        contexts.Open(hub, builder.Options);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
