using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Health;

/// <summary>Registers health.</summary>
internal static class HealthSetup
{
    public static IServiceCollection AddHealth(this IServiceCollection services) => services
        .AddSingleton<Readiness>()
        .AddHostedService(services => services.GetRequiredService<WarmUp>());
}
