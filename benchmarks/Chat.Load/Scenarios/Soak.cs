using System.Diagnostics;
using System.Globalization;
using Chat.Load.Charts;
using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>Minutes of half of the load that 100 pairs make: whether memory or latency grow with time.</summary>
internal static class Soak
{
    private const int Pairs = 100;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        await using var crowd = await Talk.GatherAsync(server, Pairs, people: 2);
        await LoadWindow.WarmUpAsync(server.Process, crowd.Turns);
        var full = await LoadWindow.RunAsync(server.Process, options.Window, crowd.Turns);

        // Each pair begins a turn at this interval, or at once when the one before took longer.
        var every = TimeSpan.FromSeconds(2 * Pairs / full.PerSecond);
        var paced = crowd.Turns.Select(turn => new Func<Task<double>>(async () =>
        {
            var began = Stopwatch.GetTimestamp();
            var took = await turn();
            var left = every - Stopwatch.GetElapsedTime(began);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeProvider.System);
            return took;
        })).ToList();
        var steps = new List<(double Minute, double Resident, double P50, double P99, double PerSecond)>();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began).TotalMinutes < options.Minutes;)
        {
            var window = await LoadWindow.RunAsync(server.Process, Step, paced);
            var times = new Sample(window.Turns);
            steps.Add((
                Stopwatch.GetElapsedTime(began).TotalMinutes,
                server.Process.ResidentMegabytes,
                times.Median,
                times.At(0.99),
                window.PerSecond));
        }

        foreach (var step in steps)
        {
            report.Add(
                "soak",
                string.Create(CultureInfo.InvariantCulture, $"minute {step.Minute:0.0}: resident memory"),
                step.Resident,
                "MB");
            report.Add("soak", string.Create(CultureInfo.InvariantCulture, $"minute {step.Minute:0.0}: p50"), step.P50, "ms");
            report.Add("soak", string.Create(CultureInfo.InvariantCulture, $"minute {step.Minute:0.0}: p99"), step.P99, "ms");
        }

        report.AddTable("soak", [
            "| minute | messages/s | resident MB | p50 ms | p99 ms |",
            "|---:|---:|---:|---:|---:|",
            .. steps.Where((_, n) => n % 2 == 1).Select(step => string.Create(
                CultureInfo.InvariantCulture,
                $"| {step.Minute:0.0} | {step.PerSecond:0} | {step.Resident:0} | {step.P50:0.0} | {step.P99:0.0} |"))]);
        report.AddPlot("soak", new Plot("soak: half of the load of 100 pairs", "minutes") { IsLogarithmic = false }
            .With("resident MB", new Series("resident", [.. steps.Select(step => (step.Minute, step.Resident))]))
            .With(
                "ms to the recipient",
                new Series("p50", [.. steps.Select(step => (step.Minute, step.P50))]),
                new Series("p99", [.. steps.Select(step => (step.Minute, step.P99))], IsDashed: true))
            .ToSvg());
    }
}
