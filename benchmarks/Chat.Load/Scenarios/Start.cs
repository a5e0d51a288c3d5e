using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>How long a start takes, and what the backend costs while nobody uses it.</summary>
internal static class Start
{
    private const int Starts = 5;
    private const int ConversationsKept = 20;
    private const int MessagesKept = 50;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        var (fresh, cpu) = (new List<double>(), new List<double>());
        for (var i = 0; i < Starts; i++)
        {
            using var data = new DataDirectory();
            await using var server = await ChatServer.StartAsync(options.Server, data.Path);
            fresh.Add(server.StartedIn.TotalMilliseconds);
            cpu.Add(server.StartCpu.TotalMilliseconds);
        }

        using var kept = new DataDirectory();
        await FillAsync(options, kept);
        var again = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            await using var server = await ChatServer.StartAsync(options.Server, kept.Path);
            again.Add(server.StartedIn.TotalMilliseconds);
        }

        report.AddSpread("start", "first answer, new data directory", fresh, "ms");
        report.AddSpread("start", "CPU until then", cpu, "ms");
        report.AddSpread("start", $"first answer, {ConversationsKept * MessagesKept} messages kept", again, "ms");
        await MeasureIdleAsync(options, report);
    }

    private static async Task FillAsync(LoadOptions options, DataDirectory data)
    {
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        await using var crowd = await Talk.GatherAsync(server, ConversationsKept, people: 2);
        await Task.WhenAll(crowd.Turns.Select(async send =>
        {
            for (var message = 0; message < MessagesKept; message++)
            {
                await send();
            }
        }));
    }

    private static async Task MeasureIdleAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        await Task.Delay(Settled, TimeProvider.System);
        report.Add("start", "resident memory when idle", server.Process.ResidentMegabytes, "MB");
        var before = server.Process.CpuTime;
        await Task.Delay(Idle, TimeProvider.System);
        report.Add("start", "CPU when idle", 100 * (server.Process.CpuTime - before) / Idle, "% of a core");
    }
}
