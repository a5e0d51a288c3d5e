using System.ComponentModel.DataAnnotations;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Sync;

/// <summary>Registers sync.</summary>
public static class SyncSetup
{
    public static IServiceCollection AddSync(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton(configuration.GetValidated<SyncOptions>("Sync"));
}

/// <summary>How sync behaves, under <c>Sync</c> in the settings.</summary>
public sealed record SyncOptions
{
    /// <summary>Which life of the store this is. Default 1. Raise it after a restore or a failover that lost commits: every client begins anew.</summary>
    [Range(1, int.MaxValue)]
    public int StoreEpoch { get; init; } = 1;
}
