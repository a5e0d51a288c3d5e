using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers hubs; each can be used once the host has started.</summary>
public static class SignalRServiceDependencyInjectionExtensions
{
    public static IServiceCollection AddServerlessHub<THub>(this IServiceCollection services, Action<ServiceManagerBuilder> configure)
        where THub : ServerlessHub
    {
        services.TryAddSingleton<ConcurrentDictionary<Type, RestHubContext>>();
        return services.AddSingleton<IHostedService>(provider => new HubStart(typeof(THub), configure, provider));
    }
}
