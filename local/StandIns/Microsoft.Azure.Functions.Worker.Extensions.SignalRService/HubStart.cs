using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.SignalRService;

/// <summary>Opens a hub when the host starts, as the package does: a hub object made before that can't be used.</summary>
/// <remarks>Requests go over the network, unless the services have a message handler under the name of the hub's connection.</remarks>
internal sealed class HubStart(Type hub, Action<ServiceManagerBuilder> configure, IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var connection = hub.GetCustomAttribute<ServerlessHub.SignalRConnectionAttribute>(inherit: true)?.ConnectionName
            ?? ServerlessHub.DefaultConnectionStringName;
        var builder = new ServiceManagerBuilder().WithOptions(
            options => options.ConnectionString = services.GetRequiredService<IConfiguration>()[connection]);
        configure(builder);
        services.GetRequiredService<ConcurrentDictionary<Type, RestHubContext>>()[hub] =
            builder.Open(
                hub.Name,
                services.GetKeyedService<HttpMessageHandler>(connection),
                services.GetService<TimeProvider>() ?? TimeProvider.System);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
