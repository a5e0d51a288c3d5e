using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Chat.Local;
using Chat.Local.Functions;
using Chat.Local.TestApp;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

namespace Chat.Services;

/// <summary>A host on a free port with the functions of one class of the tests' app, on a local Azure in memory.</summary>
internal sealed record AppHost(LocalAzure Azure, FunctionsHost Host) : IAsyncDisposable
{
    public static async Task<AppHost> StartAsync(Type? functions, Action<FunctionsApplicationBuilder>? configure = null)
    {
        var azure = await LocalAzure.StartAsync(directory: null);
        await azure.SignalR.ListenAsync(0, CancellationToken.None);
        Setup.Current = app =>
        {
            // What the app does about its worker's cost.
            app.Logging.AddLogLevels();
            app.UseMiddleware<DropResults>();
            app.ConfigureFunctionsWebApplication();
            configure?.Invoke(app);
        };
        var options = new InstanceOptions
        {
            App = typeof(Setup).Assembly,
            Wants = function => functions is not null && function.EntryPoint.StartsWith($"{functions.FullName}.", StringComparison.Ordinal),
        };
        return new AppHost(azure, await FunctionsHost.StartAsync(azure, options));
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Azure.DisposeAsync();
    }
}
