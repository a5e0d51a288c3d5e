using System.Globalization;
using System.Net;
using Chat.Functions.Acceptance.Admin;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Standings;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Mallory was banned by mistake, and nobody waits for her to appeal.</summary>
public class When_a_decision_was_a_mistake
{
    private static readonly object Lift = new { action = "lift", ground = "terms", rule = "It was somebody else", note = "My mistake" };

    [Fact]
    public async Task Should_be_lifted_by_a_moderator_everywhere_and_the_user_told()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var first = await ChatApp.StartAsync(azure);
        await using var second = await ChatApp.StartAsync(azure);
        var vera = first.AsModerator("vera");
        var path = await BanAsync(first, vera);
        Assert.Equal("banned", await first.As("mallory").IsRefusedAsync("GET", "/api/unread", HttpStatusCode.Forbidden));
        clock.Jump(StandingList.Interval);
        await Eventually.SeesAsync(
            () => second.As("mallory").GetAsync("/api/unread"), answer => answer.StatusCode == HttpStatusCode.Forbidden);

        // Anything else still needs a report or an appeal, and what was seen must be all there is.
        Assert.Equal("case_decided", await vera.IsRefusedAsync(
            "POST", path + "/decision", HttpStatusCode.Conflict, new { version = 2, action = "dismiss", ground = "terms", rule = "x" }));
        Assert.Equal("case_changed", await vera.IsRefusedAsync(
            "POST", path + "/decision", HttpStatusCode.Conflict, new { version = 1, action = "lift", ground = "terms", rule = "x" }));
        var lifted = await vera.DecideAsync(path, Lift);
        Assert.Equal(lifted.Text("decisionId"), (await vera.AskAsync(
            "POST",
            path + "/decision",
            new { version = 2, action = "lift", ground = "terms", rule = "It was somebody else", note = "My mistake" }))
            .Text("decisionId"));
        await first.As("mallory").AskAsync("GET", "/api/unread");
        clock.Jump(StandingList.Interval);
        await Eventually.SeesAsync(() => second.As("mallory").GetAsync("/api/unread"), answer => answer.StatusCode == HttpStatusCode.OK);

        var decisions = (await first.As("mallory").AskAsync("GET", "/api/me/decisions")).List("decisions");
        Assert.Equal(["lift False", "ban True"], decisions.Select(one => $"{one.Text("action")} {one.Text("canAppeal")}"));
        Assert.Equal("already_appealed", await first.As("mallory")
            .IsRefusedAsync("POST", $"/api/me/appeals/{decisions[0].Text("decisionId")}", HttpStatusCode.Conflict, new { text = "Why?" }));
        Assert.Equal(["lift", "ban"], (await vera.AskAsync("GET", path)).List("decisions").Select(one => one.Text("action")));
    }

    [Fact]
    public async Task Should_take_nothing_from_what_another_case_decided_and_not_be_undone_by_what_comes_late()
    {
        await using var app = await ChatApp.StartAsync();
        var vera = app.AsModerator("vera");
        var direct = (await app.As("mallory").StartDirectAsync("bob")).ConversationId;
        var sent = await app.As("mallory").SendAsync(direct, "Buy now");
        var path = await BanAsync(app, vera);
        await app.As("bob").AskAsync(
            "POST",
            "/api/reports",
            new { target = new { conversationId = direct, messageIds = new[] { sent.MessageId } }, reason = "spam" },
            HttpStatusCode.Accepted);
        var other = await PathAsync(vera);
        await vera.DecideAsync(other, new { action = "suspend", ground = "terms", rule = "Spam" });
        await vera.DecideAsync(path, Lift);
        Assert.Equal("suspended", await app.As("mallory").MayNotSayAsync(direct, new { text = "Hello" }, HttpStatusCode.Forbidden));

        // The same case again: what is decided from now on counts anew.
        await vera.DecideAsync(other, Lift);
        await app.As("mallory").SendAsync(direct, "Hello");
        await app.As("bob")
            .AskAsync("POST", "/api/reports", new { target = new { userId = "mallory" }, reason = "spam" }, HttpStatusCode.Accepted);
        await vera.DecideAsync(await PathAsync(vera), new { action = "suspend", ground = "terms", rule = "Spam" });
        Assert.Equal("suspended", await app.As("mallory").MayNotSayAsync(direct, new { text = "Hello" }, HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Should_not_be_lifted_by_whom_it_is_about_nor_where_it_is_about_nobody()
    {
        await using var app = await ChatApp.StartAsync();
        var vera = app.AsModerator("vera");
        var path = await BanAsync(app, vera, "walter", "suspend");
        Assert.Equal("suspended", await app.AsModerator("walter").IsRefusedAsync(
            "POST", path + "/decision", HttpStatusCode.Forbidden, new { version = 2, action = "lift", ground = "terms", rule = "x" }));
        Assert.Equal("malformed", await vera.IsRefusedAsync(
            "POST",
            path + "/decision",
            HttpStatusCode.BadRequest,
            new { version = 2, action = "lift", ground = "terms", rule = "x", until = "2100-01-01T00:00:00Z" }));
    }

    [Fact]
    public async Task Should_be_lifted_by_chat_admin_too()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var admin = await AdminConsole.OfAsync(app);
        var path = await BanAsync(app, app.AsModerator("vera"));
        var id = path.Split('/')[^1];
        var version = (await admin.ReadAsync("cases", "show", id)).Number("case.version").ToString(CultureInfo.InvariantCulture);
        await admin.RunAsync(
            "cases", "decide", id, "--as", "vera", "--version", version, "--action", "lift", "--ground", "terms", "--rule",
            "It was somebody else");
        await Eventually.SeesAsync(
            clock, () => app.As("mallory").GetAsync("/api/unread"), answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Empty((await admin.ReadAsync("users", "standing")).EnumerateArray());
    }

    [Fact]
    public async Task Should_have_no_more_users_with_a_standing_than_instances_keep()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:Standings"] = "1" });
        var vera = app.AsModerator("vera");
        var path = await BanAsync(app, vera);
        await app.As("bob")
            .AskAsync("POST", "/api/reports", new { target = new { userId = "eve" }, reason = "spam" }, HttpStatusCode.Accepted);
        var other = await PathAsync(vera);
        var refusal = await vera.AskAsync(
            "POST", other + "/decision", new { version = 1, action = "ban", ground = "terms", rule = "Spam" }, HttpStatusCode.Conflict);
        Assert.Equal(("limit_reached", "standings", 1), (refusal.Text("code"), refusal.Text("limit.name"), refusal.Number("limit.value")));

        // Another decision about who has one adds nobody.
        await app.As("bob")
            .AskAsync("POST", "/api/reports", new { target = new { userId = "mallory" }, reason = "spam" }, HttpStatusCode.Accepted);
        await vera.DecideAsync(path, new { action = "ban", ground = "terms", rule = "Spam, too" });

        // Mallory stays banned, and when she isn't any more there is room.
        Assert.Equal("banned", await app.As("mallory").IsRefusedAsync("GET", "/api/unread", HttpStatusCode.Forbidden));
        await vera.DecideAsync(path, Lift);
        await vera.DecideAsync(other, new { action = "ban", ground = "terms", rule = "Spam" });
        Assert.Equal("banned", await app.As("eve").IsRefusedAsync("GET", "/api/unread", HttpStatusCode.Forbidden));
    }

    private static async Task<string> BanAsync(ChatApp app, Person moderator, string user = "mallory", string action = "ban")
    {
        await app.As("bob")
            .AskAsync("POST", "/api/reports", new { target = new { userId = user }, reason = "spam" }, HttpStatusCode.Accepted);
        var path = await PathAsync(moderator);
        await moderator.DecideAsync(path, new { action, ground = "terms", rule = "Spam" });
        return path;
    }

    /// <summary>Where the one case is that waits.</summary>
    private static async Task<string> PathAsync(Person moderator) =>
        $"/api/moderation/cases/{Assert.Single((await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases")).Text("caseId")}";
}
