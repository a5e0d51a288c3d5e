using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Functions.Users;

/// <summary>Registers authentication.</summary>
internal static class UsersSetup
{
    public static IServiceCollection AddUsers(
        this IServiceCollection services,
        IConfiguration configuration,
        IHostEnvironment environment) =>
        services.AddSingleton(AuthOptions.Read(configuration, environment.IsDevelopment())).AddSingleton<TokenValidator>();
}
