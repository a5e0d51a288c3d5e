namespace Chat.Load.Scenarios;

/// <summary>Many people write to each other, each waiting until the message is answered and has arrived.</summary>
internal static class Pairs
{
    private const int Count = 100;
    private const int Windows = 3;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(8);
    private static readonly string Text = new('x', 100);

    public static async Task RunAsync(string server, Report report)
    {
        using var data = new DataDirectory();
        await using var backend = await Backend.StartAsync(server, data.Path);
        var pairs = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => Pair.MeetAsync(backend.Http, $"pair-{i}")));
        var senders = pairs.Select(pair => new Func<Task<double>>(async () => (await pair.SendAsync(Text)).Arrived)).ToList();
        await LoadWindow.WarmUpAsync(backend, senders);
        var windows = new List<LoadWindow>();
        for (var i = 0; i < Windows; i++)
        {
            windows.Add(await LoadWindow.RunAsync(backend, Window, senders));
        }

        report.AddSpread("pairs", "server CPU per message", windows.Select(window => window.CpuPerTurn), "ms");
        report.AddSpread("pairs", "deliveries", windows.Select(window => window.PerSecond), "/s");
        report.AddPercentiles("pairs", "to the recipient", windows.SelectMany(window => window.Turns), "ms");
        report.Add("pairs", "resident memory", backend.ResidentMegabytes, "MB");
        foreach (var pair in pairs)
        {
            await pair.DisposeAsync();
        }
    }
}
