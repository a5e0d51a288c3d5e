using System.Net.Sockets;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Local.Functions;

/// <summary>The running app: its port is open once its triggers run, and its local Azure goes with it if it made it.</summary>
internal sealed class FunctionsHost(WebApplication app, LocalAzure azure, CommandLine options, bool owned) : IHost, IAsyncDisposable
{
    public IServiceProvider Services => app.Services;

    /// <summary>Where it listens, once started.</summary>
    public Uri Address => new(app.Urls.First());

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (owned)
            {
                _ = EndWhenStoreFailsAsync();
                await OpenCosmosPortAsync(cancellationToken);
                if (azure.SignalR.Address is null && options.SignalRPort > 0)
                {
                    await Console.Out.WriteLineAsync(
                        $"Port {options.SignalRPort} can't be had, so that no client reaches SignalR Service; choose another with --signalr-port N.");
                }
            }

            await app.StartAsync(cancellationToken);
            if (owned)
            {
                _ = GiveBackAsync();
            }
        }
        catch (LocalStoreException failed)
        {
            HostRefusal.Tell(failed);
            throw;
        }
        catch (Exception taken) when (taken is SocketException or IOException { InnerException: AddressInUseException })
        {
            // The triggers run already, and end before the services under them do.
            await app.StopAsync(CancellationToken.None);
            await DisposeAsync();
            HostRefusal.Guard<object>(() => throw new HostRefusedException($"{options.Url} can't be had: {taken.GetBaseException().Message}. Choose another with --urls URL."));
        }
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => app.StopAsync(cancellationToken);

    /// <summary>Ends as a killed process would: nothing is answered, settled, saved or released. The app's own services go on until it is disposed.</summary>
    public async Task AbortAsync()
    {
        Services.GetRequiredService<HostStop>().Abort();
        await Services.GetRequiredService<IServer>().StopAsync(new CancellationToken(canceled: true));
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (owned)
        {
            await azure.DisposeAsync();
        }
    }

    /// <summary>Gives back what the start leaves behind, most of the heap: without work it would stay resident.</summary>
    private static async Task GiveBackAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }

    private async Task OpenCosmosPortAsync(CancellationToken cancellationToken)
    {
        if (options.CosmosPort == 0)
        {
            return;
        }

        await Console.Out.WriteLineAsync(
            await azure.Cosmos.ListenAsync(options.CosmosPort, cancellationToken)
                ? $"Cosmos DB for tools: http://localhost:{options.CosmosPort}/, or https with the certificate that {ServerCertificate.Path} there gives."
                : $"Port {options.CosmosPort} can't be had, so that tools don't reach Cosmos DB; choose another with --cosmos-port N.");
    }

    /// <summary>A store that can't write, or gives back what wasn't written, may not be answered from.</summary>
    private async Task EndWhenStoreFailsAsync()
    {
        try
        {
            await azure.Store.Failed;
        }
        catch (Exception failure)
        {
            await Console.Error.WriteLineAsync($"{failure.Message} The host ends. What it answered until now is kept.");
            Environment.Exit(1);
        }
    }
}
