using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Chat.Functions.Telemetry;

/// <summary>Exports spans and metrics by OTLP. The <c>OTEL_*</c> settings configure it.</summary>
internal sealed class TelemetryExport(IConfiguration configuration) : IHostedService, IDisposable
{
    private TracerProvider? _spans;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _spans = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(Resource())
            .AddSource(Spans.SourceName)
            .AddOtlpExporter()
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(Resource())
            .AddMeter(Metrics.MeterName)
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Flushes both, for at most 5 s each. Not in <see cref="StopAsync"/>, since invocations run on until after it.
    /// </summary>
    public void Dispose()
    {
        _spans?.Dispose();
        _metrics?.Dispose();
    }

    /// <summary>Environment settings are added last, so that <c>OTEL_SERVICE_NAME</c> wins.</summary>
    private static ResourceBuilder Resource() =>
        ResourceBuilder.CreateEmpty().AddService("chat-functions").AddTelemetrySdk().AddEnvironmentVariableDetector();
}
