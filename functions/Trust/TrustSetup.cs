using Chat.Functions.People;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Trust;

/// <summary>Registers people and who may reach whom.</summary>
internal static class TrustSetup
{
    public static IServiceCollection AddTrust(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(configuration.GetValidated<TrustOptions>("Trust"))
            .AddSingleton<PersonStore>()
            .AddSingleton<RelationshipStore>()
            .AddSingleton<AcquaintedUsers>()
            .AddSingleton<NamesPush>();
}
