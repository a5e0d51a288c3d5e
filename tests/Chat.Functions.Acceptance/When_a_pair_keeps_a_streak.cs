using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_pair_keeps_a_streak
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Should_grow_go_grey_be_lost_and_be_restored()
    {
        await using var scene = await Scene.StartAsync();
        var (alice, bob, path) = (scene.Alice, scene.Bob, scene.Path);
        Assert.Equal("none", (await scene.StreakAsync()).Text("state"));
        await scene.TalkAsync(days: 2);
        Assert.Equal(("none", 0), await scene.StandsAsync());
        scene.Clock.Jump(Day);
        await using var phone = await bob.ListenAsync();
        await scene.TalkAsync();
        var told = await phone.ReceivesEventAsync("streak.updated");
        Assert.Equal(("active", 3, 3), (told.Text("state"), told.Number("days"), told.Number("restoresLeft")));
        Assert.Equal(told.Text("graceUntil"), (await scene.StreakAsync()).Text("graceUntil"));

        // One of the two isn't enough, however often they write or repeat it.
        scene.Clock.Jump(Day);
        await alice.SendAsync(scene.Conversation, "Morning", "a9a1");
        await alice.SendAsync(scene.Conversation, "Morning", "a9a1");
        await alice.SendAsync(scene.Conversation, "Anybody?");
        Assert.Equal(("active", 3), await scene.StandsAsync());
        Assert.Equal("alice", Assert.Single((await scene.StreakAsync()).List("wroteToday")).GetString());

        scene.Clock.Jump(Day);
        Assert.Equal(("grey", 3), await scene.StandsAsync());
        await scene.TalkAsync();
        Assert.Equal(("active", 4), await scene.StandsAsync());
        Assert.Equal(
            "streak_running",
            await bob.IsRefusedAsync("PUT", path, HttpStatusCode.Conflict, new { enabled = true, zone = "+01:00" }));

        scene.Clock.Jump(3 * Day);
        var lost = await scene.StreakAsync();
        Assert.Equal(("lost", 4), (lost.Text("state"), lost.Number("days")));
        await bob.SendAsync(scene.Conversation, "Oh");
        await alice.SendAsync(scene.Conversation, "Oh no");
        await using var tablet = await alice.ListenAsync();
        var restored = await bob.AskAsync("POST", path + "/restore");
        Assert.Equal(("active", 5, 2), (restored.Text("state"), restored.Number("days"), restored.Number("restoresLeft")));
        await tablet.ReceivesEventAsync("streak.updated", data => data.Number("days") == 5);
        Assert.Equal(restored.ToString(), (await alice.AskAsync("POST", path + "/restore")).ToString());
        Assert.Equal(2, (await scene.StreakAsync()).Number("restoresLeft"));

        scene.Clock.Jump(5 * Day);
        Assert.Equal(("none", 0), await scene.StandsAsync());
        Assert.Equal("streak_not_lost", await bob.IsRefusedAsync("POST", path + "/restore", HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Should_count_only_what_people_write_by_hand()
    {
        await using var scene = await Scene.StartAsync();
        await scene.TalkAsync(days: 3);
        scene.Clock.Jump(Day);
        await scene.Bob.SendAsync(scene.Conversation, "Good morning");
        var messages = $"/api/conversations/{scene.Conversation}/messages";
        var batch = new { messages = new[] { new { clientMessageId = "b1", text = "From the queue" } } };
        await scene.Alice.AskAsync("POST", messages + "/batch", batch);
        var first = (await scene.Alice.MessagesAsync(scene.Conversation)).Messages[0];
        await scene.Alice.AskAsync(
            "POST", $"{messages}/{first.MessageId}/forward", new { clientMessageId = "f1", to = new[] { scene.Conversation } });
        var later = new { clientMessageId = "5c1", text = "Good morning", dueAt = scene.Clock.GetUtcNow() + TimeSpan.FromMinutes(2) };
        await scene.Alice.AskAsync("POST", $"/api/conversations/{scene.Conversation}/scheduled", later, HttpStatusCode.Created);
        scene.Clock.Jump(TimeSpan.FromMinutes(3));
        await Eventually.SeesAsync(
            () => scene.Alice.MessagesAsync(scene.Conversation), page => page.Messages.Any(one => one.ClientMessageId == "5c1"));
        await scene.ActForAsync("alice", new { clientMessageId = "a1", text = "By the host app" });
        Assert.Equal("bob", Assert.Single((await scene.StreakAsync()).List("wroteToday")).GetString());
        Assert.Equal(("active", 3), await scene.StandsAsync());

        await scene.Alice.SendAsync(scene.Conversation, "Myself");
        Assert.Equal(("active", 4), await scene.StandsAsync());
    }

    [Fact]
    public async Task Should_be_turned_off_by_either_and_counted_in_the_pairs_zone()
    {
        await using var scene = await Scene.StartAsync();
        var (alice, bob, path) = (scene.Alice, scene.Bob, scene.Path);
        await scene.TalkAsync(days: 3);
        var off = await bob.AskAsync("PUT", path, new { enabled = false });
        Assert.Equal(("off", "bob"), (off.Text("state"), Assert.Single(off.List("offBy")).GetString()));
        Assert.Equal(0, off.Number("days"));
        await alice.AskAsync("PUT", path, new { enabled = true });
        scene.Clock.Jump(Day);
        await scene.TalkAsync(days: 3);
        Assert.Equal(("off", 0), await scene.StandsAsync());

        // Midnight is at noon of UTC now.
        var zoned = await bob.AskAsync("PUT", path, new { enabled = true, zone = "-12:00" });
        Assert.Equal(("none", "-12:00"), (zoned.Text("state"), zoned.Text("zone")));
        var now = scene.Clock.GetUtcNow().UtcDateTime;
        scene.Clock.Jump(now.Date.AddDays(1).AddHours(12) - now - TimeSpan.FromMinutes(2));
        await alice.SendAsync(scene.Conversation, "Before midnight");
        scene.Clock.Jump(TimeSpan.FromMinutes(4));
        await bob.SendAsync(scene.Conversation, "After midnight");
        Assert.Equal("bob", Assert.Single((await scene.StreakAsync()).List("wroteToday")).GetString());
        foreach (var malformed in (object[])
            [new { }, new { enabled = "yes" }, new { enabled = true, zone = "Europe/Berlin" }, new { enabled = true, zone = "+15:00" }])
        {
            Assert.Equal("malformed", await alice.IsRefusedAsync("PUT", path, HttpStatusCode.BadRequest, malformed));
        }
    }

    [Fact]
    public async Task Should_tell_of_several_at_once_and_of_nobody_elses()
    {
        await using var scene = await Scene.StartAsync();
        await scene.TalkAsync(days: 3);
        var second = (await scene.Alice.StartDirectAsync("carol")).ConversationId;
        var group = (await scene.Alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var asked = $"/api/streaks?conversations={second},{group},{scene.Conversation},{second},AAAAAAAAAAAAAAAAAAAAAA";
        var told = (await scene.Alice.AskAsync("GET", asked)).List("streaks");
        Assert.Equal([second, scene.Conversation], told.Select(one => one.Text("conversationId")));
        Assert.Equal((await scene.StreakAsync()).ToString(), told[1].GetProperty("streak").ToString());
        Assert.Equal(scene.Conversation, Assert.Single((await scene.Bob.AskAsync("GET", asked)).List("streaks")).Text("conversationId"));

        var many = string.Join(',', Enumerable.Repeat(second, 51));
        foreach (var malformed in (string[])["", "?conversations=", "?conversations=a%2Fb", $"?conversations={many}"])
        {
            Assert.Equal("malformed", await scene.Alice.IsRefusedAsync("GET", "/api/streaks" + malformed, HttpStatusCode.BadRequest));
        }
    }

    /// <summary>Alice and bob, at one minute before noon, by tokens that last.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly ChatApp _app;

        private Scene(ChatApp app, JumpingClock clock, string conversation)
        {
            (_app, Clock, Conversation) = (app, clock, conversation);
            (Alice, Bob) = (Lasting(app, "alice"), Lasting(app, "bob"));
        }

        public JumpingClock Clock { get; }

        public string Conversation { get; }

        public Person Alice { get; }

        public Person Bob { get; }

        public string Path => $"/api/conversations/{Conversation}/streak";

        public static async Task<Scene> StartAsync()
        {
            var clock = new JumpingClock();
            var now = clock.GetUtcNow();
            clock.Jump(now.Date.AddDays(1).AddHours(12) - now.UtcDateTime - TimeSpan.FromMinutes(1));
            var app = await ChatApp.StartAsync(time: clock);
            return new(app, clock, (await Lasting(app, "alice").StartDirectAsync("bob")).ConversationId);
        }

        /// <summary>Both write, on days in a row from this one on.</summary>
        public async Task TalkAsync(int days = 1)
        {
            for (var day = 0; day < days; day++)
            {
                await Alice.SendAsync(Conversation, "Hello");
                await Bob.SendAsync(Conversation, "Hello yourself");
                if (day < days - 1)
                {
                    Clock.Jump(Day);
                }
            }
        }

        public Task<JsonElement> StreakAsync() => Alice.AskAsync("GET", Path);

        public async Task<(string? State, long Days)> StandsAsync()
        {
            var streak = await StreakAsync();
            return (streak.Text("state"), streak.Number("days"));
        }

        public async Task ActForAsync(string user, object message)
        {
            var host = new Person(_app.Http, "app", "chat.host", TimeSpan.FromDays(100));
            using var answer = await Person.PatientlyAsync(() => host.SendAsync(
                HttpMethod.Post,
                $"/api/conversations/{Conversation}/messages",
                System.Net.Http.Json.JsonContent.Create(message),
                request => request.Headers.TryAddWithoutValidation("On-Behalf-Of", user)));
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private static Person Lasting(ChatApp app, string name) => new(app.Http, name, lifetime: TimeSpan.FromDays(100));
    }
}
