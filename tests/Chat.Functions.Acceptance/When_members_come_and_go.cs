using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Who is in sees what is theirs to see, and who isn't sees nothing, from the very next call on.</summary>
public class When_members_come_and_go
{
    [Fact]
    public async Task Should_show_those_who_are_added_what_follows_and_nothing_from_before()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, dave) = (app.As("alice"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await alice.SendAsync(group, "before");
        await using var phone = await alice.ListenAsync();
        await using var davesPhone = await dave.ListenAsync();

        await alice.DoAsync("POST", Members(group), new { members = new[] { "dave", "bob" } });

        var told = await phone.ReceivesEventAsync("member.joined");
        Assert.Equal([("dave", "member")], told.GetProperty("members").EnumerateArray().Select(Member));
        Assert.Equal("alice", told.GetProperty("by").GetString());
        await davesPhone.ReceivesEventAsync("member.joined");
        await ShowsNoMessageAsync(app, dave, group);
        await alice.DoAsync("POST", Members(group), new { members = new[] { "erin" } });
        await ShowsNoMessageAsync(app, dave, group);
        await alice.SendAsync(group, "after");
        await davesPhone.ReceivesAsync(group, "after");
        Assert.Equal(["after"], (await dave.HistoryAsync(group)).Select(message => message.Text));
        Assert.Equal(["member.joined", "member.joined", "message.created"], (await dave.LogAsync(group)).Select(Type));
        await Eventually.SeesAsync(() => dave.SummaryAsync(group), seen => seen is { UnreadCount: 1, LastMessage.Preview: "after" });

        // Once more is the same.
        await alice.DoAsync("POST", Members(group), new { members = new[] { "dave" } });
        Assert.Equal(
            ["conversation.created", "message.created", "member.joined", "member.joined", "message.created"],
            (await alice.LogAsync(group)).Select(Type));
        var listed = (await dave.AskAsync("GET", Members(group) + "?limit=2")).GetProperty("members").EnumerateArray().ToList();
        Assert.Equal([("alice", "owner"), ("bob", "member")], listed.Select(Member));
        var rest = (await dave.AskAsync("GET", Members(group) + "?limit=2&continuation=bob"))
            .GetProperty("members")
            .EnumerateArray()
            .ToList();
        Assert.Equal([("carol", "member"), ("dave", "member")], rest.Select(Member));
        Assert.Equal(("active", 3), (rest[1].GetProperty("state").GetString(), rest[1].GetProperty("joinedSeq").GetInt64()));
    }

    [Fact]
    public async Task Should_be_over_at_once_for_whoever_is_removed()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await bob.StartDirectAsync("alice")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol", "dave")).ConversationId;
        var before = await bob.At(other).SendAsync(group, "before");
        await using var phone = await alice.ListenAsync();
        await using var bobsPhone = await bob.ListenAsync();
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is not null);

        // Delivery comes to it only later, with the sweep.
        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)
        {
            Target = target => target.StartsWith("deliveries/", StringComparison.Ordinal),
        }))
        {
            await alice.DoAsync("DELETE", Members(group) + "/bob");
        }

        await alice.SendAsync(group, "secret");
        await phone.ReceivesAsync(group, "secret");
        Assert.DoesNotContain(await bobsPhone.EventsBeforeNowAsync(bob, direct), one => Type(one) == "message.created");
        foreach (var (method, path, body) in new (string, string, object?)[]
        {
            ("GET", "", null),
            ("GET", "/messages", null),
            ("GET", $"/messages/{before.MessageId}", null),
            ("GET", $"/messages/{before.MessageId}/revisions", null),
            ("GET", $"/messages/{before.MessageId}/reactions", null),
            ("GET", $"/messages/{before.MessageId}/replies", null),
            ("POST", $"/messages/{before.MessageId}/forward", new { clientMessageId = "2", to = new[] { group } }),
            ("DELETE", $"/messages/{before.MessageId}?scope=me", null),
            ("GET", "/events", null),
            ("GET", "/members", null),
            ("POST", "/messages", new { clientMessageId = "1", text = "Hello?" }),
            ("PUT", "/read", new { seq = 1 }),
            ("DELETE", "/members/bob", null),
        })
        {
            Assert.Equal(
                "conversation_not_found",
                await bob.IsRefusedAsync(method, $"/api/conversations/{group}{path}", HttpStatusCode.NotFound, body));
            Assert.Equal(
                "conversation_not_found",
                await bob.At(other).IsRefusedAsync(method, $"/api/conversations/{group}{path}", HttpStatusCode.NotFound, body));
        }

        var told = await bobsPhone.ReceivesEventAsync("member.removed");
        Assert.Equal(("bob", "alice"), (told.GetProperty("userId").GetString(), told.GetProperty("by").GetString()));
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is null);
        await Eventually.SeesAsync(() => alice.SummaryAsync(group), seen => seen?.MemberCount == 3);

        // Removing somebody who isn't in is the same.
        await alice.DoAsync("DELETE", Members(group) + "/bob");
        Assert.Single(await alice.LogAsync(group), one => Type(one) == "member.removed");
    }

    [Fact]
    public async Task Should_show_those_who_come_back_nothing_from_the_time_between()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await bob.SendAsync(group, "bob was here");
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is { LastMessage.Preview: "bob was here" });
        await bob.DoAsync("DELETE", Members(group) + "/bob");
        Assert.Null(await bob.SummaryAsync(group));
        await alice.SendAsync(group, "bob is away");

        await alice.DoAsync("POST", Members(group), new { members = new[] { "bob" } });
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is { UnreadCount: 0, MemberCount: 3 });
        await ShowsNoMessageAsync(app, bob, group);
        Assert.Empty(await bob.HistoryAsync(group));
        await using var bobsPhone = await bob.ListenAsync();
        await alice.SendAsync(group, "bob is back");
        await bobsPhone.ReceivesAsync(group, "bob is back");
        Assert.Equal(["bob is back"], (await bob.HistoryAsync(group)).Select(message => message.Text));
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is { UnreadCount: 1, LastMessage.Preview: "bob is back" });
    }

    /// <summary>The push of a message began before somebody joined, and is still on its way to SignalR when they connect.</summary>
    [Theory]
    [InlineData("added")]
    [InlineData("back")]
    [InlineData("by a link")]
    public async Task Should_not_be_pushed_what_is_on_its_way_to_others_when_somebody_joins(string how)
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var (alice, dave) = (app.As("alice"), app.As("dave").At(other));
        var group = (await alice.CreateGroupAsync("Trip", how == "back" ? ["bob", "carol", "dave"] : ["bob", "carol"])).ConversationId;
        if (how == "back")
        {
            await dave.DoAsync("DELETE", $"{Members(group)}/dave");
        }

        var link = await alice.AskAsync("POST", $"/api/conversations/{group}/invite-links", new { }, HttpStatusCode.Created);
        await app.HasDeliveredAsync();
        await using var phone = await dave.ListenAsync();
        using (var pushing = new Halt(app.Azure, "signalr", "send-group", _ => true))
        {
            await alice.SendAsync(group, "before");
            await pushing.Reached;
            await (how == "by a link"
                ? dave.AskAsync("POST", $"/api/invites/{link.GetProperty("code").GetString()}/join")
                : alice.DoAsync("POST", Members(group), new { members = new[] { "dave" } }));
            await phone.ReceivesEventAsync("member.joined");
            await using var another = await dave.ListenAsync();
        }

        // What is said from now on reaches them, also when all is settled.
        await alice.SendAsync(group, "after");
        await phone.ReceivesAsync(group, "after");
        await app.HasDeliveredAsync();
        await alice.SendAsync(group, "later");
        await phone.ReceivesAsync(group, "later");
        Assert.DoesNotContain(phone.Messages(group), message => message.Text == "before");
    }

    [Fact]
    public async Task Should_not_push_what_was_sent_before_to_those_who_joined_meanwhile()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, dave) = (app.As("alice"), app.As("dave"));
        var direct = (await dave.StartDirectAsync("alice")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await using var davesPhone = await dave.ListenAsync();
        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)
        {
            Target = target => target.EndsWith($"{group}:2-2", StringComparison.Ordinal),
        }))
        {
            await alice.SendAsync(group, "before");
            await alice.DoAsync("POST", Members(group), new { members = new[] { "dave" } });
            await davesPhone.ReceivesEventAsync("member.joined");
        }

        // The change feed enqueues now what wasn't enqueued.
        await app.HasDeliveredAsync(clock);
        Assert.DoesNotContain(await davesPhone.EventsBeforeNowAsync(dave, direct), one => Type(one) == "message.created");
    }

    [Fact]
    public async Task Should_keep_pushes_from_whoever_was_removed_although_SignalR_failed_then()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await bob.StartDirectAsync("alice")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol", "dave")).ConversationId;
        await using var phone = await alice.ListenAsync();
        await using var bobsPhone = await bob.ListenAsync();
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is not null);
        using (app.Azure.Faults.Add(new Fault("signalr", "group-remove", FaultKind.Fail)))
        {
            await alice.DoAsync("DELETE", Members(group) + "/bob");

            // Lists don't wait for SignalR.
            await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is null);
            await Eventually.SeesAsync(() => alice.SummaryAsync(group), seen => seen is { MemberCount: 3 });
        }

        // Tried again until SignalR has confirmed it; then those who are in are told, and he is.
        await Eventually.SeesAsync(
            clock,
            () => Task.FromResult(phone.Events()),
            events => events.Any(one => Type(one) == "member.removed"));
        await bobsPhone.ReceivesEventAsync("member.removed");
        await alice.SendAsync(group, "secret");
        await phone.ReceivesAsync(group, "secret");
        Assert.DoesNotContain(await bobsPhone.EventsBeforeNowAsync(bob, direct), one => Type(one) == "message.created");
    }

    [Fact]
    public async Task Should_be_owned_by_the_longest_standing_when_its_owner_leaves()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, carol, dave) = (app.As("alice"), app.As("bob"), app.As("carol"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "carol")).ConversationId;
        await alice.DoAsync("POST", Members(group), new { members = new[] { "dave" } });
        await alice.DoAsync("POST", Members(group), new { members = new[] { "bob" } });
        await using var phone = await bob.ListenAsync();

        await alice.DoAsync("PATCH", Members(group) + "/bob", new { role = "admin" });
        await alice.DoAsync("PATCH", Members(group) + "/bob", new { role = "admin" });
        Assert.Equal(("bob", "admin"), Member((await phone.ReceivesEventAsync("member.updated")).GetProperty("members")[0]));
        await alice.DoAsync("DELETE", Members(group) + "/alice");
        Assert.Equal("bob", (await phone.ReceivesEventAsync("member.left")).GetProperty("owner").GetString());
        Assert.Equal([("bob", "owner"), ("carol", "member"), ("dave", "member")], await RolesAsync(bob, group));

        await bob.DoAsync("DELETE", Members(group) + "/bob");
        Assert.Equal([("carol", "owner"), ("dave", "member")], await RolesAsync(carol, group));
        await carol.DoAsync("POST", $"/api/conversations/{group}/owner", new { userId = "dave" });
        await carol.DoAsync("POST", Members(group), new { members = new[] { "alice" } });
        Assert.Equal([("alice", "member"), ("carol", "admin"), ("dave", "owner")], await RolesAsync(carol, group));

        foreach (var person in new[] { alice, carol, dave })
        {
            await person.DoAsync("DELETE", $"{Members(group)}/{person.Name}");
        }

        Assert.Equal("conversation_not_found", await dave.IsRefusedAsync("GET", $"/api/conversations/{group}", HttpStatusCode.NotFound));
        Assert.Null(await dave.SummaryAsync(group));
    }

    [Fact]
    public async Task Should_show_everything_to_those_who_join_where_that_is_set()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, dave) = (app.As("alice"), app.As("bob"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await alice.AskAsync("PATCH", $"/api/conversations/{group}", new { historyVisibility = "all" });
        await alice.SendAsync(group, "one");
        await bob.DoAsync("DELETE", Members(group) + "/bob");
        await alice.SendAsync(group, "two");

        await alice.DoAsync("POST", Members(group), new { members = new[] { "bob", "dave" } });

        Assert.Equal(["one", "two"], (await bob.HistoryAsync(group)).Select(message => message.Text));
        Assert.Equal(["one", "two"], (await dave.HistoryAsync(group)).Select(message => message.Text));
        await Eventually.SeesAsync(() => dave.SummaryAsync(group), seen => seen is { UnreadCount: 0, LastMessage.Preview: "two" });
    }

    [Fact]
    public async Task Should_hold_256_and_no_more()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Crowd", Names(0, 100))).ConversationId;
        await alice.DoAsync("POST", Members(group), new { members = Names(50, 100) });
        await Eventually.SeesAsync(() => alice.ConversationAsync(group), seen => seen.MemberCount == 151);
        await alice.DoAsync("POST", Members(group), new { members = Names(150, 100) });
        await alice.DoAsync("POST", Members(group), new { members = Names(0, 100) });
        await Eventually.SeesAsync(() => alice.ConversationAsync(group), seen => seen.MemberCount == 251);

        var refused = await alice.AskAsync("POST", Members(group), new { members = Names(245, 11) }, HttpStatusCode.Conflict);
        Assert.Equal(("limit_reached", "groupMembers", 256), (
            refused.GetProperty("code").GetString(),
            refused.GetProperty("limit").GetProperty("name").GetString(),
            refused.GetProperty("limit").GetProperty("value").GetInt32()));
        await alice.DoAsync("POST", Members(group), new { members = Names(245, 10) });
        await Eventually.SeesAsync(() => alice.ConversationAsync(group), seen => seen.MemberCount == 256);
        Assert.Equal(
            "malformed",
            await alice.IsRefusedAsync("POST", Members(group), HttpStatusCode.BadRequest, new { members = Names(0, 101) }));
        var last = app.As("member-254");
        await using var phone = await last.ListenAsync();
        await alice.SendAsync(group, "Hello all");
        await phone.ReceivesAsync(group, "Hello all");

        static string[] Names(int first, int count) => [.. Enumerable.Range(first, count).Select(n => $"member-{n:000}")];
    }

    [Theory]
    [InlineData("POST", "", """{"members":"bob"}""", "/members wrong_type")]
    [InlineData("POST", "", """{"members":["b b",7]}""", "/members/0 invalid_id", "/members/1 wrong_type")]
    [InlineData("PATCH", "/bob", """{"role":"owner"}""", "/role not_allowed")]
    [InlineData("PATCH", "/bob", "{}", "/role missing")]
    public async Task Should_refuse_what_is_malformed(string method, string rest, string body, params string[] faults)
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var problem = await alice.AskAsync(
            method,
            Members(group) + rest,
            JsonSerializer.Deserialize<JsonElement>(body),
            HttpStatusCode.BadRequest);
        Assert.Equal(faults, problem.List("errors").Select(fault => $"{fault.Text("pointer")} {fault.Text("code")}"));
        Assert.Equal(
            "malformed",
            await alice.IsRefusedAsync("POST", $"/api/conversations/{group}/owner", HttpStatusCode.BadRequest, new { userId = "b b" }));
        Assert.Equal(
            "member_not_found",
            await alice.IsRefusedAsync("POST", $"/api/conversations/{group}/owner", HttpStatusCode.NotFound, new { userId = "mallory" }));
        Assert.Equal(
            "member_not_found",
            await alice.IsRefusedAsync("PATCH", Members(group) + "/mallory", HttpStatusCode.NotFound, new { role = "admin" }));
        await alice.DoAsync("DELETE", $"{Members(group)}/{new string('x', 300)}");
    }

    [Fact]
    public async Task Should_leave_out_who_left_when_its_creation_is_repeated()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        string[] members = [.. Enumerable.Range(0, 120).Select(n => $"member-{n:000}")];
        var group = (await CreateAsync()).GetProperty("conversationId").GetString()!;
        var (first, late) = (app.As(members[0]), app.As(members[119]));
        await first.DoAsync("DELETE", $"{Members(group)}/{first.Name}");
        await late.DoAsync("DELETE", $"{Members(group)}/{late.Name}");

        Assert.Equal(119, (await CreateAsync()).GetProperty("memberCount").GetInt32());

        await alice.DoAsync("DELETE", Members(group) + "/alice");
        using var refused = await TryCreateAsync();
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);

        Task<HttpResponseMessage> TryCreateAsync() =>
            alice.SendAsync(
                HttpMethod.Post,
                "/api/conversations",
                System.Net.Http.Json.JsonContent.Create(new { kind = "group", title = "Crowd", members }),
                request => request.Headers.Add("Idempotency-Key", "key"));

        async Task<JsonElement> CreateAsync()
        {
            using var created = await TryCreateAsync();
            return JsonSerializer.Deserialize<JsonElement>(await created.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Neither their list nor sync shows a message of a group that they are in.</summary>
    private static async Task ShowsNoMessageAsync(ChatApp app, Person who, string group)
    {
        await app.HasDeliveredAsync();
        Assert.Null((await who.SummaryAsync(group))!.LastMessage);
        Assert.Null((await who.SyncAsync(null)).Items.Single(item => item.ConversationId == group).Conversation!.LastMessage);
        var path = $"/api/conversations/{group}";
        Assert.DoesNotContain("before", $"{await who.AskAsync("GET", path)}", StringComparison.Ordinal);
    }

    private static string Members(string conversation) => $"/api/conversations/{conversation}/members";

    private static string? Type(JsonElement one) => one.GetProperty("type").GetString();

    private static (string?, string?) Member(JsonElement member) =>
        (member.GetProperty("userId").GetString(), member.GetProperty("role").GetString());

    private static async Task<List<(string?, string?)>> RolesAsync(Person person, string conversation) =>
        [.. (await person.AskAsync("GET", Members(conversation))).GetProperty("members").EnumerateArray().Select(Member)];
}
