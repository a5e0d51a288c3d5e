using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Chat.Functions.Shared;

/// <summary>Registers what every feature uses.</summary>
internal static class SharedSetup
{
    public static IServiceCollection AddShared(this IServiceCollection services, IConfiguration configuration)
    {
        // Try: a host may have added its own clock.
        services.TryAddSingleton(TimeProvider.System);

        // The app's managed identity. AZURE_CLIENT_ID selects one of several.
        services.TryAddSingleton<TokenCredential>(_ => new DefaultAzureCredential());
        return services
            .AddSingleton(configuration.GetValidated<Limits>("Limits"))
            .AddScoped<CurrentUser>()
            .AddCosmos(configuration);
    }
}
