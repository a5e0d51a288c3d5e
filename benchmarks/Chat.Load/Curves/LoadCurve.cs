using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Curves;

/// <summary>Throughput and latency against load: ever more pairs at once, one message outstanding each.</summary>
internal static class LoadCurve
{
    private static readonly int[] Pairs = [1, 5, 20, 100, 200];

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        var curve = new Curve("load", "pairs at once", "message");
        var entries = new List<(Contender Contender, DataDirectory Data, IServer Server, Crowd Crowd)>();
        foreach (var contender in options.Contenders)
        {
            var data = new DataDirectory();
            var server = await contender.StartAsync(data.Path);
            var crowd = await Talk.GatherAsync(server, Pairs[^1], people: 2);
            await LoadWindow.WarmUpAsync(server.Process, crowd.Turns);
            entries.Add((contender, data, server, crowd));
        }

        foreach (var pairs in Pairs)
        {
            foreach (var (contender, _, server, crowd) in entries)
            {
                await curve.MeasureAsync(options, contender.Name, pairs, server.Process, [.. crowd.Turns.Take(pairs)]);
            }
        }

        foreach (var (_, data, server, crowd) in entries)
        {
            await crowd.DisposeAsync();
            await server.DisposeAsync();
            data.Dispose();
        }

        curve.AddTo(report);
    }
}
