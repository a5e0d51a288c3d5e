using Chat.Functions.Messages;
using Chat.Local;
using Chat.Local.Functions;
using Chat.Local.Store;
using Microsoft.Extensions.Logging;

try
{
    var options = CommandLine.Parse(args);
    await using var azure = await LocalAzure.StartAsync(options.InMemory ? null : options.DataDirectory, options.Reset);
    _ = EndWhenStoreFailsAsync(azure.Store);
    await Ports.OpenAsync(azure, options, Console.Out);
    var signingKey = options.InMemory ? null : SigningKey.ReadOrCreate(options.DataDirectory);
    if (options.ServicesOnly)
    {
        Banner.WriteSettings(Console.Out, azure, options, signingKey ?? SigningKey.Create());
        await Signals.WaitForEndAsync();
    }
    else
    {
        await RunAsync(azure, options, signingKey);
    }

    Banner.WriteBill(Console.Out, azure.Meter);
    return 0;
}
catch (Exception refused) when (refused is HostRefusedException or LocalStoreException)
{
    var code = refused is HostRefusedException host ? host.ExitCode : 1;
    await (code == 0 ? Console.Out : Console.Error).WriteLineAsync(refused.Message);
    return code;
}

static async Task RunAsync(LocalAzure azure, CommandLine options, string? signingKey)
{
    await using var host = await FunctionsHost.StartAsync(azure, new InstanceOptions
    {
        App = typeof(SendMessage).Assembly,
        AsChild = options.Child,
        Url = options.Url,
        SigningKey = signingKey,
        Console = LogLevel.Information,
    });
    Banner.Write(Console.Out, host.Address, options, host.RoutePrefix, host.Functions);
    _ = GiveBackAsync();
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, host.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    await host.StopAsync();
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

// Gives back what work has left behind, the start's above all, once there is little to do: what isn't used is never collected by
// itself, and stays resident. By then the store has moved its changes into the tables.
static async Task GiveBackAsync()
{
    const long Little = 4 * 1024 * 1024;
    const long Much = 32 * 1024 * 1024;
    const int Looks = 3;
    for (var (collected, quiet) = (0L, 0); ;)
    {
        var before = GC.GetTotalAllocatedBytes();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        var allocated = GC.GetTotalAllocatedBytes();
        quiet = allocated - before < Little ? quiet + 1 : 0;
        if (quiet >= Looks && allocated - collected > Much)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            NativeHeap.Trim();
            collected = allocated;
        }
    }
}
