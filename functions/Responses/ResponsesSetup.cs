using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Responses;

/// <summary>Registers what is counted of a channel's posts.</summary>
internal static class ResponsesSetup
{
    public static IServiceCollection AddResponses(this IServiceCollection services) =>
        services
            .AddSingleton<PostCountsReader>()
            .AddSingleton<PostResponses>()
            .AddSingleton<PostCounting>()
            .AddSingleton<CountsPush>()
            .AddSingleton<PostViews>()
            .AddSingleton<RespondToPost>();
}
