using System.Globalization;
using Chat.Load.Servers;

namespace Chat.Load.Curves;

/// <summary>100 messages outstanding at any time, over ever more conversations.</summary>
internal static class ConversationsCurve
{
    private const int AtOnce = 100;
    private static readonly int[] Counts = [1, 10, 100, 1_000];

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        var places = new List<(User User, string Conversation)>();
        for (var n = 0; n < Counts[^1]; n++)
        {
            var user = new User(server.Http, string.Create(CultureInfo.InvariantCulture, $"writer-{n}"));
            places.Add((user, await user.CreateAsync([string.Create(CultureInfo.InvariantCulture, $"reader-{n}")])));
        }

        await LoadWindow.WarmUpAsync(server.Process, Writers.Of("warm", AtOnce, places));
        var curve = new Curve("conversations", "conversations", "message");
        foreach (var count in Counts)
        {
            await curve.MeasureAsync(options, "100 at once", count, server.Process, Writers.Of($"of-{count}", AtOnce, places[..count]));
        }

        curve.AddTo(report);
    }
}
