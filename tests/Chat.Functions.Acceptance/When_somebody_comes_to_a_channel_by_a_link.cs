using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Whom its owner and admins invite follow a private channel. A link brings followers, and no more than it is for.</summary>
public class When_somebody_comes_to_a_channel_by_a_link
{
    [Fact]
    public async Task Should_be_there_for_nobody_else_where_it_is_private()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, dave) = (app.AsPublisher("alice"), app.As("bob"), app.As("dave"));
        var channel = await PrivateAsync(alice, "carol");
        Assert.Equal("private", (await app.As("carol").AskAsync("GET", Path(channel))).Text("visibility"));
        var nothing = await bob.AskAsync("PUT", Subscription(Nowhere), new { }, HttpStatusCode.NotFound);
        Assert.Equal(nothing.ToString(), (await bob.AskAsync("PUT", Subscription(channel), new { }, HttpStatusCode.NotFound)).ToString());
        Assert.Empty(await bob.FollowedAsync());

        // Its members see it anyway.
        await app.As("carol").FollowAsync(channel);
        var code = await LinkAsync(alice, channel);
        await using var phone = await bob.ListenAsync();
        var seen = await JoinAsync(bob, code);
        Assert.Equal(("channel", "private", 0), (seen.Text("kind"), seen.Text("visibility"), seen.List("members").Count));
        Assert.True(seen.At("subscription.isFollowing")!.Value.GetBoolean());
        Assert.True((await phone.ReceivesEventAsync("subscription.updated")).At("isFollowing")!.Value.GetBoolean());
        await alice.SendAsync(channel, "For you alone");
        Assert.Equal("For you alone", (await bob.HistoryAsync(channel)).Single().Text);
        Assert.Equal(channel, Assert.Single(await bob.FollowedAsync()).Text("conversationId"));
        Assert.Equal(2, (await alice.ConversationAsync(channel)).MemberCount);

        // Once they are in they may change what they want, and once they left they aren't.
        await bob.AskAsync("PUT", Subscription(channel), new { notify = "none" });
        await bob.UnfollowAsync(channel);
        await bob.IsRefusedAsync("PUT", Subscription(channel), HttpStatusCode.NotFound, new { });

        // Public it is for everybody, and private again for whom it has.
        await alice.AskAsync("PATCH", Path(channel), new { visibility = "public" });
        await dave.FollowAsync(channel);
        var settings = await alice.AskAsync("PATCH", Path(channel), new { visibility = "private" });
        Assert.Equal("private", settings.Text("visibility"));
        await bob.IsRefusedAsync("PUT", Subscription(channel), HttpStatusCode.NotFound, new { });
        Assert.Equal("For you alone", (await dave.HistoryAsync(channel)).Single().Text);
        await dave.AskAsync("PUT", Subscription(channel), new { notify = "some" });
        Assert.Equal("public", (await alice.AskAsync("PATCH", Path(channel), new { visibility = (string?)null })).Text("visibility"));
        var told = (await dave.LogAsync(channel)).Where(one => one.Text("type") == "conversation.updated");
        Assert.Equal(["public", "private", "public"], told.Select(one => one.Text("data.visibility")));
    }

    [Fact]
    public async Task Should_be_private_only_where_there_are_followers_and_by_whom_it_is_for()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, carol) = (app.AsPublisher("alice"), app.As("carol"));
        var channel = (await alice.CreateChannelAsync("News", "carol")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "carol")).ConversationId;
        var direct = (await alice.StartDirectAsync("carol")).ConversationId;
        Assert.Equal("public", (await alice.AskAsync("GET", Path(channel))).Text("visibility"));
        Assert.Null((await alice.AskAsync("GET", Path(group))).At("visibility"));
        foreach (var (person, path, body) in new (Person, string, object)[]
        {
            (carol, Path(channel), new { visibility = "private" }),
            (carol, Path(channel) + "/invite-links", new { }),
            (alice, Path(group), new { visibility = "private" }),
            (alice, Path(direct), new { visibility = "private" }),
            (alice, Path(channel), new { joinPolicy = "approval" }),
        })
        {
            var method = path.EndsWith("links", StringComparison.Ordinal) ? "POST" : "PATCH";
            Assert.Equal("not_allowed", await person.IsRefusedAsync(method, path, HttpStatusCode.Forbidden, body));
        }

        await alice.IsRefusedAsync("PATCH", Path(channel), HttpStatusCode.BadRequest, new { visibility = "secret" });
        var odd = new { kind = "channel", title = "News", visibility = "secret" };
        await alice.IsRefusedAsync("POST", "/api/conversations", HttpStatusCode.BadRequest, odd);
        await alice.DoAsync("PATCH", Path(channel) + "/members/carol", new { role = "admin" });
        await carol.AskAsync("PATCH", Path(channel), new { visibility = "private" });
        var link = await carol.AskAsync("POST", Path(channel) + "/invite-links", new { maxUses = 2 }, HttpStatusCode.Created);
        Assert.Equal(link.Text("linkId"), Assert.Single(await LinksAsync(alice, channel)).Text("linkId"));
        await alice.DoAsync("DELETE", $"{Path(channel)}/invite-links/{link.Text("linkId")}");
        Assert.Empty(await LinksAsync(carol, channel));
        await RefusedAsync(app.As("bob"), link.Text("code")!);
    }

    [Fact]
    public async Task Should_let_in_no_more_than_it_is_for_on_two_instances()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var alice = app.AsPublisher("alice");
        var channel = await PrivateAsync(alice);
        var code = await LinkAsync(alice, channel, new { maxUses = 5 });
        var comers = Enumerable.Range(0, 20).Select(n => (n % 2 == 0 ? app : other).As($"comer-{n}")).ToList();
        var answers = await Task.WhenAll(comers.Select(comer => Eventually.SeesAsync(
            () => comer.SendAsync(HttpMethod.Post, $"/api/invites/{code}/join", null),
            answer => answer.StatusCode != HttpStatusCode.ServiceUnavailable)));

        var followers = comers.Zip(answers).Where(pair => pair.Second.StatusCode == HttpStatusCode.OK).Select(pair => pair.First).ToList();
        Assert.Equal(5, followers.Count);
        Assert.All(
            answers.Where(answer => !answer.IsSuccessStatusCode), answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        foreach (var follower in followers)
        {
            Assert.Single(await follower.FollowedAsync());
            await JoinAsync(follower, code);
        }

        foreach (var late in comers.Except(followers))
        {
            Assert.Empty(await late.FollowedAsync());
        }

        Assert.Empty(await LinksAsync(alice, channel));
    }

    [Fact]
    public async Task Should_be_one_use_whatever_breaks_between_the_use_and_the_following()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.AsPublisher("alice");
        var channel = await PrivateAsync(alice);
        var code = await LinkAsync(alice, channel, new { maxUses = 4 });
        var ofFollowers = channel + ':';
        (string Name, Fault Fault)[] breaks =
        [
            ("bob", new("cosmos", "batch", FaultKind.TimeoutAfter) { Target = IsOfChannel }),
            ("carol", new("cosmos", "create", FaultKind.Fail) { Target = one => one.Contains("/carol/", StringComparison.Ordinal) }),
            ("dave", new("cosmos", "batch", FaultKind.Fail) { Target = one => one.Contains(ofFollowers, StringComparison.Ordinal) }),
        ];
        foreach (var (n, (name, fault)) in breaks.Index())
        {
            using (app.Azure.Faults.Add(fault))
            {
                using var failed = await app.As(name).SendAsync(HttpMethod.Post, $"/api/invites/{code}/join", null);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
            }

            Assert.Equal(n + 1, Assert.Single(await LinksAsync(alice, channel)).Number("uses"));
            await JoinAsync(app.As(name), code);
            await JoinAsync(app.As(name), code);
            Assert.Equal(n + 1, Assert.Single(await LinksAsync(alice, channel)).Number("uses"));
        }

        await JoinAsync(app.As("erin"), code);
        await RefusedAsync(app.As("frank"), code);
        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(4, await When_a_channel_has_many_followers.CountAsync(app, channel));

        // Whoever leaves and comes back at once is the same use.
        await app.As("bob").UnfollowAsync(channel);
        await JoinAsync(app.As("bob"), code);

        bool IsOfChannel(string target) =>
            target.Contains($"/{channel}", StringComparison.Ordinal) && !target.Contains(ofFollowers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_use_up_no_more_of_several_links_however_often_one_goes_and_comes_back()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, mallory) = (app.AsPublisher("alice"), app.As("mallory"));
        var channel = await PrivateAsync(alice);
        var codes = new[] { await LinkAsync(alice, channel, new { maxUses = 3 }), await LinkAsync(alice, channel, new { maxUses = 3 }) };
        for (var n = 0; n < 6; n++)
        {
            await JoinAsync(mallory, codes[n % 2]);
            await mallory.UnfollowAsync(channel);
        }

        Assert.Equal([1, 1], (await LinksAsync(alice, channel)).Select(link => link.Number("uses")));
    }

    [Fact]
    public async Task Should_be_good_for_who_used_it_up_though_there_are_other_links_since()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.AsPublisher("alice"), app.As("bob"));
        var channel = await PrivateAsync(alice);
        var code = await LinkAsync(alice, channel, new { maxUses = 1 });
        var ofBob = new Fault("cosmos", "create", FaultKind.Fail) { Target = one => one.Contains("/bob/", StringComparison.Ordinal) };
        using (app.Azure.Faults.Add(ofBob))
        {
            using var failed = await bob.SendAsync(HttpMethod.Post, $"/api/invites/{code}/join", null);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        }

        var other = await LinkAsync(alice, channel);
        await RefusedAsync(app.As("carol"), code);
        await JoinAsync(bob, code);
        await JoinAsync(app.As("carol"), other);

        // Nobody is shown a link that is used up.
        Assert.Equal(1, Assert.Single(await LinksAsync(alice, channel)).Number("uses"));
    }

    [Fact]
    public async Task Should_not_tell_by_a_wrong_code_what_is_there()
    {
        var clock = new JumpingClock();
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:JoinsPerDay"] = "2" };
        await using var app = await ChatApp.StartAsync(settings: settings, time: clock);
        clock.JumpToMidnight();
        var alice = app.AsPublisher("alice");
        var channel = await When_people_comment_on_a_channels_posts.ChannelAsync(alice);
        var (_, comments) = await When_people_comment_on_a_channels_posts.PostAsync(alice, channel);
        var group = (await alice.CreateGroupAsync("Trip", "carol")).ConversationId;
        var secret = new string('a', 22);
        foreach (var there in new[] { comments, group, channel })
        {
            var stranger = app.As($"stranger-{there}");
            var answers = new List<(string?, string?)>();
            foreach (var id in new[] { there, Nowhere })
            {
                // As if these were there already: what is asked for first counts, and so does what is asked for next.
                for (var n = 0; n < 2; n++)
                {
                    await stranger.AskAsync("POST", $"/api/invites/{id}{secret}/join", expected: HttpStatusCode.NotFound);
                }

                var answer = await stranger.AskAsync("POST", $"/api/invites/{id}{secret}/join", expected: HttpStatusCode.NotFound);
                answers.Add((answer.Text("code"), answer.Text("title")));
            }

            Assert.Equal("invite_not_found", Assert.Single(answers.Distinct()).Item1);
            foreach (var other in new[] { comments, group, "bbbbbbbbbbbbbbbbbbbbbb" }.Where(id => id != there))
            {
                Assert.Equal("rate_limited", await stranger.IsRefusedAsync(
                    "POST", $"/api/invites/{other}{secret}/join", HttpStatusCode.TooManyRequests));
            }
        }
    }

    [Fact]
    public async Task Should_use_up_nothing_for_members_followers_and_who_is_refused()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:Subscriptions"] = "1" };
        await using var app = await ChatApp.StartAsync(settings: settings);
        var (alice, carol) = (app.AsPublisher("alice"), app.As("carol"));
        var channel = (await alice.CreateChannelAsync("News", "carol")).ConversationId;
        var other = (await alice.CreateChannelAsync("Other")).ConversationId;
        var code = await LinkAsync(alice, channel, new { maxUses = 1 });

        var seen = await JoinAsync(carol, code);
        Assert.Equal((2, "carol"), (seen.List("members").Count, seen.List("members")[1].Text("userId")));
        var follower = app.As("follower");
        await follower.FollowAsync(channel);
        await JoinAsync(follower, code);

        var full = app.As("full");
        await full.FollowAsync(other);
        var refused = await full.AskAsync("POST", $"/api/invites/{code}/join", expected: HttpStatusCode.Conflict);
        Assert.Equal("subscriptions", refused.Text("limit.name"));
        await RefusedAsync(full, code[..^1] + (code[^1] == 'A' ? 'B' : 'A'));

        // Who blocks the link's maker, or whom they block; and who was taken out, by whichever link.
        await app.As("blocks").DoAsync("PUT", "/api/blocks/alice");
        await alice.DoAsync("PUT", "/api/blocks/blocked");
        await alice.DoAsync("DELETE", $"{Path(channel)}/members/removed");
        await alice.DoAsync("DELETE", $"{Path(channel)}/members/follower");
        foreach (var name in new[] { "blocks", "blocked", "removed", "follower" })
        {
            await RefusedAsync(app.As(name), code);
        }

        Assert.Equal(0, Assert.Single(await LinksAsync(alice, channel)).Number("uses"));
        await JoinAsync(app.As("last"), code);
        Assert.Empty(await LinksAsync(alice, channel));

        // A channel that is gone has no followers.
        var lasting = await LinkAsync(alice, channel);
        await alice.DoAsync("DELETE", Path(channel));
        await RefusedAsync(app.As("late"), lasting);
    }

    [Fact]
    public async Task Should_find_a_link_that_a_replica_does_not_have_yet()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var alice = app.AsPublisher("alice");
        var channel = await PrivateAsync(alice);
        await other.As("alice").AskAsync("GET", Path(channel));
        app.Azure.Cosmos.LagReads("chat", "conversations", 1000);

        var code = await LinkAsync(alice, channel, new { maxUses = 1 });
        await JoinAsync(app.As("bob").At(other), code);
        await RefusedAsync(app.As("carol").At(other), code);
    }

    private const string Nowhere = "aaaaaaaaaaaaaaaaaaaaaa";

    private static async Task<string> PrivateAsync(Person owner, params string[] members) => (await owner.AskAsync(
        "POST",
        "/api/conversations",
        new { kind = "channel", title = "Friends", visibility = "private", members },
        HttpStatusCode.Created)).Text("conversationId")!;

    private static async Task<string> LinkAsync(Person owner, string channel, object? body = null) =>
        (await owner.AskAsync("POST", $"{Path(channel)}/invite-links", body ?? new { }, HttpStatusCode.Created)).Text("code")!;

    private static async Task<List<JsonElement>> LinksAsync(Person owner, string channel) =>
        (await owner.AskAsync("GET", $"{Path(channel)}/invite-links")).List("inviteLinks");

    private static Task<JsonElement> JoinAsync(Person person, string code) => person.AskAsync("POST", $"/api/invites/{code}/join");

    private static async Task RefusedAsync(Person person, string code) => Assert.Equal(
        "invite_not_found", await person.IsRefusedAsync("POST", $"/api/invites/{code}/join", HttpStatusCode.NotFound));

    private static string Path(string conversation) => $"/api/conversations/{conversation}";

    private static string Subscription(string channel) => $"/api/channels/{channel}/subscription";
}
