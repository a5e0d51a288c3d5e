using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;

namespace Chat.Local.Functions;

/// <summary>The running app: its port is open once its triggers run, and its local Azure goes with it if it made it.</summary>
internal sealed class FunctionsHost(WebApplication app, LocalAzure azure, bool owned) : IHost, IAsyncDisposable
{
    public IServiceProvider Services => app.Services;

    /// <summary>Where it listens, once started.</summary>
    public Uri Address => new(app.Urls.First());

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await DisposeAsync();
            HostRefusal.Guard<object>(() => throw new HostRefusedException($"{taken.Message} Choose another with --urls URL."));
        }
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => app.StopAsync(cancellationToken);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (owned)
        {
            await azure.DisposeAsync();
        }
    }
}
