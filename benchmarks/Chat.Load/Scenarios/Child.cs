using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>What the app itself takes in a process of its own, as it is deployed, apart from the host and the services.</summary>
internal static class Child
{
    private const int Starts = 5;

    private static readonly Workload HotGroup =
        new("hot", 1, "message", async server => (await Hot.GatherAsync((ChatServer)server, accepted: static () => { })).Crowd);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        await MeasureStartsAsync(options, report);
        foreach (var workload in Workload.All.Append(HotGroup))
        {
            await MeasureAsync(options, report, workload);
        }

        await MeasureConnectionsAsync(options, report);
    }

    private static async Task MeasureStartsAsync(LoadOptions options, Report report)
    {
        var (wall, both, own) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < Starts; i++)
        {
            using var data = new DataDirectory();
            await using var server = await ChatServer.StartAsync(options.Server, data.Path, asChild: true);
            wall.Add(server.StartedIn.TotalMilliseconds);
            own.Add(server.Worker!.CpuTime.TotalMilliseconds);
            both.Add((server.StartCpu + server.Worker.CpuTime).TotalMilliseconds);
            if (i == 0)
            {
                await server.Process.SettleAsync();
                report.Add("child", "resident memory when idle, host and services", server.Process.ResidentMegabytes, "MB");
                report.Add("child", "resident memory when idle, app", server.Worker.ResidentMegabytes, "MB");
            }
        }

        report.AddSpread("child", "first answer, new data directory", wall, "ms");
        report.AddSpread("child", "CPU until then, both processes", both, "ms");
        report.AddSpread("child", "CPU until then, app", own, "ms");
    }

    private static async Task MeasureAsync(LoadOptions options, Report report, Workload workload)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path, asChild: true);
        var app = server.Worker!;
        await using var crowd = await workload.GatherAsync(server);
        await LoadWindow.WarmUpAsync(app, crowd.Turns, workload.Every);
        var (own, host, times) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < options.Windows; i++)
        {
            var before = app.CpuTime;
            var window = await LoadWindow.RunAsync(server.Process, options.Window, crowd.Turns, workload.Every);
            own.Add((app.CpuTime - before).TotalMilliseconds / window.Turns.Count);
            host.Add(window.CpuPerTurn);
            times.AddRange(window.Turns);
        }

        report.AddSpread("child", $"{workload.Name}: CPU per {workload.Turn}, app", own, "ms");
        report.AddSpread("child", $"{workload.Name}: CPU per {workload.Turn}, host and services", host, "ms");
        report.AddPercentiles("child", $"{workload.Name}: to the last", times, "ms");
    }

    /// <summary>The connections themselves are SignalR Service's: the app only lets people in and hears who is there.</summary>
    private static async Task MeasureConnectionsAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path, asChild: true);
        var app = server.Worker!;
        await Task.Delay(Connections.Start, TimeProvider.System);
        var resident = await Connections.ResidentAsync(app);
        var people = await Connections.ConnectAsync(server, from: 0, Connections.Most);
        var grown = await Connections.ResidentAsync(app) - resident;
        report.Add("child", "connections: resident for each, app", 1000 * grown / Connections.Most, "KB");
        await Task.WhenAll(people.Select(person => person.DisposeAsync().AsTask()));
    }
}
