using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Followers are counted exactly, and are as many as they like; users do so much and no more.</summary>
public class When_a_channel_has_many_followers
{
    [Fact]
    public async Task Should_count_followers_exactly_whatever_is_repeated_and_races()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var one = await ChatApp.StartAsync(azure);
        await using var other = await ChatApp.StartAsync(azure);
        var channel = (await one.AsPublisher("alice").CreateChannelAsync("News")).ConversationId;
        var path = $"/api/channels/{channel}/subscription";

        // Everybody does and undoes it, many times at once, on two instances and over broken connections.
        using (azure.Faults.Add(new Chat.Local.Fault("cosmos", "batch", FaultKind.ResetAfter) { Probability = 0.2, Target = OfFollowers }))
        using (azure.Faults.Add(new Chat.Local.Fault("cosmos", "batch", FaultKind.Fail) { Probability = 0.2, Target = OfFollowers }))
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 120), async (n, _) =>
            {
                var (app, user) = (n % 2 == 0 ? one : other, $"user-{n % 12}");
                using var answer = await app.As(user).SendAsync(
                    n % 5 == 0 ? HttpMethod.Delete : HttpMethod.Put, path, n % 5 == 0 ? null : JsonContent.Create(new { }));
            });
        }

        // Half of them want it in the end, and are told so.
        for (var n = 0; n < 12; n++)
        {
            await Eventually.SeesAsync(
                () => one.As($"user-{n}").SendAsync(
                    n < 6 ? HttpMethod.Put : HttpMethod.Delete, path, n < 6 ? JsonContent.Create(new { }) : null),
                answer => answer.IsSuccessStatusCode);
        }

        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(6, await CountAsync(one, channel));
        Assert.Equal(6, await CountAsync(other, channel));

        static bool OfFollowers(string target) => target.Contains(':', StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_hold_users_to_so_many()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:Subscriptions"] = "2" };
        await using var app = await ChatApp.StartAsync(settings: settings);
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channels = new List<string>();
        for (var n = 0; n < 3; n++)
        {
            channels.Add((await alice.CreateChannelAsync($"{n}")).ConversationId);
        }

        await bob.FollowAsync(channels[0]);
        await bob.FollowAsync(channels[1]);
        var third = $"/api/channels/{channels[2]}/subscription";
        var refused = await bob.AskAsync("PUT", third, new { }, HttpStatusCode.Conflict);
        Assert.Equal(("limit_reached", "subscriptions", 2), (
            refused.Text("code"), refused.Text("limit.name"), refused.Number("limit.value")));
        await bob.AskAsync("PUT", $"/api/channels/{channels[0]}/subscription", new { notify = "none" });
        await bob.UnfollowAsync(channels[1]);
        await bob.FollowAsync(channels[2]);

        // What isn't a channel, or isn't there, can't be followed; ids of any kind are nobody's.
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        foreach (var odd in new[] { group, "aaaaaaaaaaaaaaaaaaaaaa", $"{channels[0]}:3", "sub%3A1", "é" })
        {
            Assert.Equal("conversation_not_found", await bob.IsRefusedAsync(
                "PUT", $"/api/channels/{odd}/subscription", HttpStatusCode.NotFound, new { }));
            await bob.UnfollowAsync(odd);
        }

        foreach (var wrong in new object[] { new { notify = "loud" }, new { notify = 1 }, new { mutedUntil = "soon" } })
        {
            await bob.IsRefusedAsync("PUT", third, HttpStatusCode.BadRequest, wrong);
        }
    }

    [Fact]
    public async Task Should_count_who_follows_while_they_end_what_they_had_not_begun()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var bob = app.As("bob");
        var channel = (await app.AsPublisher("alice").CreateChannelAsync("News")).ConversationId;
        await app.As("carol").FollowAsync(channel);
        using var halt = new Halt(app.Azure, "cosmos", "batch", OfFollowers);
        var ending = bob.UnfollowAsync(channel);
        await halt.Reached;
        await bob.FollowAsync(channel);
        halt.Open();
        await ending;
        Assert.Single(await bob.FollowedAsync());
        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(2, await CountAsync(app, channel));

        bool OfFollowers(string target) => target.Contains(channel + ':', StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_take_so_many_posts_a_day_and_so_many_channels_of_a_user()
    {
        var clock = new JumpingClock();
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Limits:ChannelPostsPerDay"] = "3",
            ["Limits:ChannelsPerUser"] = "2",
        };
        await using var app = await ChatApp.StartAsync(settings: settings, time: clock);
        clock.JumpToMidnight();
        var (alice, carol) = (
            new Person(app.Http, "alice", "chat.publisher", TimeSpan.FromDays(3)),
            new Person(app.Http, "carol", lifetime: TimeSpan.FromDays(3)));
        var channel = (await alice.CreateChannelAsync("News", "carol")).ConversationId;
        var first = await alice.SendAsync(channel, "1", "a1");
        await carol.SendAsync(channel, "2");
        await alice.AskAsync("DELETE", $"/api/conversations/{channel}/messages/{first.MessageId}");
        var messages = new[] { "3", "4" }.Select(text => new { clientMessageId = text, text });
        var batch = await alice.AskAsync("POST", $"/api/conversations/{channel}/messages/batch", new { messages });
        Assert.Equal([201, 429], batch.List("results").Select(result => result.Number("status")));
        using var refused = await Person.PatientlyAsync(() => carol.TrySendAsync(channel, "5"));
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("rate_limited", "channelPostsPerDay", 3), (
            problem.Text("code"), problem.Text("limit.name"), problem.Number("limit.value")));
        Assert.Equal(first.MessageId, (await alice.SendAsync(channel, "1", "a1")).MessageId);
        clock.Jump(refused.Headers.RetryAfter!.Delta!.Value);
        await carol.SendAsync(channel, "5");

        // Those that are gone make room; a repeat is no other one.
        var second = new { kind = "channel", title = "Two" };
        using var two = await CreateAsync("key");
        using var again = await CreateAsync("key");
        using var three = await CreateAsync("other");
        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Conflict], [two.StatusCode, again.StatusCode, three.StatusCode]);
        Assert.Equal("channelsPerUser", (await three.Content.ReadFromJsonAsync<JsonElement>()).Text("limit.name"));
        await alice.DoAsync("DELETE", $"/api/conversations/{channel}");
        using var room = await CreateAsync("other");
        Assert.Equal(HttpStatusCode.Created, room.StatusCode);

        Task<HttpResponseMessage> CreateAsync(string key) => Person.PatientlyAsync(() => alice.SendAsync(
            HttpMethod.Post, "/api/conversations", JsonContent.Create(second), request => request.Headers.Add("Idempotency-Key", key)));
    }

    [Fact]
    public async Task Should_count_reactions_votes_and_views_beside_the_log()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol, dave) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"), app.As("dave"));
        var channel = (await alice.CreateChannelAsync("News", "dave")).ConversationId;
        await bob.FollowAsync(channel);
        await carol.FollowAsync(channel);
        var post = await alice.SayAsync(channel, new { text = "Helo" });
        var poll = await alice.SayAsync(channel, new { poll = new { question = "Tea?", options = new[] { "Yes", "No" } } });
        var lastSeq = (await alice.ConversationAsync(channel)).LastSeq;
        var (like, heart) = (Reaction("👍"), Reaction("❤️"));
        foreach (var path in new[] { like, poll.Path() + "/vote" })
        {
            Assert.Equal("conversation_not_found", await app.As("eve").IsRefusedAsync(
                "PUT", path, HttpStatusCode.NotFound, new { options = new[] { 0 } }));
        }

        await using var phone = await bob.ListenAsync();
        await using var desk = await alice.ListenAsync();
        await bob.AskAsync("POST", $"/api/channels/{channel}/watch");

        // Whoever sees it may, members and followers; an answer has what it did, and what is repeated changes nothing.
        Assert.Equal([("👍", 1, "True")], Reactions(await bob.AskAsync("PUT", like)));
        await carol.AskAsync("PUT", heart);
        await dave.AskAsync("PUT", like);
        Assert.Contains(("❤️", 1, "True"), Reactions(await carol.AskAsync("PUT", heart)));
        Assert.DoesNotContain(Reactions(await dave.AskAsync("DELETE", like)), one => one.Mine == "True");
        foreach (var (voter, option) in new[] { (bob, 0), (carol, 0), (dave, 1), (carol, 1) })
        {
            await voter.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { option } });
        }

        await phone.ReceivesEventAsync("vote.updated", one => one.Text("options") == "[0]");
        await bob.MarkReadAsync(channel, lastSeq);
        await carol.MarkReadAsync(channel, lastSeq);
        await app.HasDeliveredAsync(clock);
        clock.Jump(TimeSpan.FromSeconds(6));
        await app.HasDeliveredAsync(clock);
        foreach (var device in new[] { phone, desk })
        {
            var told = await device.ReceivesEventAsync("message.counts", one => one.Number("ordinal") == 1 && one.Number("views") == 2);
            Assert.Equal([("❤️", 1, null), ("👍", 1, null)], Reactions(told));
            Assert.All(told.List("reactions"), one => Assert.Empty(one.List("users")));
            // Each partition's votes come by themselves.
            told = await device.ReceivesEventAsync(
                "message.counts",
                one => one.Number("ordinal") == 2 && one.Number("views") == 2 && one.Text("votes") == "[1,2]");
            Assert.Equal(3, told.Number("voters"));
        }

        clock.Jump(TimeSpan.FromSeconds(6));
        var shown = (await bob.AskAsync("GET", $"/api/conversations/{channel}/messages")).List("messages");
        Assert.Equal([("❤️", 1, "False"), ("👍", 1, "True")], Reactions(shown[0]));
        Assert.Equal([("1", "True"), ("2", "False")], shown[1].List("poll.options").Select(one => (one.Text("votes"), one.Text("mine"))));
        Assert.Equal((2, 2, 3), (shown[0].Number("counts.views"), shown[1].Number("counts.views"), shown[1].Number("poll.voters")));
        Assert.Equal(lastSeq, (await alice.ConversationAsync(channel)).LastSeq);
        Assert.Empty((await bob.AskAsync("GET", post.Path() + "/reactions")).List("reactions"));

        // So does the answer to who sends it once more.
        var sent = new { clientMessageId = post.Text("clientMessageId"), text = "Helo" };
        var again = await alice.AskAsync("POST", $"/api/conversations/{channel}/messages", sent);
        Assert.Equal([("❤️", 1, "False"), ("👍", 1, "False")], Reactions(again));
        Assert.Equal(2, again.Number("counts.views"));

        // A change of the post brings its counts along.
        await alice.AskAsync("PATCH", post.Path(), new { text = "Hello" });
        var edited = await phone.ReceivesEventAsync("message.updated");
        Assert.Equal([("❤️", 1, null), ("👍", 1, null)], Reactions(edited.At("message")!.Value));

        // What they did stays theirs while they don't follow; what was taken back takes no more.
        await bob.UnfollowAsync(channel);
        Assert.Equal("conversation_not_found", await bob.IsRefusedAsync("DELETE", like, HttpStatusCode.NotFound));
        await bob.FollowAsync(channel);
        Assert.Equal([("❤️", 1, "False"), ("👍", 1, "True")], Reactions(await bob.AskAsync("GET", post.Path())));
        foreach (var key in new[] { ":a:", ":b:", ":c:", ":d:" })
        {
            await bob.AskAsync("PUT", Reaction(key));
        }

        Assert.Equal("limit_reached", await bob.IsRefusedAsync("PUT", heart, HttpStatusCode.Conflict));
        Assert.Equal("not_a_poll", await bob.IsRefusedAsync(
            "PUT", post.Path() + "/vote", HttpStatusCode.Conflict, new { options = new[] { 0 } }));
        await alice.AskAsync("DELETE", post.Path());
        Assert.Equal("message_unsent", await carol.IsRefusedAsync("PUT", like, HttpStatusCode.Conflict));
        var version = (await bob.AskAsync("GET", post.Path())).Number("counts.version");
        var gone = await bob.AskAsync("DELETE", like);
        Assert.Empty(Reactions(gone));
        Assert.True(gone.Number("counts.version") > version);
        Assert.Empty(Reactions(await bob.AskAsync("GET", post.Path())));

        string Reaction(string key) => $"{post.Path()}/reactions/{Uri.EscapeDataString(key)}";

        static List<(string? Key, long Count, string? Mine)> Reactions(JsonElement one) =>
            [.. one.List("reactions").Select(found => (found.Text("key"), (long)found.Number("count"), found.Text("mine")))];
    }

    internal static async Task<long> CountAsync(ChatApp app, string channel) =>
        (await app.As("alice").AskAsync("GET", $"/api/conversations/{channel}")).Number("followerCount");
}
