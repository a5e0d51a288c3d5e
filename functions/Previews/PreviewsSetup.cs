using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Previews;

/// <summary>Registers previews of links.</summary>
internal static class PreviewsSetup
{
    public static IServiceCollection AddPreviews(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(configuration.GetValidated<PreviewOptions>("Previews"))
            .AddSingleton<PreviewPolicy>()
            .AddSingleton<PublicNetwork>()
            .AddSingleton<PublicWeb>()
            .AddSingleton<LinkPreviews>();
}
