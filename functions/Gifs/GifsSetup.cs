using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Gifs;

/// <summary>Registers the search for GIFs.</summary>
internal static class GifsSetup
{
    public static IServiceCollection AddGifs(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(GifOptions.Read(configuration))
            .AddSingleton<HostGifs>();
}
