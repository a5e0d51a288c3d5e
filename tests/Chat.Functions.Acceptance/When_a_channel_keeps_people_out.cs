using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Chat.Local;
using Xunit;
using static Chat.Functions.Acceptance.When_people_comment_on_a_channels_posts;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Who left a channel, was taken out, or never was to come in: nothing is told them, whichever instance they ask.</summary>
public class When_a_channel_keeps_people_out
{
    [Fact]
    public async Task Should_take_no_comment_by_what_a_client_saw_before()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await using var app = await ChatApp.StartAsync(azure);
        await using var other = await ChatApp.StartAsync(azure);
        var (alice, bob, carol) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"));
        var channel = (await alice.CreateChannelAsync("News", "carol")).ConversationId;
        await alice.AskAsync("PATCH", Path(channel), new { comments = true, slowModeSeconds = 0 });
        await bob.FollowAsync(channel);
        var (post, comments) = await PostAsync(alice, channel);
        var (_, others) = await PostAsync(alice, channel);
        foreach (var one in new[] { bob, carol })
        {
            await one.At(other).SendAsync(comments, "Hello");
            await one.At(other).SendAsync(others, "Hello");
        }

        using var sent = await Person.PatientlyAsync(() => bob.At(other).TrySendAsync(comments, "Hello again"));
        var session = sent.Headers.GetValues(Session.Header).Single();
        azure.Cosmos.LagReads("chat", "conversations", 1000);
        await alice.DoAsync("DELETE", Path(channel) + "/members/carol");
        Assert.Equal((HttpStatusCode.NotFound, "conversation_not_found"), await SayAsync(carol, comments));
        await alice.AskAsync("DELETE", post.Path());
        Assert.Equal((HttpStatusCode.NotFound, "conversation_not_found"), await SayAsync(bob, comments));
        await alice.AskAsync("PATCH", Path(channel), new { comments = false });
        Assert.Equal((HttpStatusCode.Forbidden, "comments_off"), await SayAsync(bob, others));

        async Task<(HttpStatusCode Status, string? Code)> SayAsync(Person person, string where)
        {
            var said = new { clientMessageId = Guid.NewGuid().ToString("N"), text = "Still" };
            using var answer = await Person.PatientlyAsync(() => person.At(other).SendAsync(
                HttpMethod.Post,
                Path(where) + "/messages",
                JsonContent.Create(said),
                request => request.Headers.Add(Session.Header, session)));
            return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("code"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_push_nothing_more_to_who_left_or_was_removed(bool isSignalRAway)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"));
        var (dave, erin) = (app.As("dave"), app.As("erin"));
        var channel = (await alice.CreateChannelAsync("News", "carol", "dave")).ConversationId;
        await alice.AskAsync("PATCH", Path(channel), new { comments = true });
        var (_, comments) = await PostAsync(alice, channel);
        var devices = new Dictionary<Person, (EventStream Stream, string Own)>();
        foreach (var one in new[] { bob, dave, erin })
        {
            await one.FollowAsync(channel);
        }

        foreach (var one in new[] { bob, carol, dave, erin })
        {
            devices[one] = (await one.ListenAsync(), (await one.StartDirectAsync("frank")).ConversationId);
            await one.AskAsync("POST", $"/api/channels/{channel}/watch");
            await one.AskAsync("POST", $"/api/channels/{comments}/watch");
        }

        // Carol leaves. Dave does, too, and goes on following. Bob never was a member, and is taken out.
        using (isSignalRAway ? app.Azure.Faults.Add(new Fault("signalr", "group-remove", FaultKind.Fail)) : null)
        {
            await carol.DoAsync("DELETE", Path(channel) + "/members/carol");
            await dave.DoAsync("DELETE", Path(channel) + "/members/dave");
            await alice.DoAsync("DELETE", Path(channel) + "/members/bob");
        }

        if (isSignalRAway)
        {
            await app.HasDeliveredAsync(clock);
        }

        await alice.SendAsync(channel, "A post");
        await alice.SendAsync(comments, "A comment");
        foreach (var one in new[] { dave, erin })
        {
            await devices[one].Stream.ReceivesAsync(channel, "A post");
            await devices[one].Stream.ReceivesAsync(comments, "A comment");
        }

        foreach (var one in new[] { bob, carol })
        {
            var told = JsonSerializer.Serialize(await devices[one].Stream.EventsBeforeNowAsync(one, devices[one].Own));
            Assert.DoesNotContain("A post", told, StringComparison.Ordinal);
            Assert.DoesNotContain("A comment", told, StringComparison.Ordinal);
        }

        foreach (var (stream, _) in devices.Values)
        {
            await stream.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("follower")]
    [InlineData("member")]
    public async Task Should_push_nothing_to_who_is_removed_while_they_ask_for_it_elsewhere(string name)
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await using var app = await ChatApp.StartAsync(azure);
        await using var other = await ChatApp.StartAsync(azure);
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var gone = other.As(name);
        var channel = (await alice.CreateChannelAsync("News", "member")).ConversationId;
        await alice.AskAsync("PATCH", Path(channel), new { comments = true });
        var (_, comments) = await PostAsync(alice, channel);
        await app.As("follower").FollowAsync(channel);
        await bob.FollowAsync(channel);
        var own = (await gone.StartDirectAsync("dave")).ConversationId;
        await using var device = await gone.ListenAsync();
        await using var phone = await bob.ListenAsync();
        await bob.AskAsync("POST", $"/api/channels/{comments}/watch");
        await gone.AskAsync("GET", Path(comments));
        azure.Cosmos.LagReads("chat", "conversations", 1000);
        azure.Cosmos.LagReads("chat", "users", 1000);
        using var halt = new Halt(azure, "signalr", "group-add", target => target.Contains(comments, StringComparison.Ordinal), times: 2);
        var asking = gone.SendAsync(HttpMethod.Post, $"/api/channels/{comments}/watch", null);
        await halt.Reached;
        await alice.DoAsync("DELETE", $"{Path(channel)}/members/{name}");
        halt.Open();
        using var answer = await asking;
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        await alice.SendAsync(comments, "Between us");
        await phone.ReceivesAsync(comments, "Between us");
        Assert.DoesNotContain(
            "Between us", JsonSerializer.Serialize(await device.EventsBeforeNowAsync(gone, own)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_not_tell_strangers_of_it_by_taking_them_out()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure, time: clock);
        var alice = new Person(app.Http, "alice", "chat.publisher", TimeSpan.FromDays(50));
        var (bob, mallory) = (
            new Person(app.Http, "bob", lifetime: TimeSpan.FromDays(50)), new Person(app.Http, "mallory", lifetime: TimeSpan.FromDays(50)));
        var channel = (await alice.CreateChannelAsync("News")).ConversationId;
        await bob.FollowAsync(channel);
        foreach (var one in new[] { bob, mallory })
        {
            await alice.DoAsync("DELETE", $"{Path(channel)}/members/{one.Name}");
            await one.IsRefusedAsync("PUT", $"/api/channels/{channel}/subscription", HttpStatusCode.NotFound, new { });
        }

        Assert.Empty(await SyncedAsync(mallory));
        Assert.False(Assert.Single(await SyncedAsync(bob)).At("subscription.isFollowing")!.Value.GetBoolean());

        // As long as any other that is gone.
        clock.Jump(TimeSpan.FromDays(36));
        Assert.Empty(await SyncedAsync(bob));
        await bob.IsRefusedAsync("PUT", $"/api/channels/{channel}/subscription", HttpStatusCode.NotFound, new { });

        static async Task<List<JsonElement>> SyncedAsync(Person person) => (await person.AskAsync("GET", "/api/sync")).List("items");
    }

    [Fact]
    public async Task Should_count_with_what_one_sends_whom_one_takes_out_and_what_codes_one_tries()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Limits:SendBurst"] = "5",
            ["Limits:SendsPerMinute"] = "1",
        };
        await using var app = await ChatApp.StartAsync(settings: settings);
        var channel = (await app.AsPublisher("alice").CreateChannelAsync("News")).ConversationId;
        (string Name, HttpMethod Method, string Path)[] all =
        [
            ("alice", HttpMethod.Delete, Path(channel) + "/members/mallory-"),
            ("mallory", HttpMethod.Post, $"/api/invites/{channel}aaaaaaaaaaaaaaaaaaaaa"),
        ];
        foreach (var (name, method, path) in all)
        {
            var statuses = new List<HttpStatusCode>();
            for (var n = 0; n < 8; n++)
            {
                var join = method == HttpMethod.Post ? "/join" : "";
                using var answer = await app.As(name).SendAsync(method, $"{path}{n}{join}", null);
                statuses.Add(answer.StatusCode);
            }

            // One more for each minute that the story takes.
            Assert.InRange(statuses.Count(status => status == HttpStatusCode.TooManyRequests), 1, 3);
        }
    }

    [Fact]
    public async Task Should_count_reactions_to_comments_with_what_one_sends()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Limits:SendBurst"] = "6",
            ["Limits:SendsPerMinute"] = "1",
        };
        await using var app = await ChatApp.StartAsync(settings: settings);
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = await ChannelAsync(alice, bob);
        var (post, comments) = await PostAsync(alice, channel);
        var said = await alice.SayAsync(comments, new { text = "Hello" });
        foreach (var one in new[] { post, said })
        {
            var statuses = new List<HttpStatusCode>();
            for (var n = 0; n < 10; n++)
            {
                using var answer = await bob.SendAsync(
                    n % 2 == 0 ? HttpMethod.Put : HttpMethod.Delete, $"{one.Path()}/reactions/:hey:", null);
                statuses.Add(answer.StatusCode);
            }

            // One more for each minute that the story takes.
            Assert.InRange(statuses.Count(status => status == HttpStatusCode.TooManyRequests), one.Path() == post.Path() ? 0 : 3, 5);
        }
    }

    [Fact]
    public async Task Should_answer_who_comments_while_the_channel_cannot_be_read()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = await ChannelAsync(alice, bob);
        var (_, comments) = await PostAsync(alice, channel);
        await alice.SendAsync(comments, "Hello");
        using var halt = new Halt(app.Azure, "cosmos", "patch", target => target.Contains($"/{channel}/head", StringComparison.Ordinal));
        using var answer = await bob.TrySendAsync(comments, "Anybody?");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Should_not_be_followed_by_who_came_while_it_became_private()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure, time: clock);
        await using var other = await ChatApp.StartAsync(azure, time: clock);
        var (alice, bob, carol, dave) = (app.AsPublisher("alice"), other.As("bob"), other.As("carol"), other.As("dave"));
        var channel = (await alice.CreateChannelAsync("News", "dave")).ConversationId;
        var subscription = $"/api/channels/{channel}/subscription";
        await other.As("erin").FollowAsync(channel);
        azure.Cosmos.LagReads("chat", "conversations", 1000);
        using var halt = new Halt(azure, "cosmos", "create", target => target.Contains("/bob/sub:", StringComparison.Ordinal));
        var asking = bob.SendAsync(HttpMethod.Put, subscription, JsonContent.Create(new { }));
        await halt.Reached;
        await alice.AskAsync("PATCH", Path(channel), new { visibility = "private" });
        halt.Open();
        using var answer = await asking;
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        await carol.IsRefusedAsync("PUT", subscription, HttpStatusCode.NotFound, new { });
        await dave.FollowAsync(channel);
        azure.Cosmos.LagReads("chat", "conversations", 0);
        foreach (var one in new[] { bob, carol })
        {
            Assert.Empty(await one.FollowedAsync());
            await one.IsRefusedAsync("GET", Path(channel) + "/messages", HttpStatusCode.NotFound);
        }

        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(2, await When_a_channel_has_many_followers.CountAsync(app, channel));
    }

    private static string Path(string conversation) => $"/api/conversations/{conversation}";
}
