using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Functions.Acceptance;

/// <summary>The limits of a day, which hold over all instances and don't count what is repeated.</summary>
public class When_somebody_does_too_much_in_a_day(ITestOutputHelper output)
{
    private static readonly Dictionary<string, string?> Few = new(StringComparer.Ordinal)
    {
        ["Limits:GroupsPerDay"] = "3",
        ["Limits:AddsPerDay"] = "3",
        ["Limits:JoinsPerDay"] = "2",
        ["Limits:FirstContactsPerDay"] = "3",
        ["Limits:NewAccountContactsPerDay"] = "1",
        ["Limits:OpenContacts"] = "2",
        ["Limits:ReportsPerDay"] = "1",
    };

    [Fact]
    public async Task Should_create_so_many_groups_whichever_instance_is_asked_and_however_often()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var one = await ChatApp.StartAsync(azure, Few);
        await using var other = await ChatApp.StartAsync(azure, Few);
        var alice = one.As("alice");
        ChatApp[] apps = [one, other];
        HttpStatusCode[] statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
        {
            using var answer = await CreateAsync(alice.At(apps[n % 2]), $"{n}");
            return answer.StatusCode;
        }));
        Assert.Equal(3, statuses.Count(status => status == HttpStatusCode.Created));
        Assert.All(statuses, status => Assert.Contains(status, new[] { HttpStatusCode.Created, HttpStatusCode.TooManyRequests }));

        // What there is already is answered again.
        foreach (var n in Enumerable.Range(0, 8).Where(n => statuses[n] == HttpStatusCode.Created))
        {
            using var again = await CreateAsync(alice, $"{n}");
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        }

        using var refused = await CreateAsync(alice, "one more");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("\"groupsPerDay\";q=3;w=86400", refused.Headers.GetValues("RateLimit-Policy").Single());
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ("rate_limited", "groupsPerDay", 3), (problem.Text("code"), problem.Text("limit.name"), problem.Number("limit.value")));
        await one.As("bob").CreateGroupAsync("Of another", "carol");
        await alice.StartDirectAsync("bob");

        // Tokens don't live that long.
        clock.Jump(refused.Headers.RetryAfter!.Delta!.Value);
        var daily = other.Services.GetRequiredService<DailyLimits>();
        Assert.Null(await daily.CountGroupAsync(new UserId("alice"), ConversationId.New(), CancellationToken.None));
    }

    [Fact]
    public async Task Should_add_so_many_users_and_count_nobody_twice()
    {
        await using var app = await ChatApp.StartAsync(settings: Few);
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await AddAsync(alice, group, "carol", "dave");
        await AddAsync(alice, group, "carol", "dave");
        Assert.Equal("rate_limited", await alice.IsRefusedAsync(
            "POST", $"/api/conversations/{group}/members", HttpStatusCode.TooManyRequests, new { members = new[] { "erin", "frank" } }));
        Assert.Equal(4, (await alice.ConversationAsync(group)).MemberCount);
        await AddAsync(alice, group, "erin");
        Assert.Equal("rate_limited", await alice.IsRefusedAsync(
            "POST", $"/api/conversations/{group}/members", HttpStatusCode.TooManyRequests, new { members = new[] { "frank" } }));
    }

    [Fact]
    public async Task Should_join_so_many_groups()
    {
        await using var app = await ChatApp.StartAsync(settings: Few);
        var dave = app.As("dave");
        var codes = new List<string>();
        foreach (var owner in new[] { "alice", "bob", "carol" })
        {
            var group = (await app.As(owner).CreateGroupAsync("Trip", "erin")).ConversationId;
            codes.Add((await app.As(owner).AskAsync("POST", $"/api/conversations/{group}/invite-links", new { }, HttpStatusCode.Created))
                .Text("code")!);
        }

        foreach (var code in new[] { codes[0], codes[1], codes[0], codes[1] })
        {
            await dave.AskAsync("POST", $"/api/invites/{code}/join");
        }

        Assert.Equal("rate_limited", await dave.IsRefusedAsync("POST", $"/api/invites/{codes[2]}/join", HttpStatusCode.TooManyRequests));
        await app.As("erin").AskAsync("POST", $"/api/invites/{codes[2]}/join");
    }

    [Fact]
    public async Task Should_write_to_so_many_strangers_and_wait_for_so_many_answers()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure, Few);
        var (daily, open) = (app.Services.GetRequiredService<DailyLimits>(), app.Services.GetRequiredService<OpenContacts>());
        var (alice, conversations) = (new UserId("alice"), Enumerable.Range(0, 3).Select(_ => ConversationId.New()).ToList());
        Task<Problem?> ContactAsync(string other, bool isNew = false) => daily.CountFirstContactsAsync(
            alice, [new UserId(other)], isNew, CancellationToken.None);
        Task<Problem?> OpenAsync(int n) => open.OpenAsync(alice, conversations[n], CancellationToken.None);

        Assert.Equal([null, null, null, null, "firstContactsPerDay"], Limits(
            await ContactAsync("bob"),
            await ContactAsync("carol"),
            await ContactAsync("bob"),
            await ContactAsync("dave"),
            await ContactAsync("erin")));
        Assert.Equal([null, null, "newAccountContactsPerDay"], Limits(
            await ContactAsync("bob", isNew: true), await ContactAsync("bob", isNew: true), await ContactAsync("carol", isNew: true)));
        Assert.Equal([null, "reportsPerDay"], Limits(
            await daily.CountReportAsync(alice, "1", CancellationToken.None),
            await daily.CountReportAsync(alice, "2", CancellationToken.None)));

        Assert.Equal(
            [null, null, null, "openContacts"], Limits(await OpenAsync(0), await OpenAsync(1), await OpenAsync(0), await OpenAsync(2)));
        await open.CloseAsync(alice, conversations[0], CancellationToken.None);
        await open.CloseAsync(alice, conversations[0], CancellationToken.None);
        Assert.Equal([null, "openContacts"], Limits(await OpenAsync(2), await OpenAsync(0)));
        clock.Jump(TimeSpan.FromDays(30));
        Assert.Equal([null, null, "openContacts"], Limits(await OpenAsync(0), await OpenAsync(2), await OpenAsync(1)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_invite_so_many_strangers_to_groups_and_never_by_a_link(bool whenItIsCreated)
    {
        var settings = new Dictionary<string, string?>(Few, StringComparer.Ordinal)
        {
            ["Limits:AddsPerDay"] = "0",
            ["Limits:GroupsPerDay"] = "0",
            ["Trust:Mode"] = "strict",
        };
        await using var app = await ChatApp.StartAsync(settings: settings);
        var alice = app.As("alice");
        await app.AsHost().AreFriendsAsync("alice", "friend");
        var group = (await alice.CreateGroupAsync("Trip", "friend")).ConversationId;
        var withLink = (await alice.CreateGroupAsync("Trip to spam.example/now", "friend")).ConversationId;
        async Task<string?> InviteAsync(string title, params string[] members)
        {
            using var answer = await Person.PatientlyAsync(() => whenItIsCreated
                ? alice.PostAsync("/api/conversations", new { kind = "group", title, members })
                : alice.PostAsync($"/api/conversations/{(title == "Trip" ? group : withLink)}/members", new { members }));
            var text = await answer.Content.ReadAsStringAsync();
            var problem = answer.IsSuccessStatusCode ? default : JsonSerializer.Deserialize<JsonElement>(text);
            return answer.IsSuccessStatusCode ? null : problem.Text("limit.name") ?? problem.Text("code");
        }

        Assert.Equal("content_refused", await InviteAsync("Trip to spam.example/now", "bob"));
        Assert.Null(await InviteAsync("Trip", "bob", "carol"));
        Assert.Null(await InviteAsync("Trip", "bob", "carol"));

        // All or none of them.
        Assert.Equal("firstContactsPerDay", await InviteAsync("Trip", "dave", "erin"));
        Assert.Empty((await app.As("dave").AskAsync("GET", "/api/requests")).List("requests"));
        Assert.Null(await InviteAsync("Trip", "dave"));

        // One that is given to it afterwards isn't shown.
        var asked = (await app.As("dave").AskAsync("GET", "/api/requests")).List("requests")[0];
        await alice.AskAsync("PATCH", $"/api/conversations/{asked.Text("conversationId")}", new { title = "Trip to spam.example/now" });
        Assert.Equal("Trip", asked.Text("title"));
        Assert.Null((await app.As("dave").AskAsync("GET", "/api/requests")).List("requests")[0].Text("title"));
    }

    [Fact]
    public async Task Should_ask_so_many_strangers_by_messages()
    {
        var settings = new Dictionary<string, string?>(Few, StringComparer.Ordinal)
        {
            ["Limits:FirstContactsPerDay"] = "4",
            ["Trust:Mode"] = "strict",
        };
        await using var app = await ChatApp.StartAsync(settings: settings);
        var alice = app.As("alice");
        var conversations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var other in new[] { "bob", "carol", "dave", "erin", "frank" })
        {
            conversations[other] = (await alice.StartDirectAsync(other)).ConversationId;
        }

        await alice.SendAsync(conversations["bob"], "Hello");
        await alice.SendAsync(conversations["carol"], "Hello");
        Assert.Equal("openContacts", await LimitAsync(alice, "dave"));

        // An answer makes room for another; a refusal, of which its sender doesn't know, doesn't.
        await app.As("bob").SendAsync(conversations["bob"], "Hello yourself");
        await alice.SendAsync(conversations["dave"], "Hello");
        await app.As("carol").DoAsync("POST", $"/api/requests/{conversations["carol"]}/decline", new { });
        Assert.Equal("openContacts", await LimitAsync(alice, "erin"));
        await app.As("dave").DoAsync("POST", $"/api/requests/{conversations["dave"]}/accept");
        await alice.SendAsync(conversations["erin"], "Hello");
        Assert.Equal("firstContactsPerDay", await LimitAsync(alice, "frank"));
        await alice.SendAsync(conversations["bob"], "We know each other");

        await app.AsHost().SaysAsync("grace", new { ageBand = "18+", state = "active", isNew = true, version = 1 });
        var grace = app.As("grace");
        await grace.SendAsync((await grace.StartDirectAsync("bob")).ConversationId, "Hello");
        conversations["heidi"] = (await grace.StartDirectAsync("heidi")).ConversationId;
        Assert.Equal("newAccountContactsPerDay", await LimitAsync(grace, "heidi"));

        async Task<string?> LimitAsync(Person person, string other) => (await person.AskAsync(
            "POST",
            $"/api/conversations/{conversations[other]}/messages",
            new { clientMessageId = "refused", text = "Hello" },
            HttpStatusCode.TooManyRequests)).Text("limit.name");
    }

    [Fact]
    public async Task Should_drop_a_scheduled_request_that_is_too_much_when_it_is_due()
    {
        var clock = new JumpingClock();
        var settings =
            new Dictionary<string, string?>(Few, StringComparer.Ordinal) { ["Limits:OpenContacts"] = "1", ["Trust:Mode"] = "strict" };
        await using var app = await ChatApp.StartAsync(time: clock, settings: settings);
        var alice = app.As("alice");
        var (first, second) = (
            (await alice.StartDirectAsync("bob")).ConversationId, (await alice.StartDirectAsync("carol")).ConversationId);
        await alice.SendAsync(first, "Hello");
        await alice.AskAsync(
            "POST",
            $"/api/conversations/{second}/scheduled",
            new { clientMessageId = "1", text = "Hello", dueAt = clock.GetUtcNow().AddMinutes(2) },
            HttpStatusCode.Created);
        clock.Jump(TimeSpan.FromSeconds(121));
        await Eventually.SeesAsync(
            clock,
            async () => (await alice.AskAsync("GET", $"/api/conversations/{second}/scheduled")).List("scheduled").Count,
            left => left == 0);
        Assert.Empty(await alice.HistoryAsync(second));
    }

    [Fact]
    public async Task Should_not_count_what_cannot_be_sent_as_a_request()
    {
        var settings = new Dictionary<string, string?>(Few, StringComparer.Ordinal)
        {
            ["Limits:FirstContactsPerDay"] = "1",
            ["Trust:Mode"] = "strict",
        };
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await azure.Cosmos.UpsertDocumentAsync(
            "chat", "settings", "wordList", """{"type":"wordList","id":"refused","action":"refuse","words":["badword"]}"""u8.ToArray());
        await using var app = await ChatApp.StartAsync(azure, settings);
        var alice = app.As("alice");
        var (toBob, toCarol) = (
            (await alice.StartDirectAsync("bob")).ConversationId, (await alice.StartDirectAsync("carol")).ConversationId);
        Assert.Equal(
            "not_a_request", await alice.MayNotSayAsync(toBob, new { text = "See https://example.com" }, HttpStatusCode.Forbidden));
        Assert.Equal("content_refused", await alice.MayNotSayAsync(toBob, new { text = "badword" }, HttpStatusCode.UnprocessableEntity));
        await alice.SendAsync(toCarol, "Hello");
        Assert.Equal("rate_limited", await alice.MayNotSayAsync(toBob, new { text = "Hello" }, HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Should_cost_a_read_and_a_write()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:GroupsPerDay"] = "500" });
        var (daily, alice) = (app.Services.GetRequiredService<DailyLimits>(), new UserId("alice"));
        var group = ConversationId.New();
        var first = await CostAsync(() => daily.CountGroupAsync(alice, group, CancellationToken.None));
        var repeated = await CostAsync(() => daily.CountGroupAsync(alice, group, CancellationToken.None));
        var second = await CostAsync(() => daily.CountGroupAsync(alice, ConversationId.New(), CancellationToken.None));
        output.WriteLine($"first {first}, repeated {repeated}, second {second}");
        Assert.Equal((6.75, 1, 9.23), (Math.Round(first, 2), repeated, Math.Round(second, 2)));

        async Task<double> CostAsync(Func<Task> act)
        {
            var before = Units();
            await act();
            return Units() - before;
        }

        double Units() => app.Azure.Meter.Read().Where(
            reading => reading is { Service: "cosmos", Operation: "read" or "create" or "replace" }).Sum(reading => reading.Units);
    }

    private static List<string?> Limits(params IEnumerable<Problem?> refusals) => [.. refusals.Select(refusal => refusal?.Limit?.Name)];

    private static Task AddAsync(Person person, string group, params string[] members) =>
        person.DoAsync("POST", $"/api/conversations/{group}/members", new { members });

    private static Task<HttpResponseMessage> CreateAsync(Person person, string key) => Person.PatientlyAsync(() => person.SendAsync(
        HttpMethod.Post,
        "/api/conversations",
        JsonContent.Create(new { kind = "group", title = "Trip", members = new[] { "bob" } }),
        request => request.Headers.Add("Idempotency-Key", key)));
}
