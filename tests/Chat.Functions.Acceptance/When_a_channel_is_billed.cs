using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Channels;
using Chat.Functions.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Functions.Acceptance;

/// <summary>What Azure bills for channels: followers cost nobody else anything but what is pushed to those who watch.</summary>
public class When_a_channel_is_billed(ITestOutputHelper output)
{
    [Fact]
    public async Task Should_cost_the_same_however_many_follow()
    {
        const int Followers = 1_000;
        var clock = new JumpingClock();
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Delivery:InboxWindow"] = "00:00:20" };
        await using var app = await ChatApp.StartAsync(settings: settings, time: clock);
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = (await alice.CreateChannelAsync("News")).ConversationId;

        // When somebody was last seen is noted beside their first call.
        await bob.AskAsync("GET", "/api/me/privacy");
        await alice.SendAsync(channel, "The first pays for what the others find.");
        await app.HasDeliveredAsync(clock);
        var alone = await LeastAsync(app, "a post that nobody follows", PostAsync);
        await FillAsync(app, channel, Followers);
        await bob.FollowAsync(channel);
        await using var phone = await bob.ListenAsync();
        await app.HasDeliveredAsync(clock);
        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(Followers + 1, await When_a_channel_has_many_followers.CountAsync(app, channel));

        // By a link its use is counted besides, and the answer shows the channel.
        var link = await alice.AskAsync("POST", $"/api/conversations/{channel}/invite-links", new { }, HttpStatusCode.Created);
        for (var n = 0; n < 3; n++)
        {
            await app.As($"guest-{n}").AskAsync("GET", "/api/me/privacy");
        }

        var byLink = await LeastAsync(app, "to come by a link", ComeAsync);
        var again = await LeastAsync(app, "to come by it again", ComeAsync);
        Assert.InRange(byLink, 42, 42.5);
        Assert.InRange(again, 5, 8);

        // Others, and one who watches, cost a message that SignalR sends, and nothing else.
        var watch = await LeastAsync(app, "to watch", _ => bob.AskAsync("POST", $"/api/channels/{channel}/watch"));
        var sent = Messages();
        var post = await LeastAsync(app, "a post", PostAsync);
        await phone.ReceivesEventAsync("message.created", one => one.Text("text") == "What is new today: 2");
        Assert.Equal((alone, 3), (post, Messages() - sent));
        Assert.InRange(post, 14.38 + 9, 14.38 + 9.05);

        var said = await alice.SayAsync(channel, new { text = "How do you like it?" });
        await app.HasDeliveredAsync(clock);
        await alice.AskAsync("PUT", $"{said.Path()}/reactions/:first:");
        await BillAsync(app, "the first reaction", () => bob.AskAsync("PUT", $"{said.Path()}/reactions/:first:"));
        await app.HasDeliveredAsync(clock);
        var react = await BillAsync(app, "a reaction", async () =>
        {
            await bob.AskAsync("PUT", $"{said.Path()}/reactions/:second:");
        });
        var tell = await BillAsync(app, "to tell of it", () => app.HasDeliveredAsync(clock));
        var read = await LeastAsync(app, "its posts", _ => bob.AskAsync("GET", $"/api/conversations/{channel}/messages"));
        Assert.True(watch <= 10 && react <= 30 && tell <= 30 && read <= 20, $"{watch} {react} {tell} {read}");
        var many = new List<JsonElement>();
        for (var n = 0; n < 5; n++)
        {
            many.Add(await alice.SayAsync(channel, new { text = $"One more: {n}" }));
        }

        await app.HasDeliveredAsync(clock);
        var pushes = Pushes();
        foreach (var one in many)
        {
            await bob.AskAsync("PUT", $"{one.Path()}/reactions/:first:");
        }

        // To its member and to who watches, in a window or two.
        await app.HasDeliveredAsync(clock);
        Assert.InRange(Pushes() - pushes, 2, 4);

        Task ComeAsync(int n) => app.As($"guest-{n}").AskAsync("POST", $"/api/invites/{link.Text("code")}/join");

        async Task PostAsync(int n)
        {
            await alice.SendAsync(channel, $"What is new today: {n}");
            await app.HasDeliveredAsync(clock);
        }

        long Pushes() => app.Azure.Meter.Read().Where(reading => reading is { Service: "signalr", Operation: "rest" }).Sum(
            reading => reading.Requests);

        long Messages() => app.Azure.Meter.Read()
            .Where(reading => reading.Service == "signalr" && reading.Operation.StartsWith("message", StringComparison.Ordinal))
            .Sum(reading => reading.Requests);
    }

    [Fact]
    public async Task Should_cost_so_much_to_follow_them_and_to_list_them()
    {
        const int Most = 200;
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        await bob.AskAsync("GET", "/api/me/privacy");
        List<string> channels = [];
        List<double> joins = [];
        for (var n = 0; n < Most; n++)
        {
            // The first of a shard begins its number. This one is in Bob's.
            channels.Add((await alice.CreateChannelAsync($"Channel {n}")).ConversationId);
            await FillAsync(app, channels[^1], followers: 1);
        }

        await app.HasDeliveredAsync(clock);
        foreach (var channel in channels)
        {
            joins.Add(await BillAsync(app, $"to follow the {joins.Count + 1}.", () => bob.FollowAsync(channel)));
        }

        // Each channel that they follow already is looked at. What an instance asks by time may fall into one of the last.
        Assert.InRange(joins.Take(20).Order().ElementAt(10), 24, 25);
        Assert.InRange(joins.TakeLast(20).Order().ElementAt(10), 30, 32);

        // What was read is kept for five seconds: a machine that is too busy to ask again within them tries once more.
        List<(double Cold, double Cached)> lists = [];
        for (var n = 0; n < 20 && lists.Count < 3; n++)
        {
            await app.HasDeliveredAsync(clock);
            clock.Jump(TimeSpan.FromSeconds(6));
            var begin = clock.GetUtcNow();
            var (cold, cached) = (await BillAsync(app, "the list", ListAsync), await BillAsync(app, "the list again", ListAsync));
            if (clock.GetUtcNow() - begin < TimeSpan.FromSeconds(5))
            {
                lists.Add((cold, cached));
            }
        }

        // Heads are read many at once. An account may charge one RU for each, and then it is within 250, too.
        Assert.Equal(3, lists.Count);
        Assert.InRange(lists.Min(one => one.Cached), 0, 10);
        Assert.InRange(lists.Min(one => one.Cold), lists.Min(one => one.Cached) + 2, 30);
        Assert.InRange(lists.Min(one => one.Cached) + Most, 0, 250);

        async Task ListAsync() => Assert.Equal(Most, (await bob.FollowedAsync()).Count);
    }

    private static async Task FillAsync(ChatApp app, string channel, int followers)
    {
        var all = app.Services.GetRequiredService<Followers>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, followers),
            async (n, cancel) => await all.SetAsync(new ConversationId(channel), new UserId($"follower-{n}"), true, cancel));
    }

    /// <summary>The least of three: what an instance asks by time may fall into one of them.</summary>
    private async Task<double> LeastAsync(ChatApp app, string what, Func<int, Task> act)
    {
        var least = double.MaxValue;
        for (var n = 0; n < 3; n++)
        {
            least = Math.Min(least, await BillAsync(app, what, () => act(n)));
        }

        return Math.Round(least, 2);
    }

    private async Task<double> BillAsync(ChatApp app, string what, Func<Task> act)
    {
        var before = Cosmos();
        await act();
        var after = Cosmos();
        output.WriteLine($"{what}: {string.Join(", ", after.Select(one => (one.Key, Units: one.Value - before.GetValueOrDefault(one.Key)))
            .Where(one => one.Units > 0)
            .Select(one => $"{one.Key} {one.Units:0.##}"))}");
        return after.Values.Sum() - before.Values.Sum();

        Dictionary<string, double> Cosmos() => app.Azure.Meter.Read()
            .Where(reading => reading.Service == "cosmos" && reading.Operation is not ("changefeed" or "lease"))
            .ToDictionary(reading => reading.Operation, reading => reading.Units, StringComparer.Ordinal);
    }
}
