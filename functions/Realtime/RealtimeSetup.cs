using Azure.Core.Serialization;
using Chat.Functions.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Realtime;

/// <summary>Registers the SignalR hub and its senders.</summary>
internal static class RealtimeSetup
{
    public static IServiceCollection AddRealtime(this IServiceCollection services) =>
        services

            // By default the Management SDK serialises with Newtonsoft, in another casing.
            .AddServerlessHub<ChatHub>(builder => builder.WithOptions(
                options => options.UseJsonObjectSerializer(new JsonObjectSerializer(ChatJson.Default.Options))))
            .AddSingleton<ChatHub>()
            .AddSingleton<EventPush>()
            .AddSingleton<PushGroups>()
            .AddSingleton<PushGroupQueue>()
            .AddSingleton<ConnectionStates>()
            .AddSingleton<PushGroupRenewal>()
            .AddSingleton<UserConnections>()
            .AddHttpClient(ChatHub.Connection, static client => client.Timeout = TimeSpan.FromSeconds(5))
            .Services;
}
