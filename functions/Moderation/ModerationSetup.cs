using Chat.Functions.Decisions;
using Chat.Functions.Realtime;
using Chat.Functions.Reports;
using Chat.Functions.Standings;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Moderation;

/// <summary>Registers reports, moderation and standings.</summary>
internal static class ModerationSetup
{
    public static IServiceCollection AddModeration(this IServiceCollection services) =>
        services
            .AddSingleton<CaseStore>()
            .AddSingleton<CaseDecisions>()
            .AddSingleton<DecisionEffects>()
            .AddSingleton<KeepingOut>()
            .AddSingleton<ModerationQueue>()
            .AddSingleton<OwnDecisions>()
            .AddSingleton<ReportedContent>()
            .AddSingleton<ReportedFiles>()
            .AddSingleton<Reporting>()
            .AddSingleton<UserSessions>()
            .AddSingleton<StandingStore>()
            .AddSingleton<StandingList>()
            .AddHostedService(provider => provider.GetRequiredService<StandingList>());
}
