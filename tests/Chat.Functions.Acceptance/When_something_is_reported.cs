using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Bob reports, mallory is reported, and vera moderates.</summary>
public class When_something_is_reported
{
    private static readonly string[] Texts = [.. Enumerable.Range(1, 15).Select(n => $"Line {n}")];

    [Fact]
    public async Task Should_show_moderators_what_was_said_though_it_is_taken_back_and_its_conversation_deleted()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var group = (await mallory.CreateGroupAsync("Trip", "bob")).ConversationId;
        var said = new List<MessageJson>();
        foreach (var text in Texts)
        {
            said.Add(await mallory.SendAsync(group, text));
        }

        await mallory.AskAsync("PATCH", Path(said[7]), new { text = "Never mind" });
        await ReportAsync(bob, new { conversationId = group, messageIds = new[] { said[7].MessageId } }, "threat", "He means it");
        await mallory.AskAsync("DELETE", Path(said[7]));
        await mallory.DoAsync("DELETE", $"/api/conversations/{group}");

        // Mallory's other traces here are gone, too.
        await StoredDocuments.ForgetAsync(app, "mallory");
        var open = Assert.Single((await vera.AskAsync("GET", "/api/moderation/cases")).List("cases"));
        Assert.Equal(("mallory", group, "critical", "open", 1), (
            open.Text("target.userId"),
            open.Text("target.conversationId"),
            open.Text("severity"),
            open.Text("state"),
            open.Number("reporters")));
        var details = await vera.AskAsync("GET", $"/api/moderation/cases/{open.Text("caseId")}");
        var report = Assert.Single(details.List("reports"));
        Assert.Equal(("bob", "threat", "He means it", "Trip"), (
            report.Text("reporterId"), report.Text("reason"), report.Text("note"), report.Text("conversation.title")));
        Assert.Equal(
            [.. Texts[2..7], "Never mind", .. Texts[8..13]],
            details.List("evidence").Select(one => one.Text("message.text")).OfType<string>());
        Assert.Equal(["Never mind", "Line 8"], details.List("evidence").Where(one => one.At("isReported")!.Value.GetBoolean())
            .Select(one => one.Text("message.text") ?? one.Text("revision.text")));

        // Page by page it is the same.
        var (texts, next) = (new List<string?>(), "");
        do
        {
            var page = await vera.AskAsync("GET", $"/api/moderation/cases/{open.Text("caseId")}?limit=2{next}");
            texts.AddRange(page.List("evidence").Select(one => one.Text("message.text") ?? one.Text("revision.text")));
            next = page.Text("continuation") is { } more ? $"&continuation={more}" : null;
        }
        while (next is not null);
        Assert.Equal(details.List("evidence").Select(one => one.Text("message.text") ?? one.Text("revision.text")), texts);
    }

    [Fact]
    public async Task Should_join_reports_on_one_target_and_open_a_decided_case_again()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, carol, vera) = (app.As("mallory"), app.As("bob"), app.As("carol"), app.AsModerator("vera"));
        var group = (await mallory.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var (first, second) = (await mallory.SendAsync(group, "Buy"), await mallory.SendAsync(group, "Now"));
        await ReportAsync(bob, new { conversationId = group, messageIds = new[] { first.MessageId } }, "spam", "Again");
        await ReportAsync(bob, new { conversationId = group, messageIds = new[] { second.MessageId } }, "other", "And again");
        var before = Assert.Single(await OpenAsync(vera));
        await ReportAsync(carol, new { conversationId = group, messageIds = new[] { first.MessageId, second.MessageId } }, "hate");
        await ReportAsync(bob, new { userId = "mallory" }, "impersonation");
        await ReportAsync(bob, new { conversationId = group }, "scam");

        var open = await OpenAsync(vera);
        Assert.Equal(3, open.Count);
        var joined = open.Single(one => one.Text("caseId") == before.Text("caseId"));
        Assert.Equal((3, 2, "medium"), (joined.Number("reports"), joined.Number("reporters"), joined.Text("severity")));
        Assert.True(joined.At("dueAt")!.Value.GetDateTimeOffset() < before.At("dueAt")!.Value.GetDateTimeOffset());
        Assert.Equal(["spam", "other", "hate"], joined.List("reasons").Select(one => one.ToString()));
        Assert.Equal(
            ["Again", "And again", null], (await CaseAsync(vera, joined)).List("reports").Select(one => one.Text("note")).Reverse());
        Assert.Equal(open.Select(one => one.At("dueAt")!.Value.GetDateTimeOffset()).Order(), open.Select(
            one => one.At("dueAt")!.Value.GetDateTimeOffset()));
        Assert.Equal(3, (await PagesAsync(vera, "limit=1")).Count);
        Assert.Empty((await vera.AskAsync("GET", "/api/moderation/cases?severity=critical")).List("cases"));

        await DecideAsync(vera, joined, new { action = "dismiss", ground = "terms", rule = "No rule" });
        Assert.Equal(2, (await OpenAsync(vera)).Count);
        Assert.Equal(
            joined.Text("caseId"),
            Assert.Single((await vera.AskAsync("GET", "/api/moderation/cases?state=decided")).List("cases")).Text("caseId"));
        await ReportAsync(carol, new { conversationId = group, messageIds = new[] { first.MessageId } }, "ncii");
        var again = (await OpenAsync(vera)).Single(one => one.Text("caseId") == joined.Text("caseId"));
        Assert.Equal((4, 2, "high"), (again.Number("reports"), again.Number("reporters"), again.Text("severity")));
        Assert.Equal(
            TimeSpan.FromHours(48), again.At("dueAt")!.Value.GetDateTimeOffset() - again.At("openedAt")!.Value.GetDateTimeOffset());
    }

    [Fact]
    public async Task Should_be_refused_as_what_is_not_there_when_any_of_it_is_not_seen()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (mallory, bob, eve, vera) = (app.As("mallory"), app.As("bob"), app.As("eve"), app.AsModerator("vera"));
        var group = (await mallory.CreateGroupAsync("Trip", "bob")).ConversationId;
        var elsewhere = (await mallory.StartDirectAsync("carol")).ConversationId;
        var before = await mallory.SendAsync(group, "Before eve");
        await mallory.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "eve" } });
        var seen = await mallory.SendAsync(group, "Hello");
        var foreign = new List<string>();
        for (var n = 0; n < 19; n++)
        {
            foreign.Add((await mallory.SendAsync(elsewhere, $"{n}")).MessageId);
        }

        foreach (var (who, ids) in new[]
        {
            (bob, (string[])[seen.MessageId, .. foreign]),
            (eve, [before.MessageId]),
            (bob, ["aaaaaaaaaaaaaaaaaaaaaa"]),
        })
        {
            Assert.Equal(
                "message_not_found", await IsRefusedAsync(who, new { conversationId = group, messageIds = ids }, HttpStatusCode.NotFound));
        }

        foreach (var (who, where) in new[] { (app.As("stranger"), group), (bob, elsewhere), (bob, "aaaaaaaaaaaaaaaaaaaaaa") })
        {
            Assert.Equal("conversation_not_found", await IsRefusedAsync(who, new { conversationId = where }, HttpStatusCode.NotFound));
            Assert.Equal("conversation_not_found", await IsRefusedAsync(
                who, new { conversationId = where, messageIds = new[] { seen.MessageId } }, HttpStatusCode.NotFound));
        }

        // What is gone can't be seen any more.
        await mallory.AskAsync("PATCH", $"/api/conversations/{group}", new { messageTtl = 60 });
        var brief = await mallory.SendAsync(group, "Soon gone");
        clock.Jump(TimeSpan.FromSeconds(61));
        Assert.Equal("message_not_found", await IsRefusedAsync(
            bob, new { conversationId = group, messageIds = new[] { brief.MessageId } }, HttpStatusCode.NotFound));
        Assert.Empty(await OpenAsync(vera));
        Assert.DoesNotContain("Before eve", await StoredDocuments.ModerationAsync(app), StringComparison.Ordinal);

        // What eve can't see isn't copied for her either.
        await ReportAsync(eve, new { conversationId = group, messageIds = new[] { seen.MessageId } }, "spam");
        Assert.DoesNotContain("Before eve", await StoredDocuments.ModerationAsync(app), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_be_possible_for_30_days_after_leaving_but_only_about_what_was_there_then()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (mallory, bob, carol) = (app.As("mallory"), app.As("bob"), app.As("carol"));
        var group = (await mallory.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var sent = await mallory.SendAsync(group, "Hello");
        await bob.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
        await mallory.DoAsync("DELETE", $"/api/conversations/{group}/members/carol");
        var after = await mallory.SendAsync(group, "They are gone");

        foreach (var gone in new[] { bob, carol })
        {
            await ReportAsync(gone, new { conversationId = group, messageIds = new[] { sent.MessageId } }, "harassment");
            await ReportAsync(gone, new { conversationId = group }, "harassment");
            Assert.Equal("message_not_found", await IsRefusedAsync(
                gone, new { conversationId = group, messageIds = new[] { after.MessageId } }, HttpStatusCode.NotFound));
        }

        Assert.DoesNotContain("They are gone", await StoredDocuments.ModerationAsync(app), StringComparison.Ordinal);
        clock.Jump(TimeSpan.FromDays(30));
        foreach (var gone in new[] { app.As("bob"), app.As("carol") })
        {
            var again = new Person(app.Http, gone.Name, lifetime: TimeSpan.FromDays(31));
            Assert.Equal("conversation_not_found", await IsRefusedAsync(again, new { conversationId = group }, HttpStatusCode.NotFound));
        }
    }

    [Fact]
    public async Task Should_be_stored_once_when_it_is_retried_and_whatever_broke_on_the_way()
    {
        var faults = new Faults(1);
        await using var azure = await LocalAzure.StartAsync(directory: null, faults: faults);
        await using var app = await ChatApp.StartAsync(azure);
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        var sent = await mallory.SendAsync(direct, "Hello");
        var body = new { target = new { conversationId = direct, messageIds = new[] { sent.MessageId } }, reason = "spam" };
        foreach (var (operation, kind) in new[]
        {
            ("create", FaultKind.ResetBefore), ("create", FaultKind.ResetAfter), ("batch", FaultKind.ResetBefore),
            ("batch", FaultKind.ResetAfter),
        })
        {
            using (faults.Add(new Fault("cosmos", operation, kind) { Times = 3 }))
            {
                using var broken = await TryReportAsync(bob, body, "one");
                Assert.True(
                    broken.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.Accepted, $"{operation} {kind}: {broken}");
            }
        }

        using var first = await Person.PatientlyAsync(() => TryReportAsync(bob, body, "one"));
        using var second = await Person.PatientlyAsync(() => TryReportAsync(bob, body, "one"));
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        using var other = await Person.PatientlyAsync(() => TryReportAsync(bob, new { body.target, reason = "hate" }, "one"));
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        var open = Assert.Single(await OpenAsync(vera));
        Assert.Equal((1, 1), (open.Number("reports"), open.Number("reporters")));
        Assert.Equal("Hello", Assert.Single((await CaseAsync(vera, open)).List("evidence")).Text("message.text"));
    }

    [Fact]
    public async Task Should_have_what_was_said_or_nothing_when_it_is_taken_back_just_then()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        var texts = new List<string>();
        for (var n = 0; n < 10; n++)
        {
            var sent = await mallory.SendAsync(direct, $"Threat {n}");
            await mallory.AskAsync("PATCH", Path(sent), new { text = $"Edited {n}" });
            var reporting = ReportAsync(bob, new { conversationId = direct, messageIds = new[] { sent.MessageId } }, "threat");
            await Task.WhenAll(reporting, mallory.AskAsync("DELETE", Path(sent)));
        }

        var details = await CaseAsync(vera, Assert.Single(await OpenAsync(vera)), "limit=100");
        var reported = details.List("evidence").Where(one => one.At("isReported")!.Value.GetBoolean()).ToList();
        Assert.Equal(10, reported.Select(one => one.Text("messageId")).Distinct().Count());
        Assert.Equal(10, details.List("reports").Count);
        Assert.All(
            reported, one => Assert.Matches("^(|Threat [0-9]|Edited [0-9])$", one.Text("message.text") ?? one.Text("revision.text")));
    }

    [Fact]
    public async Task Should_be_told_to_nobody_but_moderators()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var group = (await mallory.CreateGroupAsync("Trip", "bob")).ConversationId;
        var sent = await mallory.SendAsync(group, "Hello");
        await using var phone = await mallory.ListenAsync();
        await ReportAsync(bob, new { conversationId = group, messageIds = new[] { sent.MessageId } }, "spam");
        var open = Assert.Single(await OpenAsync(vera));
        await DecideAsync(vera, open, new { action = "dismiss", ground = "terms", rule = "No rule" });
        Assert.DoesNotContain(await phone.EventsBeforeNowAsync(mallory, group), one => one.Text("type") == "moderation.decided");
        Assert.Empty((await mallory.AskAsync("GET", "/api/me/decisions")).List("decisions"));

        var path = $"/api/moderation/cases/{open.Text("caseId")}";
        Person[] others =
        [
            mallory, bob, new(app.Http, "mallory", "chat.host"), new(app.Http, "mallory", "chat.moderators"),
            new(app.Http, "mallory", "CHAT.MODERATOR"),
        ];
        foreach (var other in others)
        {
            Assert.Equal("not_allowed", await other.IsRefusedAsync("GET", "/api/moderation/cases", HttpStatusCode.Forbidden));
            Assert.Equal("not_allowed", await other.IsRefusedAsync("GET", path, HttpStatusCode.Forbidden));
            Assert.Equal("not_allowed", await other.IsRefusedAsync("POST", path + "/claim", HttpStatusCode.Forbidden));
            Assert.Equal("not_allowed", await other.IsRefusedAsync(
                "POST", path + "/decision", HttpStatusCode.Forbidden, new { action = "ban", ground = "law", rule = "x" }));
        }

        // A role that somebody wrote into a token by themselves.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/moderation/cases");
        request.Headers.Authorization = new("Bearer", Tokens.For("mallory", key: new string('x', 40), roles: "chat.moderator"));
        using var forged = await app.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);

        // One of several roles is enough.
        var local = await app.Http.GetFromJsonAsync<JsonElement>("/local/token?user=walter&role=chat.moderator");
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/api/moderation/cases?state=decided");
        asked.Headers.Authorization = new("Bearer", local.Text("token"));
        using var answer = await app.Http.SendAsync(asked);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var several = new HttpRequestMessage(HttpMethod.Get, "/api/moderation/cases");
        several.Headers.Authorization = new("Bearer", Tokens.For("walter", roles: new[] { "other", "chat.moderator" }));
        using var also = await app.Http.SendAsync(several);
        Assert.Equal(HttpStatusCode.OK, also.StatusCode);
    }

    [Fact]
    public async Task Should_be_refused_when_it_makes_no_sense()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob) = (app.As("mallory"), app.As("bob"));
        var group = (await mallory.CreateGroupAsync("Trip", "bob")).ConversationId;
        var (one, other) = (await mallory.SendAsync(group, "Hello"), await bob.SendAsync(group, "Hi"));
        object[] targets =
        [
            new { }, new { userId = "mallory", conversationId = group }, new { messageIds = new[] { one.MessageId } },
            new { userId = "mallory", messageIds = new[] { one.MessageId } }, new { userId = ".." }, new { conversationId = "../../x" },
            new { conversationId = group, messageIds = Array.Empty<string>() },
            new { conversationId = group, messageIds = new[] { "../x" } },
            new { conversationId = group, messageIds = Enumerable.Repeat(one.MessageId, 21) },
            new { conversationId = group, messageIds = new[] { one.MessageId, other.MessageId } },
        ];
        foreach (var target in targets)
        {
            Assert.Equal("malformed", await IsRefusedAsync(bob, target, HttpStatusCode.BadRequest));
        }

        Assert.Equal("malformed", await bob.IsRefusedAsync("POST", "/api/reports", HttpStatusCode.BadRequest, new { reason = "spam" }));
        Assert.Equal("malformed", await bob.IsRefusedAsync(
            "POST", "/api/reports", HttpStatusCode.BadRequest, new { target = new { userId = "mallory" }, reason = "boring" }));
        Assert.Equal("malformed", await bob.IsRefusedAsync(
            "POST",
            "/api/reports",
            HttpStatusCode.BadRequest,
            new { target = new { userId = "mallory" }, reason = "spam", note = new string('x', 1001) }));
    }

    [Fact]
    public async Task Should_be_possible_so_often_a_day()
    {
        var clock = new JumpingClock();
        clock.JumpToMidnight();
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?> { ["Limits:ReportsPerDay"] = "2" }, time: clock);
        var bob = app.As("bob");
        await ReportAsync(bob, new { userId = "mallory" }, "spam");
        await ReportAsync(bob, new { userId = "mallory" }, "spam");
        Assert.Equal("rate_limited", await IsRefusedAsync(bob, new { userId = "mallory" }, HttpStatusCode.TooManyRequests));
        await ReportAsync(app.As("carol"), new { userId = "mallory" }, "spam");
    }

    [Fact]
    public async Task Should_be_claimed_by_one_moderator_at_a_time()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (bob, vera, walter) = (app.As("bob"), app.AsModerator("vera"), app.AsModerator("walter"));
        await ReportAsync(bob, new { userId = "mallory" }, "spam");
        var path = $"/api/moderation/cases/{Assert.Single(await OpenAsync(vera)).Text("caseId")}";
        Assert.Equal("vera", (await vera.AskAsync("POST", path + "/claim")).Text("claimedBy"));
        await vera.AskAsync("POST", path + "/claim");
        var decision = new { version = 1, action = "warn", ground = "terms", rule = "Spam" };
        Assert.Equal("case_claimed", await walter.IsRefusedAsync("POST", path + "/claim", HttpStatusCode.Conflict));
        Assert.Equal("case_claimed", await walter.IsRefusedAsync("POST", path + "/decision", HttpStatusCode.Conflict, decision));

        clock.Jump(TimeSpan.FromMinutes(15));
        Assert.Equal("walter", (await walter.AskAsync("POST", path + "/claim")).Text("claimedBy"));
        Assert.Equal("case_claimed", await vera.IsRefusedAsync("POST", path + "/decision", HttpStatusCode.Conflict, decision));
        await walter.AskAsync("POST", path + "/decision", decision, HttpStatusCode.Created);
        Assert.Equal("case_decided", await vera.IsRefusedAsync("POST", path + "/claim", HttpStatusCode.Conflict));
        Assert.Equal("case_not_found", await vera.IsRefusedAsync(
            "POST", "/api/moderation/cases/aaaaaaaaaaaaaaaaaaaaaa/claim", HttpStatusCode.NotFound));
        Assert.Equal("case_not_found", await vera.IsRefusedAsync("GET", "/api/moderation/cases/standings", HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Should_alert_once_it_has_waited_too_long()
    {
        var (clock, log) = (new JumpingClock(), new CapturedLog());
        await using var app = await ChatApp.StartAsync(time: clock, log: log);
        await ReportAsync(app.As("bob"), new { userId = "mallory" }, "csam");
        clock.Jump(TimeSpan.FromHours(4) + TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(
            () => log.Lines.ToList(), lines => lines.Exists(line => line.Contains("is overdue by", StringComparison.Ordinal)));
    }

    private static string Path(MessageJson message) => $"/api/conversations/{message.ConversationId}/messages/{message.MessageId}";

    private static Task<JsonElement> ReportAsync(Person person, object target, string reason, string? note = null) =>
        person.AskAsync(
            "POST", "/api/reports", note is null ? new { target, reason } : new { target, reason, note }, HttpStatusCode.Accepted);

    private static Task<string> IsRefusedAsync(Person person, object target, HttpStatusCode expected) =>
        person.IsRefusedAsync("POST", "/api/reports", expected, new { target, reason = "spam" });

    private static Task<HttpResponseMessage> TryReportAsync(Person person, object body, string key) =>
        person.SendAsync(HttpMethod.Post, "/api/reports", JsonContent.Create(body), request => request.Headers.Add("Idempotency-Key", key));

    private static async Task<List<JsonElement>> OpenAsync(Person moderator) =>
        (await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases");

    private static Task<JsonElement> CaseAsync(Person moderator, JsonElement found, string query = "") =>
        moderator.AskAsync("GET", $"/api/moderation/cases/{found.Text("caseId")}?{query}");

    private static Task<JsonElement> DecideAsync(Person moderator, JsonElement found, object decision) =>
        moderator.DecideAsync($"/api/moderation/cases/{found.Text("caseId")}", decision);

    private static async Task<List<JsonElement>> PagesAsync(Person moderator, string query)
    {
        var (all, next) = (new List<JsonElement>(), "");
        do
        {
            var page = await moderator.AskAsync("GET", $"/api/moderation/cases?{query}{next}");
            all.AddRange(page.List("cases"));
            next = page.Text("continuation") is { } more ? $"&continuation={more}" : null;
        }
        while (next is not null);
        return all;
    }
}
