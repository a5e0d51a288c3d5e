using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Nobody is put into a group by somebody whom they didn't let, nor beside somebody of whom one blocks the other.</summary>
public class When_strangers_are_added_to_a_group
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_be_invited_and_join_when_they_accept(bool whenItIsCreated)
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await app.AsHost().AreFriendsAsync("alice", "carol");
        await using var phone = await bob.ListenAsync();
        var group = (await alice.CreateGroupAsync("Trip", whenItIsCreated ? ["carol", "bob"] : ["carol"])).ConversationId;
        if (!whenItIsCreated)
        {
            await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "bob" } });
        }

        await phone.ReceivesEventAsync("request.received", data => data.Text("by") == "alice");
        await alice.SendAsync(group, "Without bob");
        await app.HasDeliveredAsync();
        Assert.Equal(["alice", "carol"], (await alice.ConversationAsync(group)).Members.Select(member => member.UserId).Order());
        Assert.Equal("invited", (await MembersAsync(alice, group))["bob"]);
        var asked = Assert.Single(await bob.RequestsAsync());
        Assert.Equal(
            (group, "group", "Trip", "alice"),
            (asked.Text("conversationId"), asked.Text("kind"), asked.Text("title"), asked.Text("from.userId")));
        Assert.Empty(await bob.AllConversationsAsync());
        Assert.Equal("conversation_not_found", await bob.IsRefusedAsync("GET", $"/api/conversations/{group}", HttpStatusCode.NotFound));
        Assert.DoesNotContain(phone.Events(), one => one.Text("type") != "request.received");

        await bob.DoAsync("POST", $"/api/requests/{group}/accept");
        await bob.DoAsync("POST", $"/api/requests/{group}/accept");
        Assert.Empty(await bob.RequestsAsync());
        Assert.Equal([group], await bob.ListedAsync());
        await alice.SendAsync(group, "With bob");
        await phone.ReceivesAsync(group, "With bob");
        Assert.Equal(["With bob"], (await bob.MessagesAsync(group)).Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task Should_look_invited_to_members_once_they_declined_and_not_be_asked_again()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var before = await alice.AskAsync("GET", $"/api/conversations/{group}/members");
        await bob.DoAsync("POST", $"/api/requests/{group}/decline", new { });
        await bob.DoAsync("POST", $"/api/requests/{group}/decline", new { });
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "bob" } });
        Assert.Empty(await bob.RequestsAsync());
        Assert.Equal($"{before}", $"{await alice.AskAsync("GET", $"/api/conversations/{group}/members")}");
        Assert.Equal("request_not_found", await bob.IsRefusedAsync("POST", $"/api/requests/{group}/accept", HttpStatusCode.NotFound));

        // They may change their mind by a link.
        var code = (await alice.AskAsync("POST", $"/api/conversations/{group}/invite-links", new { }, HttpStatusCode.Created)).Text("code");
        await bob.AskAsync("POST", $"/api/invites/{code}/join");
        Assert.Equal("active", (await MembersAsync(alice, group))["bob"]);
    }

    [Fact]
    public async Task Should_not_be_asked_again_although_they_were_removed_after_they_declined()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var (group, own) = (
            (await alice.CreateGroupAsync("Trip", "bob")).ConversationId, (await bob.CreateGroupAsync("Mine", "carol")).ConversationId);
        await bob.DoAsync("POST", $"/api/requests/{group}/decline", new { });
        await using var phone = await bob.ListenAsync();
        await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "bob" } });
        Assert.Empty(await bob.RequestsAsync());
        Assert.DoesNotContain(await phone.EventsBeforeNowAsync(bob, own), one => one.Text("type") == "request.received");
    }

    [Fact]
    public async Task Should_keep_its_place_among_the_requests_when_it_is_sent_again()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var first = (await alice.CreateGroupAsync("First", "bob")).ConversationId;
        var second = (await app.As("carol").CreateGroupAsync("Second", "bob")).ConversationId;
        await alice.DoAsync("POST", $"/api/conversations/{first}/members", new { members = new[] { "bob" } });
        Assert.Equal([second, first], (await bob.RequestsAsync()).Select(one => one.Text("conversationId")));
    }

    [Fact]
    public async Task Should_block_who_invited_them_also_once_they_declined()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var bob = app.As("bob");
        var group = (await app.As("alice").CreateGroupAsync("Trip", "bob")).ConversationId;
        await bob.DoAsync("POST", $"/api/requests/{group}/decline", new { });
        await bob.DoAsync("POST", $"/api/requests/{group}/decline", new { block = true });
        Assert.Equal("alice", Assert.Single((await bob.AskAsync("GET", "/api/blocks")).List("blocks")).Text("userId"));
    }

    [Theory]
    [InlineData("bob", "carol")]
    [InlineData("carol", "bob")]
    [InlineData("alice", "bob")]
    public async Task Should_not_join_while_a_block_keeps_them_from_somebody_in_it(string blocking, string blocked)
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await app.AsHost().AreFriendsAsync("alice", "carol");
        var group = (await alice.CreateGroupAsync("Trip", "carol", "bob")).ConversationId;
        await app.As(blocking).DoAsync("PUT", $"/api/blocks/{blocked}");
        Assert.Equal("request_not_found", await bob.IsRefusedAsync("POST", $"/api/requests/{group}/accept", HttpStatusCode.NotFound));
        Assert.Equal("invited", (await MembersAsync(alice, group))["bob"]);
        await app.As(blocking).DoAsync("DELETE", $"/api/blocks/{blocked}");
        await bob.DoAsync("POST", $"/api/requests/{group}/accept");
        Assert.Equal("active", (await MembersAsync(alice, group))["bob"]);
    }

    [Fact]
    public async Task Should_not_join_unasked_although_the_right_to_add_them_comes_while_they_are_added()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, carol) = (app.As("alice"), app.As("carol"));
        await app.AsHost().AreFriendsAsync("alice", "carol");
        var group = (await alice.CreateGroupAsync("Trip", "carol")).ConversationId;
        await app.HasDeliveredAsync();
        var (reached, opened) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var read = app.Azure.Faults.Add(new Chat.Local.Fault("cosmos", "read", Chat.Local.FaultKind.Delay)
        {
            Times = 1,
            Target = target => target.Contains($"{group}/u:carol", StringComparison.Ordinal),
            Applied = _ =>
            {
                reached.TrySetResult();
                return opened.Task;
            },
        });

        // She is read as a plain member, and has become an admin when it is decided.
        var adding = TryAddOnceAsync(carol, group, "bob");
        await reached.Task.WaitAsync(Eventually.Timeout);
        await alice.DoAsync("PATCH", $"/api/conversations/{group}/members/carol", new { role = "admin" });
        opened.SetResult();
        Assert.StartsWith("503 ", await adding, StringComparison.Ordinal);
        Assert.DoesNotContain("bob", (await MembersAsync(alice, group)).Keys);
        await carol.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "bob" } });
        Assert.Equal("invited", (await MembersAsync(alice, group))["bob"]);
    }

    [Fact]
    public async Task Should_be_added_at_once_where_they_let_them_and_never_where_nobody_may()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var alice = app.As("alice");
        await app.As("everyone").AskAsync("PATCH", "/api/me/privacy", new { whoCanAdd = "everyone" });
        await app.As("following").AskAsync("PATCH", "/api/me/privacy", new { whoCanAdd = "following" });
        await app.AsHost().FollowsAsync("following", "alice");
        await app.As("nobody").AskAsync("PATCH", "/api/me/privacy", new { whoCanAdd = "noOne" });
        var group = (await alice.CreateGroupAsync("Trip", "everyone", "following")).ConversationId;
        Assert.Equal(3, (await alice.ConversationAsync(group)).MemberCount);
        var refused = await TryAddAsync(alice, group, "stranger", "nobody");
        Assert.StartsWith("403 ", refused, StringComparison.Ordinal);
        Assert.Empty(await app.As("stranger").RequestsAsync());
        Assert.Equal(
            "cannot_message",
            await alice.IsRefusedAsync(
                "POST",
                "/api/conversations",
                HttpStatusCode.Forbidden,
                new { kind = "group", title = "Trip", members = new[] { "everyone", "nobody" } }));
    }

    [Theory]
    [InlineData("strict")]
    [InlineData("open")]
    public async Task Should_be_asked_before_they_are_beside_somebody_of_whom_one_blocks_the_other(string mode)
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Trust:Mode"] = mode });
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        foreach (var friend in new[] { "bob", "carol", "dave", "erin" })
        {
            await app.AsHost().AreFriendsAsync("alice", friend);
        }

        await bob.DoAsync("PUT", "/api/blocks/carol");
        await app.As("dave").DoAsync("PUT", "/api/blocks/alice");

        // Dave blocks alice: the answer doesn't tell who.
        var group = (await alice.CreateGroupAsync("Trip", "bob", "erin")).ConversationId;
        var answers = new[] { await TryAddAsync(alice, group, "dave"), await TryAddAsync(alice, group, "frank", "dave") };
        Assert.All(answers, one => Assert.Equal(answers[0], one));
        Assert.StartsWith("403 {\"status\":403,\"code\":\"cannot_message\"", answers[0], StringComparison.Ordinal);
        foreach (var members in new[] { new[] { "dave" }, ["erin", "dave"] })
        {
            Assert.Equal("cannot_message", await alice.IsRefusedAsync(
                "POST", "/api/conversations", HttpStatusCode.Forbidden, new { kind = "group", title = "Another", members }));
        }

        // Bob blocks carol: alice isn't refused, and each of the two decides.
        Assert.StartsWith("204", await TryAddAsync(alice, group, "carol"), StringComparison.Ordinal);
        Assert.Equal("invited", (await MembersAsync(alice, group))["carol"]);
        var another = (await alice.CreateGroupAsync("Another", "carol", "bob", "erin")).ConversationId;
        Assert.Equal(
            ["alice: active", "bob: invited", "carol: invited", "erin: active"],
            (await MembersAsync(alice, another)).Select(one => $"{one.Key}: {one.Value}").Order());
        await bob.DoAsync("POST", $"/api/requests/{another}/accept");
        Assert.Equal("active", (await MembersAsync(alice, another))["bob"]);

        // A member who is added again stays, whoever blocks whom since.
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "bob" } });

        // Nor does a link let in whom its maker blocks.
        var code = (await alice.AskAsync("POST", $"/api/conversations/{group}/invite-links", new { }, HttpStatusCode.Created)).Text("code");
        Assert.Equal("invite_not_found", await app.As("dave").IsRefusedAsync("POST", $"/api/invites/{code}/join", HttpStatusCode.NotFound));
        await app.As("carol").AskAsync("POST", $"/api/invites/{code}/join");
        Assert.Equal(
            ["alice", "bob", "carol", "erin"],
            (await MembersAsync(alice, group)).Where(one => one.Value == "active").Select(one => one.Key).Order());
    }

    [Fact]
    public async Task Should_not_be_put_beside_each_other_by_two_who_add_them_at_once()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await alice.DoAsync("PATCH", $"/api/conversations/{group}/members/bob", new { role = "admin" });
        await app.As("carol").DoAsync("PUT", "/api/blocks/dave");

        // Alice has looked, and found nobody whom dave is apart from; then bob adds carol.
        using var halt = new Halt(app.Azure, "cosmos", "batch", target => target.Contains(group, StringComparison.Ordinal));
        var adding = TryAddAsync(alice, group, "dave");
        await halt.Reached;
        Assert.StartsWith("204", await TryAddAsync(bob.At(other), group, "carol"), StringComparison.Ordinal);
        halt.Open();
        Assert.StartsWith("204", await adding, StringComparison.Ordinal);
        Assert.Equal(("active", "invited"), ((await MembersAsync(alice, group))["carol"], (await MembersAsync(alice, group))["dave"]));
    }

    [Fact]
    public async Task Should_not_accept_beside_somebody_who_comes_at_the_same_time()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        await using var other = await ChatApp.StartAsync(app.Azure, ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await app.AsHost().AreFriendsAsync("alice", "carol");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await bob.DoAsync("PUT", "/api/blocks/carol");
        using var halt = new Halt(app.Azure, "cosmos", "batch", target => target.Contains(group, StringComparison.Ordinal));
        var accepting = bob.SendAsync(HttpMethod.Post, $"/api/requests/{group}/accept", null);
        await halt.Reached;
        Assert.StartsWith("204", await TryAddAsync(alice.At(other), group, "carol"), StringComparison.Ordinal);
        halt.Open();
        using var accepted = await accepting;
        Assert.Contains(accepted.StatusCode, new[] { HttpStatusCode.NotFound, HttpStatusCode.ServiceUnavailable });
        Assert.Equal("invited", (await MembersAsync(alice, group))["bob"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_not_be_put_beside_somebody_who_is_still_to_join_a_large_group(bool isFriend)
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        await using var other = await ChatApp.StartAsync(app.Azure, ChatApp.Strict);
        var (alice, dave) = (app.As("alice"), app.As("dave"));
        IReadOnlyList<string> members = [.. Enumerable.Range(0, 95).Select(n => $"member{n}"), "zoe"];
        await app.AsHost().Caller.DoAsync("POST", "/api/host/relationships", new
        {
            relationships = members.Append(isFriend ? "dave" : "zoe").Distinct().SelectMany(name => new[]
            {
                new { from = "alice", to = name, follows = true, version = 1 },
                new { from = name, to = "alice", follows = true, version = 1 },
            }),
        });
        await app.As("zoe").DoAsync("PUT", "/api/blocks/dave");

        // The first commit is there; the one by which zoe joins, with the last of the others, isn't yet.
        var (reached, opened) = (new TaskCompletionSource<string>(), new TaskCompletionSource());
        using var feed = new Halt(app.Azure, "functions", "feed", _ => true, int.MaxValue);
        using var batch = app.Azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.Delay)
        {
            Skip = 1,
            Times = 1,
            Strike = target =>
            {
                reached.TrySetResult(target);
                return opened.Task;
            },
        });
        var creating = alice.CreateGroupAsync("Party", members);
        var group = (await reached.Task.WaitAsync(Eventually.Timeout)).Split('/')[1];
        Assert.DoesNotContain("zoe", (await MembersAsync(alice, group)).Keys);
        Assert.StartsWith("204", await TryAddAsync(alice.At(other), group, "dave"), StringComparison.Ordinal);
        if (!isFriend)
        {
            await dave.At(other).IsRefusedAsync("POST", $"/api/requests/{group}/accept", HttpStatusCode.NotFound);
        }

        opened.TrySetResult();
        feed.Open();
        await creating;
        await app.HasDeliveredAsync();
        var states = await MembersAsync(alice, group, "?limit=100");
        Assert.Equal(("active", "invited"), (states["zoe"], states["dave"]));

        // Who left isn't to come any more.
        await app.As("zoe").DoAsync("DELETE", $"/api/conversations/{group}/members/zoe");
        await dave.DoAsync("POST", $"/api/requests/{group}/accept");
    }

    [Fact]
    public async Task Should_be_invited_and_never_be_in_it_though_nobody_knows_them()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var alice = app.As("alice");
        await app.AsHost().SaysAsync("bob");
        var group = (await alice.CreateGroupAsync("Trip", "bob", "no-such-user")).ConversationId;
        Assert.StartsWith("204", await TryAddAsync(alice, group, "nor-this-one"), StringComparison.Ordinal);

        // They look as somebody does whom the host app knows, and who doesn't answer.
        Assert.Equal(
            [("alice", "active"), ("bob", "invited"), ("no-such-user", "invited"), ("nor-this-one", "invited")],
            (await MembersAsync(alice, group)).Select(one => (one.Key, one.Value)).Order());
        Assert.Equal(1, (await alice.ConversationAsync(group)).MemberCount);
    }

    [Fact]
    public async Task Should_be_let_in_by_nobody_of_whom_one_blocks_the_other()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var (alice, bob, dave) = (app.As("alice"), app.As("bob"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await alice.DoAsync("PATCH", $"/api/conversations/{group}/members/bob", new { role = "admin" });
        await alice.AskAsync("PATCH", $"/api/conversations/{group}", new { joinPolicy = "approval" });
        var code = (await alice.AskAsync("POST", $"/api/conversations/{group}/invite-links", new { }, HttpStatusCode.Created)).Text("code");
        await dave.AskAsync("POST", $"/api/invites/{code}/join", expected: HttpStatusCode.Accepted);

        // Every instance has seen that nobody blocked bob and alice, and the first block is looked at all the same.
        await alice.At(other).MessagesAsync(group);
        await bob.At(other).AskAsync("GET", $"/api/conversations/{group}/receipts");
        await dave.DoAsync("PUT", "/api/blocks/bob");
        await alice.DoAsync("PUT", "/api/blocks/dave");
        var approve = $"/api/conversations/{group}/join-requests/dave/approve";
        Assert.Equal("cannot_message", await bob.At(other).IsRefusedAsync("POST", approve, HttpStatusCode.Forbidden));
        Assert.Equal("cannot_message", await alice.At(other).IsRefusedAsync("POST", approve, HttpStatusCode.Forbidden));
        await alice.DoAsync("DELETE", "/api/blocks/dave");
        await alice.DoAsync("POST", approve);
        Assert.Equal("active", (await MembersAsync(alice, group))["dave"]);
    }

    [Fact]
    public async Task Should_be_invited_once_however_often_the_group_is_created_again()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        async Task<string> CreateAsync()
        {
            using var answer = await Person.PatientlyAsync(() => alice.SendAsync(
                HttpMethod.Post,
                "/api/conversations",
                System.Net.Http.Json.JsonContent.Create(new { kind = "group", title = "Trip", members = new[] { "bob" } }),
                request => request.Headers.Add("Idempotency-Key", "trip")));
            return (await System.Net.Http.Json.HttpContentJsonExtensions.ReadFromJsonAsync<JsonElement>(answer.Content))
                .Text("conversationId")!;
        }

        // Who declined stays so, whatever is repeated.
        var group = await CreateAsync();
        await bob.DoAsync("POST", $"/api/requests/{group}/decline", new { });
        Assert.Equal(group, await CreateAsync());
        Assert.Empty(await bob.RequestsAsync());
        Assert.Equal("invited", (await MembersAsync(alice, group))["bob"]);
    }

    private static Task<string> TryAddAsync(Person adder, string group, params string[] members) =>
        Eventually.SeesAsync(() => TryAddOnceAsync(adder, group, members), answer => !answer.StartsWith("503", StringComparison.Ordinal));

    private static async Task<string> TryAddOnceAsync(Person adder, string group, params string[] members)
    {
        using var answer = await adder.PostAsync($"/api/conversations/{group}/members", new { members });
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }

    private static async Task<Dictionary<string, string>> MembersAsync(Person person, string group, string query = "") =>
        (await person.AskAsync("GET", $"/api/conversations/{group}/members{query}")).List("members").ToDictionary(
            one => one.Text("userId")!,
            one => one.Text("state")!,
            StringComparer.Ordinal);
}
