namespace Chat.Load.Scenarios;

/// <summary>How long a start takes, and what the backend costs while nobody uses it.</summary>
internal static class Start
{
    private const int Starts = 5;
    private const int ConversationsKept = 20;
    private const int MessagesKept = 50;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(string server, Report report)
    {
        var fresh = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            using var data = new DataDirectory();
            await using var backend = await Backend.StartAsync(server, data.Path);
            fresh.Add(backend.StartedIn.TotalMilliseconds);
        }

        using var kept = new DataDirectory();
        await FillAsync(server, kept);
        var again = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            await using var backend = await Backend.StartAsync(server, kept.Path);
            again.Add(backend.StartedIn.TotalMilliseconds);
        }

        report.AddSpread("start", "first answer, new data directory", fresh, "ms");
        report.AddSpread("start", $"first answer, {ConversationsKept * MessagesKept} messages kept", again, "ms");
        await MeasureIdleAsync(server, report);
    }

    private static async Task FillAsync(string server, DataDirectory data)
    {
        await using var backend = await Backend.StartAsync(server, data.Path);
        await Task.WhenAll(Enumerable.Range(0, ConversationsKept).Select(async i =>
        {
            await using var pair = await Pair.MeetAsync(backend.Http, $"kept-{i}");
            for (var message = 0; message < MessagesKept; message++)
            {
                await pair.SendAsync("A message that is there when the backend starts again.");
            }
        }));
    }

    private static async Task MeasureIdleAsync(string server, Report report)
    {
        using var data = new DataDirectory();
        await using var backend = await Backend.StartAsync(server, data.Path);
        await Task.Delay(Settled, TimeProvider.System);
        report.Add("start", "resident memory when idle", backend.ResidentMegabytes, "MB");
        var before = backend.CpuTime;
        await Task.Delay(Idle, TimeProvider.System);
        report.Add("start", "CPU when idle", 100 * (backend.CpuTime - before) / Idle, "% of a core");
    }
}
