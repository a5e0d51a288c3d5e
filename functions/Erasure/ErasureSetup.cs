using System.ComponentModel.DataAnnotations;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Erasure;

/// <summary>How users are erased, under <c>Erasure</c> in the settings.</summary>
public sealed record ErasureOptions
{
    /// <summary>After how many days an erasure begins, unless the host app says otherwise. Until then it can be cancelled.</summary>
    [Range(0, 30, ErrorMessage = "Must be 0 to 30.")]
    public int Days { get; init; } = 7;

    public const int MaxDays = 30;
}

/// <summary>Registers the erasure of users.</summary>
internal static class ErasureSetup
{
    public static IServiceCollection AddErasure(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(configuration.GetValidated<ErasureOptions>("Erasure"))
            .AddSingleton<ErasureStore>()
            .AddSingleton<ErasureProgress>()
            .AddSingleton<ConversationErasure>();
}
