using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>What limits and filters add to a message: <c>pairs</c> with both on and with both off, window by window in turn.</summary>
internal static class Trust
{
    /// <summary>As much as may be set, so that every call is counted and none refused.</summary>
    private static readonly Dictionary<string, string> On = new(StringComparer.Ordinal)
    {
        ["Limits__SendBurst"] = "10000",
        ["Limits__SendsPerMinute"] = "60000",
        ["Limits__ReactionsPerMinute"] = "60000",
        ["Limits__PresencePerMinute"] = "60000",
        ["Limits__ReportsPerMinute"] = "60000",
    };

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        var pairs = Workload.All.Single(one => one.Name == "pairs");
        using var withData = new DataDirectory();
        using var withoutData = new DataDirectory();
        var port = ChatServer.FreePort();
        await using var with = await ChatServer.StartAsync(options.Server, withData.Path, On, cosmosPort: port);
        await WordLists.GiveAsync(with, port);
        await using var without = await ChatServer.StartAsync(options.Server, withoutData.Path);
        await using var withCrowd = await pairs.GatherAsync(with);
        await using var withoutCrowd = await pairs.GatherAsync(without);
        await LoadWindow.WarmUpAsync(with.Process, withCrowd.Turns);
        await LoadWindow.WarmUpAsync(without.Process, withoutCrowd.Turns);
        var windows = new List<(LoadWindow With, LoadWindow Without)>();
        for (var n = 0; n < options.Windows; n++)
        {
            // Each goes first every other time.
            var isFirst = n % 2 == 0;
            var first = await RunAsync(isFirst);
            var second = await RunAsync(!isFirst);
            windows.Add(isFirst ? (first, second) : (second, first));
        }

        report.AddSpread("trust", "server CPU per message, limits and filters on", windows.Select(one => one.With.CpuPerTurn), "ms");
        report.AddSpread("trust", "server CPU per message, both off", windows.Select(one => one.Without.CpuPerTurn), "ms");
        var ratios = windows.Select(one => one.With.CpuPerTurn / one.Without.CpuPerTurn);
        report.AddSpread("trust", "on over off, of windows that followed each other", ratios, "");
        report.AddPercentiles("trust", "to the recipient, on", windows.SelectMany(one => one.With.Turns), "ms");
        report.AddPercentiles("trust", "to the recipient, off", windows.SelectMany(one => one.Without.Turns), "ms");

        Task<LoadWindow> RunAsync(bool isWith) => isWith
            ? LoadWindow.RunAsync(with.Process, options.Window, withCrowd.Turns)
            : LoadWindow.RunAsync(without.Process, options.Window, withoutCrowd.Turns);
    }
}
