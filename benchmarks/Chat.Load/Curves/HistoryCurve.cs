using System.Diagnostics;
using System.Globalization;
using Chat.Load.Servers;

namespace Chat.Load.Curves;

/// <summary>Pages of 50 at the end, in the middle and at the beginning of ever longer conversations.</summary>
internal static class HistoryCurve
{
    private const int Shortest = 1_000;
    private const int Connections = 4;

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        var curve = new Curve("history", "messages in the conversation", "page");
        var rows = new List<string>();
        for (var length = Shortest; length <= options.History; length *= 10)
        {
            var user = new User(server.Http, string.Create(CultureInfo.InvariantCulture, $"writer-{length}"));
            var conversation = await user.CreateAsync(["reader"]);
            var began = Stopwatch.GetTimestamp();
            await server.FillAsync(user, conversation, length);
            var perSecond = length / Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (length == Shortest)
            {
                await LoadWindow.WarmUpAsync(server.Process, Readers(user, conversation, ""));
            }

            await MeasureAsync("newest", "");
            await MeasureAsync("middle", string.Create(CultureInfo.InvariantCulture, $"&beforeSeq={length / 2}"));
            await MeasureAsync("oldest", "&afterSeq=0");

            report.Add(
                "history",
                string.Create(CultureInfo.InvariantCulture, $"resident memory with one of {length}"),
                server.Process.ResidentMegabytes,
                "MB");
            rows.Add(
                string.Create(CultureInfo.InvariantCulture, $"| {length:N0} | {perSecond:N0} | {server.Process.ResidentMegabytes:N0} |"));

            Task MeasureAsync(string kind, string position) =>
                curve.MeasureAsync(options, kind, length, server.Process, Readers(user, conversation, position));
        }

        curve.AddTo(report);
        report.AddTable("history", [
            "| messages in the conversation | sent per second to fill it, in batches of 50 | resident MB, with all shorter ones |",
            "|---:|---:|---:|",
            .. rows,
        ]);
    }

    private static IReadOnlyList<Func<Task<double>>> Readers(User user, string conversation, string position) =>
        Requests.Of(user, $"/api/conversations/{conversation}/messages?limit=50{position}", Connections);
}

/// <summary>The same request again and again, several at once.</summary>
internal static class Requests
{
    public static IReadOnlyList<Func<Task<double>>> Of(User user, string path, int atOnce) =>
        [.. Enumerable.Repeat(new Func<Task<double>>(async () =>
        {
            var began = Stopwatch.GetTimestamp();
            await user.GetAsync(path);
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }), atOnce)];
}
