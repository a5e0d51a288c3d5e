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
        for (var length = Shortest; length <= options.History; length *= 10)
        {
            var user = new User(server.Http, string.Create(CultureInfo.InvariantCulture, $"writer-{length}"));
            var conversation = await user.CreateAsync(["reader"]);
            await server.FillAsync(user, conversation, length);
            if (length == Shortest)
            {
                await LoadWindow.WarmUpAsync(server.Process, Readers(user, conversation, ""));
            }

            await MeasureAsync("newest", "");
            await MeasureAsync("middle", string.Create(CultureInfo.InvariantCulture, $"&beforeSeq={length / 2}"));
            await MeasureAsync("oldest", "&afterSeq=0");

            Task MeasureAsync(string kind, string position) => curve.MeasureAsync(options, kind, length, server.Process, Readers(user, conversation, position));
        }

        report.Add("history", "resident memory at the end", server.Process.ResidentMegabytes, "MB");
        curve.AddTo(report);
    }

    private static IReadOnlyList<Func<Task<double>>> Readers(User user, string conversation, string position) => Requests.Of(user, $"/api/conversations/{conversation}/messages?limit=50{position}", Connections);
}

/// <summary>The same request again and again, several at once.</summary>
internal static class Requests
{
    public static IReadOnlyList<Func<Task<double>>> Of(User user, string path, int atOnce) => [.. Enumerable.Repeat(new Func<Task<double>>(async () =>
    {
        var began = Stopwatch.GetTimestamp();
        await user.GetAsync(path);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }), atOnce)];
}
