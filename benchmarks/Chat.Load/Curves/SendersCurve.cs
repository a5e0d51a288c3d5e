using System.Globalization;
using Chat.Load.Servers;

namespace Chat.Load.Curves;

/// <summary>
/// Ever more messages at once to one conversation, a group of 250: from 251 on its members have more than one outstanding.
/// </summary>
internal static class SendersCurve
{
    private const int Members = 250;
    private static readonly int[] AtOnce = [1, 5, 25, 100, 500];

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        var users = Enumerable.Range(0, Members)
            .Select(n => new User(server.Http, string.Create(CultureInfo.InvariantCulture, $"member-{n}")))
            .ToList();
        var conversation = await users[0].CreateAsync([.. users.Skip(1).Select(user => user.Name)]);
        var places = users.ConvertAll(user => (user, conversation));
        await LoadWindow.WarmUpAsync(server.Process, Writers.Of("warm", 100, places));
        var curve = new Curve("senders", "senders at once in one conversation", "message");
        foreach (var count in AtOnce)
        {
            await curve.MeasureAsync(options, "a group of 250", count, server.Process, Writers.Of($"of-{count}", count, places));
        }

        curve.AddTo(report);
    }
}
