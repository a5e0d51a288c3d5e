using System.Globalization;
using Chat.Load.Costs;
using Chat.Load.Profile;
using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>Whose code the processor time and the allocations of 100 pairs go into.</summary>
internal static class Profiling
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path, ProcessorSampling.Environment);
        await using var crowd = await Talk.GatherAsync(server, conversations: 100, people: 2);
        await LoadWindow.WarmUpAsync(server.Process, crowd.Turns);

        var before = await Tally.ReadAsync(server.Http);
        var (busy, processor) = await WhileAsync(server, crowd, ProcessorSampling.TakeAsync);
        AddRequests(report, await Tally.ReadAsync(server.Http) - before, busy.Turns.Count);
        var shares = new Shares(processor);
        report.Add("profile", "CPU per message while sampled", busy.CpuPerTurn, "ms");
        report.Add("profile", "of it garbage collection, about", shares.Collection, "%");
        report.AddTable("profile", string.Create(CultureInfo.InvariantCulture, $"**Processor time**: {busy.CpuPerTurn:0.00} ms per message, about {shares.Collection:0} % of it garbage collection."));
        report.AddTable("profile", shares.ByOwner(busy.CpuPerTurn, "ms"));
        AddMethods(report, shares);

        var (allocating, allocations) = await WhileAsync(server, crowd, AllocationSampling.TakeAsync);
        var kilobytes = allocations.Sum(sample => sample.Weight) / allocating.Turns.Count / 1000;
        shares = new Shares(allocations);
        report.Add("profile", "allocated per message", kilobytes, "KB");
        report.AddTable("profile", string.Create(CultureInfo.InvariantCulture, $"**Allocations**: {kilobytes:0} KB per message."));
        report.AddTable("profile", shares.ByOwner(kilobytes, "KB"));
        report.AddTable("profile", shares.Types());
        AddMethods(report, shares);
    }

    private static void AddRequests(Report report, Tally tally, int messages) => report.AddTable("profile", [
        "| service | operation | per message |",
        "|---|---|---:|",
        .. tally.Counts.OrderByDescending(one => one.Value.Requests)
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"| {one.Key.Service} | {one.Key.Operation} | {one.Value.Requests / messages:0.00} |"))]);

    private static void AddMethods(Report report, Shares shares)
    {
        report.AddTable("profile", shares.Exclusive());
        report.AddTable("profile", shares.InclusiveOf(Owner.Functions));
        report.AddTable("profile", shares.ExclusiveOf(Owner.Functions));
        report.AddTable("profile", shares.InclusiveOf(Owner.Local));
        report.AddTable("profile", shares.ExclusiveOf(Owner.CosmosSdk));
    }

    private static async Task<(LoadWindow Window, IReadOnlyList<StackSample> Samples)> WhileAsync(
        ChatServer server,
        Crowd crowd,
        Func<int, TimeSpan, Task<IReadOnlyList<StackSample>>> sampleAsync)
    {
        // The window begins and ends with waiting until the server is quiet.
        var sampling = sampleAsync(server.Process.Id, Duration + Margin);
        var window = await LoadWindow.RunAsync(server.Process, Duration, crowd.Turns);
        return (window, await sampling);
    }
}
