using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Scenarios;

/// <summary>What a single message takes to the recipient while nothing else happens, and what its push weighs.</summary>
internal static class Latency
{
    private const int WarmUp = 200;
    private const int Messages = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        await using var pair = await Talk.GatherAsync(server, conversations: 1, people: 2);
        await SendAsync(pair.Turns[0], WarmUp);
        report.AddPercentiles("latency", "to the recipient", await SendAsync(pair.Turns[0], Messages), "ms");
        report.Add("latency", "push of a message of 100 bytes, direct", await WeighAsync(server, people: 2), "bytes");
        report.Add("latency", "push of a message of 100 bytes, group", await WeighAsync(server, people: 20), "bytes");
    }

    /// <summary>The frame that a recipient's device gets, where users and messages have ids as long as those of most apps.</summary>
    private static async Task<int> WeighAsync(ChatServer server, int people)
    {
        var users = new List<User>();
        for (var n = 0; n < people; n++)
        {
            users.Add((User)await server.ConnectAsync($"{Guid.NewGuid()}"));
        }

        var (conversation, id) = (await server.MeetAsync([.. users]), $"{Guid.NewGuid()}");
        var received = users[^1].ReceivesAsync(id);
        await users[0].SendAsync(conversation, id, Filler.Text);
        await received;
        await Task.WhenAll(users.Select(user => user.DisposeAsync().AsTask()));
        return users[^1].PushedBytes;
    }

    private static async Task<List<double>> SendAsync(Func<Task<double>> send, int count)
    {
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            times.Add(await send());
            await Task.Delay(Pause, TimeProvider.System);
        }

        return times;
    }
}
