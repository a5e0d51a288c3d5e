using Chat.Local;
using Chat.Local.Functions;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Chat.Services;

/// <summary>A host on a free port with the functions of one class, on a local Azure in memory.</summary>
internal sealed record AppHost(LocalAzure Azure, FunctionsHost Host) : IAsyncDisposable
{
    public static async Task<AppHost> StartAsync(Type? functions, Action<FunctionsApplicationBuilder>? configure = null)
    {
        var azure = await LocalAzure.StartAsync(directory: null);
        await azure.SignalR.ListenAsync(0, CancellationToken.None);
        HostHook.Current = new HostHook { Azure = azure, App = typeof(AppHost).Assembly, Classes = functions is null ? [] : [functions] };
        var builder = FunctionsApplication.CreateBuilder(["--urls", "http://127.0.0.1:0", "--cosmos-port", "0", "--signalr-port", "0"]);
        builder.ConfigureFunctionsWebApplication();
        configure?.Invoke(builder);
        var host = (FunctionsHost)builder.Build();
        HostHook.Current = null;
        await host.StartAsync();
        return new AppHost(azure, host);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync();
        await Host.DisposeAsync();
        await Azure.DisposeAsync();
    }
}
