using System.Globalization;
using Chat.Load.Servers;

namespace Chat.Load.Scenarios;

/// <summary>
/// Stored messages: what they keep in memory, as whoever looks at the process sees it, and how long a start with them takes.
/// </summary>
internal static class StoredMessages
{
    private const int Warm = 5_000;
    private const int Stored = 100_000;
    private const int First = 200_000;
    private const int PerConversation = 1_000;
    private const int Starts = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using (var nothing = new DataDirectory())
        {
            await StartAsync(options, report, nothing, 0);
        }

        using var data = new DataDirectory();
        await using (var server = await ChatServer.StartAsync(options.Server, data.Path))
        {
            var before = await ResidentAsync(server);
            await FillAsync(server, 0, Warm);
            var warm = await ResidentAsync(server);
            await FillAsync(server, Warm, Stored);
            var with = await ResidentAsync(server);
            report.Add("kept", "resident memory, nothing stored", before, "MB");
            report.Add("kept", $"resident memory, {Warm} messages stored", warm, "MB");
            report.Add("kept", $"resident memory, {Stored} messages stored", with, "MB");
            report.Add("kept", $"more resident memory for {Stored} messages", with - before, "MB");
            await FillAsync(server, Stored, First);
        }

        await StartAsync(options, report, data, First);
        if (options.Kept > First)
        {
            await using (var server = await ChatServer.StartAsync(options.Server, data.Path))
            {
                await FillAsync(server, First, options.Kept);
            }

            await StartAsync(options, report, data, options.Kept);
        }
    }

    /// <summary>
    /// Starts after the end of a server that was killed, as all are here; the first has its last commits to catch up with.
    /// </summary>
    private static async Task StartAsync(LoadOptions options, Report report, DataDirectory data, int messages)
    {
        var times = new List<double>();
        for (var n = 0; n < Starts; n++)
        {
            await using var server = await ChatServer.StartAsync(options.Server, data.Path);
            times.Add(server.StartedIn.TotalMilliseconds);
            if (n == Starts - 1)
            {
                report.Add("kept", $"resident memory after a start with {messages} messages kept", await ResidentAsync(server), "MB");
            }
        }

        if (messages > 0)
        {
            report.Add("kept", $"first answer, {messages} messages kept, after a kill", times[0], "ms");
        }

        report.AddSpread("kept", $"first answer, {messages} messages kept", times, "ms");
    }

    /// <summary>Makes as many messages as are missing, a thousand in a conversation.</summary>
    private static async Task FillAsync(ChatServer server, int from, int to)
    {
        for (var n = from; n < to; n += PerConversation)
        {
            var user = new User(server.Http, string.Create(CultureInfo.InvariantCulture, $"writer-{n}"));
            await server.FillAsync(user, await user.CreateAsync(["reader"]), Math.Min(PerConversation, to - n));
        }
    }

    private static async Task<double> ResidentAsync(ChatServer server)
    {
        await Task.Delay(Pause, TimeProvider.System);
        await server.Process.SettleAsync();
        return server.Process.ResidentMegabytes;
    }
}
