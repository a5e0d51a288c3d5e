using System.Globalization;
using Chat.Load.Servers;

namespace Chat.Load.Workloads;

/// <summary>The same workload against several servers, window by window in turn, so that all of them have the same neighbours.</summary>
internal static class Contest
{
    public static async Task RunAsync(LoadOptions options, Report report, Workload workload)
    {
        var entries = new List<Entry>();
        try
        {
            foreach (var contender in options.Contenders)
            {
                entries.Add(await Entry.StartAsync(contender, workload));
                await LoadWindow.WarmUpAsync(entries[^1].Server.Process, entries[^1].Crowd.Turns, workload.Every);
            }

            for (var n = 0; n < options.Windows; n++)
            {
                foreach (var entry in entries)
                {
                    entry.Windows.Add(await LoadWindow.RunAsync(entry.Server.Process, options.Window, entry.Crowd.Turns, workload.Every));
                }
            }

            Note(report, workload, entries);
        }
        finally
        {
            foreach (var entry in entries)
            {
                await entry.DisposeAsync();
            }
        }
    }

    private static void Note(Report report, Workload workload, List<Entry> entries)
    {
        report.AddTable(workload.Name, [
            $"| server | {Many(workload.Each)}/s | last has it, p50 ms | p99 ms | CPU ms per {workload.Each} (least – most) "
                + "| resident MB | CPU of chat ÷ its | KB written | writes | reads |",
            "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
            .. entries.Select(entry => Row(entry, entries[0], workload.Deliveries))]);
        foreach (var entry in entries)
        {
            Note(report, workload, entry, entries[0]);
        }
    }

    private static string Row(Entry entry, Entry first, int deliveries)
    {
        var (turns, cpu) = (new Sample(entry.Turns), new Sample(entry.Cpu(deliveries)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {entry.Name} | {entry.PerSecond(deliveries).Median:N0} | {turns.Median:0.0} | {turns.At(0.99):0.0} "
                + $"| {cpu.Median:0.0000} ({cpu.At(0):0.0000} – {cpu.At(1):0.0000}) | {entry.Server.Process.ResidentMegabytes:0} "
                + $"| {first.CpuOver(entry):0.00} | {entry.PerTurn(disk => disk.Written) / 1000:0.0} "
                + $"| {entry.PerTurn(disk => disk.Writes):0.0} | {entry.PerTurn(disk => disk.Reads):0.0} |");
    }

    private static void Note(Report report, Workload workload, Entry entry, Entry first)
    {
        report.AddSpread(
            workload.Name,
            $"{Many(workload.Each)} per second",
            entry.Windows.Select(window => window.PerSecond * workload.Deliveries),
            "/s",
            entry.Name);
        report.AddPercentiles(workload.Name, "to the last", entry.Turns, "ms", entry.Name);
        report.AddSpread(workload.Name, $"server CPU per {workload.Each}", entry.Cpu(workload.Deliveries), "ms", entry.Name);
        report.Add(workload.Name, "resident memory", entry.Server.Process.ResidentMegabytes, "MB", entry.Name);
        report.Add(workload.Name, "CPU of chat over its", first.CpuOver(entry), "", entry.Name);
        report.Add(workload.Name, $"written per {workload.Turn}", entry.PerTurn(disk => disk.Written) / 1000, "KB", entry.Name);
        report.Add(workload.Name, $"writes per {workload.Turn}", entry.PerTurn(disk => disk.Writes), "", entry.Name);
        report.Add(workload.Name, $"reads per {workload.Turn}", entry.PerTurn(disk => disk.Reads), "", entry.Name);
    }

    private static string Many(string each) => each.EndsWith('y') ? $"{each[..^1]}ies" : $"{each}s";

    /// <summary>A server that takes part, and how it did.</summary>
    private sealed record Entry(string Name, IServer Server, Crowd Crowd, DataDirectory Data) : IAsyncDisposable
    {
        public List<LoadWindow> Windows { get; } = [];

        public IEnumerable<double> Turns => Windows.SelectMany(window => window.Turns);

        public static async Task<Entry> StartAsync(Contender contender, Workload workload)
        {
            var data = new DataDirectory();
            var server = await contender.StartAsync(data.Path);
            return new Entry(contender.Name, server, await workload.GatherAsync(server), data);
        }

        public IEnumerable<double> Cpu(int deliveries) => Windows.Select(window => window.CpuPerTurn / deliveries);

        public Sample PerSecond(int deliveries) => new(Windows.Select(window => window.PerSecond * deliveries));

        public double PerTurn(Func<DiskUse, long> count) =>
            (double)count(Windows.Aggregate(default(DiskUse), (sum, window) => sum + window.Disk)) / Windows.Sum(
                window => window.Turns.Count);

        /// <summary>The median of the ratios of windows that followed each other.</summary>
        public double CpuOver(Entry other) =>
            new Sample(Windows.Zip(other.Windows, (mine, its) => mine.CpuPerTurn / its.CpuPerTurn)).Median;

        public async ValueTask DisposeAsync()
        {
            await Crowd.DisposeAsync();
            await Server.DisposeAsync();
            Data.Dispose();
        }
    }
}
