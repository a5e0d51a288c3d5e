using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Cards;

/// <summary>Registers cards.</summary>
internal static class CardsSetup
{
    public static IServiceCollection AddCards(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(CardOptions.Read(configuration))
            .AddSingleton(HostUnfurlOptions.Read(configuration))
            .AddSingleton(SharesHookOptions.Read(configuration))
            .AddSingleton<SharesHook>()
            .AddSingleton<HostUnfurl>()
            .AddSingleton<RevokedContent>()
            .AddSingleton<CardPolicy>()
            .AddSingleton<CardTakedown>();
}
