using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Hooks;

/// <summary>Registers what the host app is asked and told.</summary>
internal static class HooksSetup
{
    public static IServiceCollection AddHooks(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(BeforeSendOptions.Read(configuration))
            .AddHostAddress<DecisionHook>(configuration, "Hooks:Decisions:")
            .AddSingleton<HostCalls>()
            .AddSingleton<BeforeSendHook>()
            .AddSingleton<DecisionHook>()
            .AddSingleton<HeldMessages>()
            .AddSingleton<MessageScreening>()
            .AddSingleton<TextScreening>();
}
