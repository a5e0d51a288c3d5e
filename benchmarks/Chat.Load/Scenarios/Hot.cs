using System.Diagnostics;

namespace Chat.Load.Scenarios;

/// <summary>Everybody in one group writes at once; all of it goes through one log. Nobody is connected.</summary>
internal static class Hot
{
    private const int Members = 100;
    private const int Windows = 3;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(8);
    private static readonly string Text = new('x', 100);

    public static async Task RunAsync(string server, Report report)
    {
        using var data = new DataDirectory();
        await using var backend = await Backend.StartAsync(server, data.Path);
        var names = Enumerable.Range(0, Members).Select(i => $"member-{i}").ToList();
        var conversation = await new User(backend.Http, names[0]).CreateGroupAsync(names.Skip(1));
        var senders = names.ConvertAll(name => Sender(new User(backend.Http, name), conversation, name));
        await LoadWindow.WarmUpAsync(backend, senders);
        var windows = new List<LoadWindow>();
        for (var i = 0; i < Windows; i++)
        {
            windows.Add(await LoadWindow.RunAsync(backend, Window, senders));
        }

        report.AddSpread("hot", "messages committed", windows.Select(window => window.PerSecond), "/s");
        report.AddSpread("hot", "server CPU per message", windows.Select(window => window.CpuPerTurn), "ms");
        report.AddPercentiles("hot", "to the answer", windows.SelectMany(window => window.Turns), "ms");
    }

    private static Func<Task<double>> Sender(User user, string conversation, string name)
    {
        var sent = 0;
        return async () =>
        {
            var began = Stopwatch.GetTimestamp();
            await user.SendAsync(conversation, $"{name}-{++sent}", Text);
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        };
    }
}
