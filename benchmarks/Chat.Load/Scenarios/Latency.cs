using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>What a single message takes to the recipient while nothing else happens.</summary>
internal static class Latency
{
    private const int WarmUp = 200;
    private const int Messages = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        await using var pair = await Talk.GatherAsync(server, conversations: 1, people: 2);
        await SendAsync(pair.Turns[0], WarmUp);
        report.AddPercentiles("latency", "to the recipient", await SendAsync(pair.Turns[0], Messages), "ms");
    }

    private static async Task<List<double>> SendAsync(Func<Task<double>> send, int count)
    {
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            times.Add(await send());
            await Task.Delay(Pause, TimeProvider.System);
        }

        return times;
    }
}
