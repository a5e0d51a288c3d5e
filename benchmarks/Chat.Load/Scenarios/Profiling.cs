using System.Globalization;
using Chat.Load.Costs;
using Chat.Load.Profile;
using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>Which steps of a workload, and whose code, the processor time and the allocations go into.</summary>
internal static class Profiling
{
    private static readonly string[] Usual = ["pairs", "groups"];
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(3);

    /// <summary>Now and then <c>perf</c> gives up on a process whose threads come and go, without a word.</summary>
    private const int Attempts = 3;

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        foreach (var workload in options.Profiled is { Count: > 0 } chosen ? chosen : Workload.All.Where(one => Usual.Contains(one.Name)))
        {
            await RunAsync(options, report, workload);
        }
    }

    private static async Task RunAsync(LoadOptions options, Report report, Workload workload)
    {
        var (name, turn) = ($"profile of {workload.Name}", workload.Turn);
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path, ProcessorSampling.Environment);
        await using var crowd = await workload.GatherAsync(server);
        await LoadWindow.WarmUpAsync(server.Process, crowd.Turns, workload.Every);

        var (busy, processor, used) = await WhileAsync(server, workload, crowd, ProcessorSampling.TakeAsync);
        report.AddTable(name, Requests(used, busy.Turns.Count, turn));
        var shares = new Shares(processor);
        report.Add(name, $"CPU per {turn} while sampled", busy.CpuPerTurn, "ms");
        report.Add(name, "of it garbage collection, about", shares.Collection, "%");
        report.AddTable(name, string.Create(
            CultureInfo.InvariantCulture,
            $"**Processor time**: {busy.CpuPerTurn:0.00} ms per {turn}, about {shares.Collection:0} % of it garbage collection."));
        report.AddTable(name, shares.BySteps(busy.CpuPerTurn, "ms", turn));
        report.AddTable(name, shares.ByOwner(busy.CpuPerTurn, "ms", turn));
        AddMethods(report, name, shares);

        var (allocating, allocations, _) = await WhileAsync(server, workload, crowd, AllocationSampling.TakeAsync);
        var kilobytes = allocations.Sum(sample => sample.Weight) / allocating.Turns.Count / 1000;
        shares = new Shares(allocations);
        report.Add(name, $"allocated per {turn}", kilobytes, "KB");
        report.AddTable(name, string.Create(CultureInfo.InvariantCulture, $"**Allocations**: {kilobytes:0} KB per {turn}."));
        report.AddTable(name, shares.BySteps(kilobytes, "KB", turn));
        report.AddTable(name, shares.ByOwner(kilobytes, "KB", turn));
        report.AddTable(name, shares.Types());
        AddMethods(report, name, shares);
    }

    private static IEnumerable<string> Requests(Tally tally, int turns, string turn) => [
        $"| service | operation | per {turn} |",
        "|---|---|---:|",
        .. tally.Counts.OrderByDescending(one => one.Value.Requests)
            .Select(one => string.Create(
                CultureInfo.InvariantCulture, $"| {one.Key.Service} | {one.Key.Operation} | {one.Value.Requests / turns:0.00} |"))];

    private static void AddMethods(Report report, string name, Shares shares)
    {
        report.AddTable(name, shares.Exclusive());
        report.AddTable(name, shares.InclusiveOf(Owner.Functions));
        report.AddTable(name, shares.ExclusiveOf(Owner.Functions));
        report.AddTable(name, shares.InclusiveOf(Owner.Local));
        report.AddTable(name, shares.ExclusiveOf(Owner.CosmosSdk));
    }

    private static async Task<(LoadWindow Window, IReadOnlyList<StackSample> Samples, Tally Used)> WhileAsync(
        ChatServer server,
        Workload workload,
        Crowd crowd,
        Func<int, TimeSpan, Task<IReadOnlyList<StackSample>>> sampleAsync)
    {
        for (var attempt = 1; ; attempt++)
        {
            await server.Process.SettleAsync();
            var before = await Tally.ReadAsync(server.Http);

            // The window begins and ends with waiting until the server is quiet.
            var sampling = sampleAsync(server.Process.Id, Duration + Margin);
            var window = await LoadWindow.RunAsync(server.Process, Duration, crowd.Turns, workload.Every);
            var used = await Tally.ReadAsync(server.Http) - before;
            try
            {
                return (window, await sampling, used);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                await Console.Error.WriteLineAsync("No samples; once again …");
            }
        }
    }
}
