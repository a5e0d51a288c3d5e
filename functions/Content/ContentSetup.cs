using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Content;

/// <summary>Registers content filters.</summary>
internal static class ContentSetup
{
    public static IServiceCollection AddContent(this IServiceCollection services) =>
        services.AddSingleton<WordLists>().AddSingleton<ContentFilter>();
}
