using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Channels;

/// <summary>Registers channels.</summary>
internal static class ChannelsSetup
{
    public static IServiceCollection AddChannels(this IServiceCollection services) =>
        services
            .AddSingleton<Followers>()
            .AddSingleton<SubscriptionStore>()
            .AddSingleton<ChannelQuota>()
            .AddSingleton<WatchGroups>()
            .AddSingleton<FollowerMarks>()
            .AddSingleton<FollowedChannels>();
}
