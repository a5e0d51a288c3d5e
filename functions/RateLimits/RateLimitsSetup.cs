using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.RateLimits;

/// <summary>Registers how often users may do what.</summary>
internal static class RateLimitsSetup
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services) =>
        services
            .AddSingleton<RequestRates>()
            .AddSingleton<DailyLimits>()
            .AddSingleton<OpenContacts>()
            .AddSingleton<FirstContactLimits>();
}
