using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers hubs; each can be used once the host has started.</summary>
public static class SignalRServiceDependencyInjectionExtensions
{
    public static IServiceCollection AddServerlessHub<THub>(this IServiceCollection services)
        where THub : ServerlessHub => services.AddServerlessHub<THub>(static _ => { });

    public static IServiceCollection AddServerlessHub<THub>(this IServiceCollection services, Action<ServiceManagerBuilder> configure)
        where THub : ServerlessHub
    {
        services.TryAddSingleton<HubContexts>();
        return services.AddSingleton<IHostedService>(provider => new HubStart(typeof(THub), configure, provider));
    }
}
