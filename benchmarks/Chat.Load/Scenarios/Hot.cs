using System.Diagnostics;
using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>Everybody in one group writes at once; all of it goes through one log, which must have no gaps. Nobody is connected.</summary>
internal static class Hot
{
    private const int Members = 100;
    private const int Page = 100;

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        var accepted = 0;
        var (crowd, conversation) = await GatherAsync(server, () => Interlocked.Increment(ref accepted));
        await LoadWindow.WarmUpAsync(server.Process, crowd.Turns);
        var windows = new List<LoadWindow>();
        for (var i = 0; i < options.Windows; i++)
        {
            windows.Add(await LoadWindow.RunAsync(server.Process, options.Window, crowd.Turns));
        }

        report.AddSpread("hot", "messages committed", windows.Select(window => window.PerSecond), "/s");
        report.AddSpread("hot", "server CPU per message", windows.Select(window => window.CpuPerTurn), "ms");
        report.AddPercentiles("hot", "to the answer", windows.SelectMany(window => window.Turns), "ms");
        report.Add("hot", "messages accepted in all", accepted, "");
        report.Add("hot", "of them in the log, without gaps", await CountAsync((User)crowd.People[0], conversation), "");
    }

    /// <summary>A group all of whom write, each the next message once the last is answered.</summary>
    /// <param name="server">Where.</param>
    /// <param name="accepted">Hears of every message that was accepted.</param>
    public static async Task<(Crowd Crowd, string Conversation)> GatherAsync(ChatServer server, Action accepted)
    {
        var users = Enumerable.Range(0, Members).Select(i => new User(server.Http, $"member-{i}")).ToList();
        var conversation = await users[0].CreateAsync([.. users.Skip(1).Select(user => user.Name)]);
        return (new Crowd(users, users.ConvertAll(user => Sender(user, conversation, accepted))), conversation);
    }

    /// <summary>Reads the whole log. Throws when its numbers have a gap.</summary>
    private static async Task<int> CountAsync(User user, string conversation)
    {
        // What is before the first message is how the group came to be.
        var (count, last) = (0, 0L);
        for (var hasMore = true; hasMore;)
        {
            var page = await user.AskAsync("GET", $"/api/conversations/{conversation}/messages?afterSeq={last}&limit={Page}", null);
            foreach (
                var seq in page.GetProperty("messages").EnumerateArray().Select(static message => message.GetProperty("seq").GetInt64()))
            {
                if (count > 0 && seq != last + 1)
                {
                    throw new InvalidOperationException($"The log has {seq} after {last}.");
                }

                (count, last) = (count + 1, seq);
            }

            hasMore = page.GetProperty("hasMore").GetBoolean();
        }

        return count;
    }

    private static Func<Task<double>> Sender(User user, string conversation, Action accepted)
    {
        var sent = 0;
        return async () =>
        {
            var began = Stopwatch.GetTimestamp();
            await user.SendAsync(conversation, $"{user.Name}-{++sent}", Filler.Text);
            accepted();
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        };
    }
}
