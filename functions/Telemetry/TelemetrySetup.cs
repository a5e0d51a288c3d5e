using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Telemetry;

/// <summary>Registers telemetry. It is exported only if a setting gives the receiver.</summary>
internal static class TelemetrySetup
{
    /// <summary>The setting with the address of an OTLP receiver.</summary>
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(configuration.GetValidated<TelemetryOptions>("Telemetry")).AddSingleton<Pseudonyms>();
        return configuration[Endpoint] switch
        {
            null or "" => services,
            var endpoint when Uri.TryCreate(
                endpoint,
                UriKind.Absolute,
                out var address) && address.Scheme is "http" or "https" => services.AddHostedService<TelemetryExport>(),
            _ => throw new InvalidOperationException($"Setting {Endpoint}: must be an http or https address."),
        };
    }
}
