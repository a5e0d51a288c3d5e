using System.Diagnostics;
using System.Globalization;
using System.Net;
using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>
/// One user sends 100,000 messages as fast as they are answered, beside <c>quiet</c>: all but what the limit lets through are refused, and
/// the others have what they had.
/// </summary>
internal static class Flood
{
    private const int Sends = 100_000;
    private const int AtOnce = 8;
    private const int Burst = 60;
    private const int PerMinute = 60;

    private static readonly Dictionary<string, string> Limits = new(StringComparer.Ordinal)
    {
        ["Limits__SendBurst"] = Burst.ToString(CultureInfo.InvariantCulture),
        ["Limits__SendsPerMinute"] = PerMinute.ToString(CultureInfo.InvariantCulture),
    };

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        // Each of them sends every two seconds, which is half of what they may.
        var quiet = Workload.All.Single(one => one.Name == "quiet");
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path, Limits);
        await using var crowd = await quiet.GatherAsync(server);
        await LoadWindow.WarmUpAsync(server.Process, crowd.Turns, quiet.Every);
        var before = await LoadWindow.RunAsync(server.Process, options.Window * options.Windows, crowd.Turns, quiet.Every);

        var mallory = new User(server.Http, "mallory");
        var conversation = await mallory.CreateAsync(["victim"]);
        var (began, left, counts) = (Stopwatch.GetTimestamp(), Sends, new int[1000]);
        var flooding = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(FloodAsync)));
        var during = new List<LoadWindow>();
        while (!flooding.IsCompleted)
        {
            during.Add(await LoadWindow.RunAsync(server.Process, options.Window, crowd.Turns, quiet.Every));
        }

        await flooding;
        var took = Stopwatch.GetElapsedTime(began);
        var (accepted, refused) = (counts[(int)HttpStatusCode.Created], counts[(int)HttpStatusCode.TooManyRequests]);
        report.Add("flood", "sends of one user", Sends, "");
        report.Add("flood", "of them accepted", accepted, "");
        report.Add("flood", "accepted at most, by the limit", Burst + Math.Ceiling(took.TotalMinutes * PerMinute), "");
        report.Add("flood", "refused with 429", refused, "");
        report.Add("flood", "answered otherwise", Sends - accepted - refused, "");
        report.Add("flood", "sends a second", Sends / took.TotalSeconds, "/s");
        report.AddPercentiles("flood", "others, before", before.Turns, "ms");
        report.AddPercentiles("flood", "others, beside it", during.SelectMany(window => window.Turns), "ms");

        async Task FloodAsync()
        {
            for (int n; (n = Interlocked.Decrement(ref left)) >= 0;)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"flood-{n}");
                var status = await mallory.TrySendAsync(conversation, id, Filler.Text);
                Interlocked.Increment(ref counts[(int)status]);
            }
        }
    }
}
