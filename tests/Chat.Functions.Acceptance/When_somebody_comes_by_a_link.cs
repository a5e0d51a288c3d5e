using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_somebody_comes_by_a_link
{
    [Fact]
    public async Task Should_let_in_whoever_has_it_and_no_more_than_it_is_for()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var alice = app.As("alice");
        var group = await GroupAsync(alice);
        var code = await LinkAsync(alice, group, new { maxUses = 5 });
        await using var phone = await alice.ListenAsync();

        var comers = Enumerable.Range(0, 20).Select(n => (n % 2 == 0 ? app : other).As($"comer-{n:00}")).ToList();
        var answers = await Task.WhenAll(comers.Select(
            comer => Eventually.SeesAsync(() => JoinAsync(comer, code), answer => answer.StatusCode != HttpStatusCode.ServiceUnavailable)));

        var joined = comers.Zip(answers).Where(pair => pair.Second.StatusCode == HttpStatusCode.OK).Select(pair => pair.First).ToList();
        Assert.Equal(5, joined.Count);
        Assert.All(
            answers.Except(answers.Where(answer => answer.IsSuccessStatusCode)),
            answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        Assert.Equal(7, (await alice.ConversationAsync(group)).MemberCount);

        // Of those who come in the same commit only the last is pushed: the others' coming was before they joined.
        var told = await phone.ReceivesEventAsync("member.joined", data => joined.Exists(person => person.Name == Text(data, "by")));
        Assert.Equal(Text(told, "by"), Text(told.GetProperty("members")[0], "userId"));
        Assert.Equal(joined.Select(person => person.Name).Order(), (await alice.LogAsync(group))
            .Where(one => Text(one, "type") == "member.joined")
            .Select(one => Text(one.GetProperty("data"), "by"))
            .Order());
        Assert.Equal("Trip", (await joined[0].SummaryAsync(group))!.Title);
        await using var joinedPhone = await joined[0].ListenAsync();
        await alice.SendAsync(group, "Welcome");
        await joinedPhone.ReceivesAsync(group, "Welcome");

        // Whoever is in may come again; the link is used up for the others, and listed no more.
        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(joined[0], code)).StatusCode);
        Assert.Empty(await LinksAsync(alice, group));
    }

    [Fact]
    public async Task Should_find_nothing_by_a_link_that_is_deleted_expired_or_made_up()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, dave) = (app.As("alice"), app.As("dave"));
        var group = await GroupAsync(alice);
        var deleted = await LinkAsync(alice, group);
        var expiring = await LinkAsync(alice, group, new { expiresAt = clock.GetUtcNow() + TimeSpan.FromMinutes(10) });
        var lasting = await LinkAsync(alice, group);
        var links = await LinksAsync(alice, group);
        Assert.Equal(3, links.Count);

        await alice.DoAsync("DELETE", $"{Path(group)}/invite-links/{Text(links[0], "linkId")}");
        await alice.DoAsync("DELETE", $"{Path(group)}/invite-links/{Text(links[0], "linkId")}");
        clock.Jump(TimeSpan.FromMinutes(20));

        foreach (var code in new[]
        {
            deleted,
            expiring,
            lasting[..^1] + (lasting[^1] == 'A' ? 'B' : 'A'),
            Text(links[2], "linkId") + Text(links[2], "linkId"),
            group,
            "x",
        })
        {
            Assert.Equal("invite_not_found", await dave.IsRefusedAsync("POST", $"/api/invites/{code}/join", HttpStatusCode.NotFound));
        }

        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(dave, lasting)).StatusCode);
        Assert.Equal(1, Assert.Single(await LinksAsync(alice, group)).GetProperty("uses").GetInt32());
        await alice.DoAsync("DELETE", Path(group));
        Assert.Equal(
            "invite_not_found",
            await app.As("erin").IsRefusedAsync("POST", $"/api/invites/{lasting}/join", HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Should_let_back_in_whoever_left_and_not_who_was_removed()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, dave) = (app.As("alice"), app.As("bob"), app.As("dave"));
        var group = await GroupAsync(alice);
        var code = await LinkAsync(alice, group);
        await JoinAsync(dave, code);
        await bob.DoAsync("DELETE", $"{Path(group)}/members/bob");
        await alice.DoAsync("DELETE", $"{Path(group)}/members/dave");

        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(bob, code)).StatusCode);
        Assert.Equal("invite_not_found", await dave.IsRefusedAsync("POST", $"/api/invites/{code}/join", HttpStatusCode.NotFound));
        await alice.DoAsync("POST", $"{Path(group)}/members", new { members = new[] { "dave" } });
        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(dave, code)).StatusCode);
    }

    [Fact]
    public async Task Should_keep_out_whoever_was_removed_also_when_they_had_left()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var alice = app.As("alice");
        var group = await GroupAsync(alice);
        var code = await LinkAsync(alice, group);

        // Whoever has left, and whoever leaves at the same instant, through another instance.
        var left = app.As("bob");
        await left.DoAsync("DELETE", $"{Path(group)}/members/bob");
        await alice.DoAsync("DELETE", $"{Path(group)}/members/bob");
        await alice.DoAsync("DELETE", $"{Path(group)}/members/bob");
        Assert.Equal("invite_not_found", await left.IsRefusedAsync("POST", $"/api/invites/{code}/join", HttpStatusCode.NotFound));
        foreach (var n in Enumerable.Range(0, 10))
        {
            var comer = app.As($"comer-{n}");
            await JoinAsync(comer, code);
            var path = $"{Path(group)}/members/{comer.Name}";
            await Task.WhenAll(comer.At(other).SendAsync(HttpMethod.Delete, path, null), alice.DoAsync("DELETE", path));
            Assert.Equal("invite_not_found", await comer.IsRefusedAsync("POST", $"/api/invites/{code}/join", HttpStatusCode.NotFound));
        }

        // Whoever waits to be let in is turned away by it; nobody is kept out who never came, and a plain member keeps nobody out.
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "approval" });
        var (waiting, stranger, member) = (app.As("waiting"), app.As("stranger"), app.As("member"));
        await JoinAsync(waiting, code);
        await alice.DoAsync("DELETE", $"{Path(group)}/members/waiting");
        await alice.DoAsync("DELETE", $"{Path(group)}/members/stranger");
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "open" });
        Assert.Equal("invite_not_found", await waiting.IsRefusedAsync("POST", $"/api/invites/{code}/join", HttpStatusCode.NotFound));
        await JoinAsync(member, code);
        await JoinAsync(stranger, code);
        await stranger.DoAsync("DELETE", $"{Path(group)}/members/stranger");
        Assert.Equal("not_allowed", await member.IsRefusedAsync("DELETE", $"{Path(group)}/members/stranger", HttpStatusCode.Forbidden));
        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(stranger, code)).StatusCode);

        // Added, they are in as anybody.
        await alice.DoAsync("POST", $"{Path(group)}/members", new { members = new[] { "bob" } });
        await left.DoAsync("DELETE", $"{Path(group)}/members/bob");
        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(left, code)).StatusCode);
    }

    [Fact]
    public async Task Should_be_one_use_for_whoever_asks_and_joins_when_the_group_opens()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, dave, erin) = (app.As("alice"), app.As("dave"), app.As("erin"));
        var group = await GroupAsync(alice);
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "approval" });
        var (one, deleted, many) = (
            await LinkAsync(alice, group, new { maxUses = 1 }),
            await LinkAsync(alice, group, new { maxUses = 1 }),
            await LinkAsync(alice, group, new { maxUses = 3 }));
        var links = await LinksAsync(alice, group);
        foreach (var (person, code) in new[] { (dave, one), (erin, deleted), (app.As("frank"), many) })
        {
            Assert.Equal(HttpStatusCode.Accepted, (await JoinAsync(person, code)).StatusCode);
        }

        // Another link makes those go that are used up, but for who waits by them.
        await LinkAsync(alice, group);
        await alice.DoAsync("DELETE", $"{Path(group)}/invite-links/{Text(links[1], "linkId")}");
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "open" });

        Assert.Equal("invite_not_found", await app.As("gina").IsRefusedAsync("POST", $"/api/invites/{one}/join", HttpStatusCode.NotFound));
        Assert.Equal("invite_not_found", await erin.IsRefusedAsync("POST", $"/api/invites/{deleted}/join", HttpStatusCode.NotFound));
        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(dave, one)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(app.As("frank"), many)).StatusCode);
        Assert.Equal(1, (await LinksAsync(alice, group))[0].GetProperty("uses").GetInt32());

        // The one that they asked by lets them in, and no other that is used up; one that is good takes them as one more use.
        Assert.Equal("invite_not_found", await erin.IsRefusedAsync("POST", $"/api/invites/{one}/join", HttpStatusCode.NotFound));
        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(erin, many)).StatusCode);
        Assert.Equal(2, (await LinksAsync(alice, group))[0].GetProperty("uses").GetInt32());
    }

    [Fact]
    public async Task Should_wait_where_an_admin_decides()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, dave, erin) = (app.As("alice"), app.As("dave"), app.As("erin"));
        var group = await GroupAsync(alice);
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "approval" });
        var code = await LinkAsync(alice, group);

        foreach (var person in new[] { dave, erin, dave })
        {
            await AskToJoinAsync(person, code);
            Assert.Equal("conversation_not_found", await person.IsRefusedAsync("GET", Path(group), HttpStatusCode.NotFound));
        }

        var waiting = (await alice.AskAsync("GET", $"{Path(group)}/join-requests")).GetProperty("joinRequests").EnumerateArray();
        Assert.Equal(["dave", "erin"], waiting.Select(one => Text(one, "userId")));
        Assert.Equal(2, Assert.Single(await LinksAsync(alice, group)).GetProperty("uses").GetInt32());
    }

    [Fact]
    public async Task Should_be_told_of_only_if_one_decides()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, dave) = (app.As("alice"), app.As("bob"), app.As("dave"));
        var direct = (await bob.StartDirectAsync("alice")).ConversationId;
        var group = await GroupAsync(alice);
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "approval" });
        await using var phone = await alice.ListenAsync();
        await using var bobsPhone = await bob.ListenAsync();

        await AskToJoinAsync(dave, await LinkAsync(alice, group));

        await phone.ReceivesEventAsync("member.requested", data => Text(data, "userId") == "dave");
        Assert.DoesNotContain(await bobsPhone.EventsBeforeNowAsync(bob, direct), one => Text(one, "type") == "member.requested");
        Assert.Equal(
            "not_allowed",
            await bob.IsRefusedAsync("POST", $"{Path(group)}/join-requests/dave/approve", HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Should_be_in_once_approved_and_find_nothing_once_rejected()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, dave, erin) = (app.As("alice"), app.As("dave"), app.As("erin"));
        var group = await GroupAsync(alice);
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "approval" });
        var code = await LinkAsync(alice, group);
        await using var davesPhone = await dave.ListenAsync();
        await AskToJoinAsync(dave, code);
        await AskToJoinAsync(erin, code);

        await alice.DoAsync("POST", $"{Path(group)}/join-requests/dave/approve");
        await alice.DoAsync("POST", $"{Path(group)}/join-requests/dave/approve");
        await alice.DoAsync("POST", $"{Path(group)}/join-requests/erin/reject");
        await alice.DoAsync("POST", $"{Path(group)}/join-requests/erin/reject");

        Assert.Equal("alice", Text(await davesPhone.ReceivesEventAsync("member.joined"), "by"));
        Assert.Equal(3, (await dave.ConversationAsync(group)).MemberCount);
        Assert.Equal("invite_not_found", await erin.IsRefusedAsync("POST", $"/api/invites/{code}/join", HttpStatusCode.NotFound));
        Assert.Single(await alice.LogAsync(group), one => Text(one, "type") == "member.joined");
    }

    [Fact]
    public async Task Should_be_decided_on_only_while_they_wait()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, erin) = (app.As("alice"), app.As("erin"));
        var group = await GroupAsync(alice);
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "approval" });
        await AskToJoinAsync(erin, await LinkAsync(alice, group));
        await alice.DoAsync("POST", $"{Path(group)}/join-requests/erin/reject");

        Assert.Equal(
            "join_request_not_found",
            await alice.IsRefusedAsync("POST", $"{Path(group)}/join-requests/erin/approve", HttpStatusCode.NotFound));
        Assert.Equal(
            "join_request_not_found",
            await alice.IsRefusedAsync("POST", $"{Path(group)}/join-requests/mallory/reject", HttpStatusCode.NotFound));
        Assert.Empty((await alice.AskAsync("GET", $"{Path(group)}/join-requests")).GetProperty("joinRequests").EnumerateArray());
    }

    [Fact]
    public async Task Should_let_no_more_ask_than_it_is_for()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var alice = app.As("alice");
        var group = await GroupAsync(alice);
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "approval" });
        var code = await LinkAsync(alice, group, new { maxUses = 3 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Eventually.SeesAsync(
            () => JoinAsync((n % 2 == 0 ? app : other).As($"comer-{n}"), code),
            answer => answer.StatusCode != HttpStatusCode.ServiceUnavailable)));

        Assert.Equal((3, 9), (
            answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted),
            answers.Count(answer => answer.StatusCode == HttpStatusCode.NotFound)));
        Assert.Equal(3, (await alice.AskAsync("GET", $"{Path(group)}/join-requests")).GetProperty("joinRequests").GetArrayLength());
    }

    [Fact]
    public async Task Should_let_no_more_wait_than_a_group_can_have_waiting()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:JoinRequests"] = "2" });
        var alice = app.As("alice");
        var group = await GroupAsync(alice);
        await alice.AskAsync("PATCH", Path(group), new { joinPolicy = "approval" });
        var code = await LinkAsync(alice, group);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => JoinAsync(app.As($"comer-{n}"), code)));

        Assert.Equal((2, 4), (
            answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted),
            answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict)));
        var waiting = (await alice.AskAsync("GET", $"{Path(group)}/join-requests"))
            .GetProperty("joinRequests")
            .EnumerateArray()
            .Select(one => Text(one, "userId")!)
            .ToList();
        Assert.Equal(2, waiting.Count);
        await alice.DoAsync("POST", $"{Path(group)}/join-requests/{waiting[0]}/approve");
        Assert.Equal(HttpStatusCode.Accepted, (await JoinAsync(app.As("comer-6"), code)).StatusCode);
    }

    [Fact]
    public async Task Should_be_made_once_under_a_key_and_be_stored_as_a_hash()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:InviteLinks"] = "2" });
        var alice = app.As("alice");
        var group = await GroupAsync(alice);

        var first = await MakeAsync(new { maxUses = 3 }, HttpStatusCode.Created);
        var again = await MakeAsync(new { maxUses = 3 }, HttpStatusCode.OK);
        Assert.Equal(Text(first, "linkId"), Text(again, "linkId"));
        Assert.False(again.TryGetProperty("code", out _));
        Assert.Equal("idempotency_key_reused", Text(await MakeAsync(new { maxUses = 4 }, HttpStatusCode.Conflict), "code"));

        await LinkAsync(alice, group);
        Assert.Equal("limit_reached", await alice.IsRefusedAsync("POST", $"{Path(group)}/invite-links", HttpStatusCode.Conflict, new { }));
        Assert.Equal(
            "malformed",
            await alice.IsRefusedAsync("POST", $"{Path(group)}/invite-links", HttpStatusCode.BadRequest, new { maxUses = 0 }));
        Assert.Equal("malformed", await alice.IsRefusedAsync(
            "POST", $"{Path(group)}/invite-links", HttpStatusCode.BadRequest, new { expiresAt = "2020-01-01T00:00:00Z" }));

        var containers = app.Services.GetRequiredService<ChatContainers>();
        using var stored = await containers.Conversations.ReadItemStreamAsync("invites", new PartitionKey(group));
        var text = await new StreamReader(stored.Content).ReadToEndAsync();
        Assert.Contains(Text(first, "linkId")!, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Text(first, "code")![22..], text, StringComparison.Ordinal);

        async Task<JsonElement> MakeAsync(object body, HttpStatusCode expected)
        {
            using var answer = await alice.SendAsync(
                HttpMethod.Post,
                $"{Path(group)}/invite-links",
                JsonContent.Create(body),
                request => request.Headers.Add("Idempotency-Key", "key-1"));
            Assert.Equal(expected, answer.StatusCode);
            return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        }
    }

    private static async Task<string> GroupAsync(Person owner) => (await owner.CreateGroupAsync("Trip", "bob")).ConversationId;

    private static async Task<string> LinkAsync(Person owner, string group, object? body = null) =>
        Text(await owner.AskAsync("POST", $"{Path(group)}/invite-links", body ?? new { }, HttpStatusCode.Created), "code")!;

    private static async Task<List<JsonElement>> LinksAsync(Person owner, string group) =>
        [.. (await owner.AskAsync("GET", $"{Path(group)}/invite-links")).GetProperty("inviteLinks").EnumerateArray()];

    private static async Task AskToJoinAsync(Person person, string code)
    {
        using var answer = await JoinAsync(person, code);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private static Task<HttpResponseMessage> JoinAsync(Person person, string code) =>
        Person.PatientlyAsync(() => person.SendAsync(HttpMethod.Post, $"/api/invites/{code}/join", null));

    private static string Path(string conversation) => $"/api/conversations/{conversation}";

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
