using System.Diagnostics;
using System.Text.Json;
using Chat.Load.Profile;
using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>
/// What a message makes the backend write and read, in the usual case, by Linux and by the store's own counters; and what can make
/// all wait: slow commits, collections, and processors that others use.
/// </summary>
internal static class Disk
{
    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        var workload = Workload.All.Single(one => one.Name == "usual");
        await using var crowd = await workload.GatherAsync(server);
        await LoadWindow.WarmUpAsync(server.Process, crowd.Turns, workload.Every);

        // One long window, as what is written at first moves into the tables much later.
        var (before, ready) = (await ReadAsync(server), server.Process.ReadyTime);
        var window = await LoadWindow.RunAsync(server.Process, options.Window * options.Windows * 2, crowd.Turns, workload.Every);
        var (after, waited) = (await ReadAsync(server), server.Process.ReadyTime - ready);
        var began = Stopwatch.GetTimestamp();
        var pauses = await CollectionPauses.WhileAsync(
            server.Process.Id, () => LoadWindow.RunAsync(server.Process, options.Window * options.Windows, crowd.Turns, workload.Every));
        var watched = Stopwatch.GetElapsedTime(began);

        Add("written, by /proc/PID/io", window.Disk.Written / 1000d, "KB");
        Add("writes, by /proc/PID/io", window.Disk.Writes, "");
        Add("reads, by /proc/PID/io", window.Disk.Reads, "");
        Add("commits of the store, each with a sync", Count("commits"), "");
        Add("appended to the log", Count("logBytes") / 1000, "KB");
        Add("pages of tables changed, each written twice", Count("tablePages"), "");
        report.AddPercentiles("disk", "to the recipient, from when it should have been sent", window.Turns, "ms");
        report.Add("disk", "server CPU per message", window.CpuPerTurn, "ms");
        report.Add("disk", "checkpoints", Count("checkpoints"), "");
        report.Add("disk", "messages", window.Turns.Count, "");
        report.Add("disk", "commits that took longer than 10 ms", 100 * Count("slowCommits") / Count("commits"), "%");
        report.Add(
            "disk", "threads that were ready and waited for a processor, a message", waited.TotalMilliseconds / window.Turns.Count, "ms");
        report.Add("disk", "time in which collections stop all threads", 100 * pauses.Sum() / watched.TotalMilliseconds, "%");
        report.AddPercentiles("disk", "a collection's pause", pauses, "ms");

        double Count(string name) => after.GetProperty(name).GetDouble() - before.GetProperty(name).GetDouble();

        void Add(string measure, double sum, string unit) => report.Add("disk", $"{measure}, a message", sum / window.Turns.Count, unit);
    }

    private static async Task<JsonElement> ReadAsync(ChatServer server) =>
        await JsonSerializer.DeserializeAsync<JsonElement>(await server.Http.GetStreamAsync(new Uri("/local/api/store", UriKind.Relative)));
}
