using System.Diagnostics;
using System.Text.Json;
using Chat.Load.Servers;

namespace Chat.Load.Scenarios;

/// <summary>
/// How far a list is behind the push while nothing else happens: it follows by the change feed, which is asked twice a second.
/// </summary>
internal static class Lists
{
    private const int WarmUp = 20;
    private const int Messages = 300;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        var sender = new User(server.Http, "sender");
        await using var recipient = (User)await server.ConnectAsync("recipient");
        var conversation = await sender.CreateAsync([recipient.Name]);

        // At any instant between two polls.
        var pauses = new Random(1);
        var behind = new List<double>(Messages);
        for (var n = 0; n < WarmUp + Messages; n++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(pauses.Next(500)), TimeProvider.System);
            var id = $"message-{n}";
            var received = recipient.ReceivesAsync(id);
            await sender.SendAsync(conversation, id, id);
            await received;
            var pushed = Stopwatch.GetTimestamp();
            while (await PreviewAsync(recipient) != id)
            {
                await Task.Delay(Look, TimeProvider.System);
            }

            if (n >= WarmUp)
            {
                behind.Add(Stopwatch.GetElapsedTime(pushed).TotalMilliseconds);
            }
        }

        report.AddPercentiles("lists", "from the push to the list", behind, "ms");
        report.Add("lists", "from the push to the list, most", behind.Max(), "ms");
    }

    private static async Task<string?> PreviewAsync(User user)
    {
        var list = (await user.AskAsync("GET", "/api/conversations?limit=1", null)).GetProperty("conversations");
        return list.GetArrayLength() > 0 && list[0].GetProperty("lastMessage") is { ValueKind: JsonValueKind.Object } last
            ? last.GetProperty("preview").GetString()
            : null;
    }
}
