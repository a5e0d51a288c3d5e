using System.ComponentModel.DataAnnotations;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Sync;

/// <summary>Registers sync.</summary>
internal static class SyncSetup
{
    public static IServiceCollection AddSync(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton(configuration.GetValidated<SyncOptions>("Sync"));
}

/// <summary>The settings under <c>Sync</c>.</summary>
public sealed record SyncOptions
{
    /// <summary>
    /// The epoch of the store. Default 1. Raise it after a restore or a failover that lost commits; all cursors become invalid
    /// and every client starts with a new snapshot.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int StoreEpoch { get; init; } = 1;
}
