using Chat.Functions.Hooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Cards;

/// <summary>Registers cards.</summary>
internal static class CardsSetup
{
    public static IServiceCollection AddCards(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(CardOptions.Read(configuration))
            .AddHostAddress<HostUnfurl>(configuration, "Host:Unfurl")
            .AddHostAddress<SharesHook>(configuration, "Hooks:CardShared:")
            .AddSingleton<SharesHook>()
            .AddSingleton<HostUnfurl>()
            .AddSingleton<RevokedContent>()
            .AddSingleton<CardPolicy>()
            .AddSingleton<CardTakedown>();
}
