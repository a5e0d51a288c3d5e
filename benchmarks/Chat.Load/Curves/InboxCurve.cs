using System.Globalization;
using Chat.Load.Servers;

namespace Chat.Load.Curves;

/// <summary>The first page of the list and of sync, for users with ever more conversations.</summary>
internal static class InboxCurve
{
    private const int Connections = 4;
    private static readonly int[] Sizes = [100, 1_000, 10_000];
    private static readonly ParallelOptions Creating = new() { MaxDegreeOfParallelism = 16 };

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        var curve = new Curve("inbox", "conversations of the user", "page");
        foreach (var size in Sizes)
        {
            var user = new User(server.Http, string.Create(CultureInfo.InvariantCulture, $"user-{size}"));
            await Parallel.ForAsync(
                0,
                size,
                Creating,
                async (n, _) => await user.CreateAsync([string.Create(CultureInfo.InvariantCulture, $"peer-{n}")]));
            if (size == Sizes[0])
            {
                await LoadWindow.WarmUpAsync(server.Process, [
                    .. Requests.Of(user, "/api/conversations?limit=50", Connections),
                    .. Requests.Of(user, "/api/sync?limit=50", Connections),
                ]);
            }

            await curve.MeasureAsync(options, "list", size, server.Process, Requests.Of(user, "/api/conversations?limit=50", Connections));
            await curve.MeasureAsync(options, "sync", size, server.Process, Requests.Of(user, "/api/sync?limit=50", Connections));
        }

        curve.AddTo(report);
    }
}
