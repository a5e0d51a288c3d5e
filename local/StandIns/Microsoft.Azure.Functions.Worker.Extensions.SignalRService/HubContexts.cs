using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.SignalRService;

/// <summary>The app's access to each of its hubs, by the hub's class.</summary>
internal sealed class HubContexts
{
    private readonly ConcurrentDictionary<Type, ServiceHubContext> _contexts = new();

    /// <summary>The hub's context; null before the host has started.</summary>
    public ServiceHubContext? Of(Type hub) => _contexts.GetValueOrDefault(hub);

    public void Open(Type hub, ServiceHubContext context) => _contexts[hub] = context;
}

/// <summary>Opens a hub when the host starts, as the package does: a hub object made before that can't be used.</summary>
/// <remarks>Requests go over the network, unless the app's services have a message handler under the name of the hub's connection.</remarks>
internal sealed class HubStart(Type hub, Action<ServiceManagerBuilder> configure, IServiceProvider services) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var connection = hub.GetCustomAttribute<ServerlessHub.SignalRConnectionAttribute>(inherit: true)?.ConnectionName ?? ServerlessHub.DefaultConnectionStringName;
        var builder = new ServiceManagerBuilder()
            .WithOptions(options => options.ConnectionString = services.GetRequiredService<IConfiguration>()[connection])
            .WithTransport(services.GetKeyedService<HttpMessageHandler>(connection), services.GetService<TimeProvider>() ?? TimeProvider.System);
        configure(builder);
        services.GetRequiredService<HubContexts>().Open(hub, await builder.BuildServiceManager().CreateHubContextAsync(hub.Name, cancellationToken));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
