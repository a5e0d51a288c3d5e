using Chat.Functions.Messages;
using Chat.Local;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.Functions;
using Chat.Local.Store;
using Microsoft.Extensions.Logging;

try
{
    var options = CommandLine.Parse(args);
    await using var azure = await LocalAzure.StartAsync(options.InMemory ? null : options.DataDirectory, options.Reset);
    _ = EndWhenStoreFailsAsync(azure.Store);
    await OpenPortsAsync(azure, options);
    await using var host = await FunctionsHost.StartAsync(azure, new InstanceOptions
    {
        App = typeof(SendMessage).Assembly,
        Url = options.Url,
        SigningKey = options.InMemory ? null : SigningKey.ReadOrCreate(options.DataDirectory),
        Console = LogLevel.Information,
    });
    Banner.Write(Console.Out, host.Address, options, host.RoutePrefix, host.Functions);
    _ = GiveBackAsync();
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, host.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    await host.StopAsync();
    Banner.WriteBill(Console.Out, azure.Meter);
    return 0;
}
catch (Exception refused) when (refused is HostRefusedException or LocalStoreException)
{
    var code = refused is HostRefusedException host ? host.ExitCode : 1;
    await (code == 0 ? Console.Out : Console.Error).WriteLineAsync(refused.Message);
    return code;
}

static async Task OpenPortsAsync(LocalAzure azure, CommandLine options)
{
    if (options.CosmosPort > 0)
    {
        await Console.Out.WriteLineAsync(
            await azure.Cosmos.ListenAsync(options.CosmosPort, CancellationToken.None)
                ? $"Cosmos DB for tools: http://localhost:{options.CosmosPort}/, or https with the certificate that {ServerCertificate.Path} there gives."
                : $"Port {options.CosmosPort} can't be had, so that tools don't reach Cosmos DB; choose another with --cosmos-port N.");
    }

    if (options.ServiceBusPort > 0)
    {
        await Console.Out.WriteLineAsync(
            azure.ServiceBus.Listen(options.ServiceBusPort) is not null
                ? $"Service Bus for tools: {azure.ServiceBus.ConnectionString}"
                : $"Port {options.ServiceBusPort} can't be had, so that tools don't reach Service Bus; choose another with --servicebus-port N.");
    }

    if (options.SignalRPort > 0 && !await azure.SignalR.ListenAsync(options.SignalRPort, CancellationToken.None))
    {
        await Console.Out.WriteLineAsync(
            $"Port {options.SignalRPort} can't be had, so that no client reaches SignalR Service; choose another with --signalr-port N.");
    }
}

// A store that can't write, or gives back what wasn't written, may not be answered from.
static async Task EndWhenStoreFailsAsync(LocalStore store)
{
    try
    {
        await store.Failed;
    }
    catch (Exception failure)
    {
        await Console.Error.WriteLineAsync($"{failure.Message} The host ends. What it answered until now is kept.");
        Environment.Exit(1);
    }
}

// Gives back what the start leaves behind, most of the heap: without work it would stay resident.
static async Task GiveBackAsync()
{
    await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    NativeHeap.Trim();
}
