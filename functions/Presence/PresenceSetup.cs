using Chat.Functions.Privacy;
using Chat.Functions.Receipts;
using Chat.Functions.Typing;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Presence;

/// <summary>Registers presence, typing, receipts and privacy.</summary>
internal static class PresenceSetup
{
    public static IServiceCollection AddPresence(this IServiceCollection services) =>
        services
            .AddSingleton<PrivacyReader>()
            .AddSingleton<VisibleUsers>()
            .AddSingleton<PresenceCache>()
            .AddSingleton<LastSeen>()
            .AddSingleton<TypingPush>()
            .AddSingleton<ReceiptPush>()
            .AddSingleton<SentReceipts>();
}
