using System.Globalization;
using Chat.Functions.Messages;
using Chat.Local;
using Chat.Local.Functions;

namespace Chat.Services;

/// <summary>What each of many instances of the app adds to the first; memory is what is resident after a collection.</summary>
internal static class InstancesBenchmark
{
    private const int MoreInstances = 19;

    public static async Task RunAsync(Table table)
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        var hosts = new List<FunctionsHost> { await StartAsync() };

        // The collection is no part of what starting takes.
        var memory = Resident();
        var cpu = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < MoreInstances; i++)
        {
            hosts.Add(await StartAsync());
        }

        var took = Environment.CpuUsage.TotalTime - cpu;
        var more = Resident() - memory;
        table.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"One more instance, the mean of {MoreInstances}: {took.TotalMilliseconds / MoreInstances:N0} ms, "
                + $"{more / MoreInstances / 1e6:N1} MB."));
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        Task<FunctionsHost> StartAsync() => FunctionsHost.StartAsync(azure, new InstanceOptions { App = typeof(SendMessage).Assembly });

        static long Resident()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return Environment.WorkingSet;
        }
    }
}
