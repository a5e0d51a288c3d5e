using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Bob reports, mallory is reported, and vera moderates; what mallory may do then.</summary>
public class When_a_moderator_decides
{
    [Fact]
    public async Task Should_take_the_reported_messages_back_for_everyone_and_tell_their_sender_why()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var group = (await mallory.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var (bad, good) = (await mallory.SendAsync(group, "Buy now"), await mallory.SendAsync(group, "Hello"));
        await mallory.DoAsync("PUT", Path(bad) + "/pin");
        await using var phone = await mallory.ListenAsync();
        await using var bobs = await bob.ListenAsync();
        await ReportAsync(bob, new { conversationId = group, messageIds = new[] { bad.MessageId } });
        var decided = await DecideAsync(
            vera, new { action = "remove", ground = "terms", rule = "Spam", scope = "Everywhere", note = "The third time" });

        var told = await phone.ReceivesEventAsync("moderation.decided");
        Assert.Equal((decided.Text("decisionId"), "remove", "terms", "Spam", "Everywhere"), (
            told.Text("decisionId"), told.Text("action"), told.Text("ground"), told.Text("rule"), told.Text("scope")));
        Assert.Equal([bad.MessageId], told.List("messageIds").Select(one => one.ToString()));
        var found = Assert.Single((await mallory.AskAsync("GET", "/api/me/decisions")).List("decisions"));
        Assert.Equal(told.ToString(), found.ToString());
        Assert.DoesNotContain("third", found.ToString(), StringComparison.Ordinal);
        Assert.Empty((await bob.AskAsync("GET", "/api/me/decisions")).List("decisions"));

        var deleted = await bobs.ReceivesEventAsync("message.deleted");
        Assert.Equal((bad.MessageId, "moderator", null), (deleted.Text("messageId"), deleted.Text("reason"), deleted.Text("by")));
        var left = await bob.AskAsync("GET", Path(bad));
        Assert.Equal(("", "moderator", null), (left.Text("text"), left.Text("unsentReason"), left.Text("unsentBy")));
        Assert.Equal("Hello", (await bob.AskAsync("GET", Path(good))).Text("text"));
        Assert.Empty((await bob.AskAsync("GET", $"/api/conversations/{group}/pins")).List("pins"));

        // Nobody there learns who reported, and who decided.
        foreach (var seen in new[]
        {
            JsonSerializer.Serialize(await mallory.LogAsync(group)),
            JsonSerializer.Serialize(phone.Events()),
            found.ToString(),
        })
        {
            Assert.DoesNotContain("vera", seen, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("bob", $"{told}{found}", StringComparison.Ordinal);
        var audit = Assert.Single((await vera.AskAsync("GET", $"/api/moderation/cases/{decided.Text("caseId")}")).List("decisions"));
        Assert.Equal(("vera", "The third time"), (audit.Text("moderatorId"), audit.Text("note")));
    }

    [Fact]
    public async Task Should_be_decided_once_however_often_it_is_asked_for()
    {
        await using var app = await ChatApp.StartAsync();
        var (bob, vera, walter) = (app.As("bob"), app.AsModerator("vera"), app.AsModerator("walter"));
        await ReportAsync(bob, new { userId = "mallory" });
        var path = await PathAsync(vera);
        var warn = new { version = 1, action = "warn", ground = "terms", rule = "Spam" };
        var both = await Task.WhenAll(
            Person.PatientlyAsync(() => TryDecideAsync(vera, path, warn, "one")),
            Person.PatientlyAsync(() => TryDecideAsync(vera, path, warn, "one")));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Created], both.Select(one => one.StatusCode).Order());
        Assert.Equal(await both[0].Content.ReadAsStringAsync(), await both[1].Content.ReadAsStringAsync());
        await vera.AskAsync("POST", path + "/decision", warn);
        Assert.Equal("idempotency_key_reused", (await (
            await TryDecideAsync(vera, path, new { version = 1, action = "dismiss", ground = "terms", rule = "Spam" }, "one")).Content
            .ReadFromJsonAsync<JsonElement>())
            .Text("code"));
        Assert.Equal("case_decided", await walter.IsRefusedAsync("POST", path + "/decision", HttpStatusCode.Conflict, warn));
        Assert.Equal("case_decided", await vera.IsRefusedAsync(
            "POST", path + "/decision", HttpStatusCode.Conflict, new { version = 1, action = "ban", ground = "terms", rule = "Spam" }));
        Assert.Single((await app.As("mallory").AskAsync("GET", "/api/me/decisions")).List("decisions"));

        // A key of before says what was decided before, also when the case is open again.
        await ReportAsync(bob, new { userId = "mallory" });
        using var repeat = await Person.PatientlyAsync(() => TryDecideAsync(vera, path, warn, "one"));
        Assert.Equal(HttpStatusCode.OK, repeat.StatusCode);
        Assert.Equal("open", (await vera.AskAsync("GET", path)).Text("case.state"));
        await vera.DecideAsync(path, warn);
    }

    [Fact]
    public async Task Should_be_refused_what_cannot_be_done_about_a_target()
    {
        await using var app = await ChatApp.StartAsync();
        var vera = app.AsModerator("vera");
        await ReportAsync(app.As("bob"), new { userId = "mallory" });
        var path = await PathAsync(vera) + "/decision";
        object[] decisions =
        [
            new { version = 1, action = "remove", ground = "terms", rule = "x" },
            new { version = 1, action = "close", ground = "terms", rule = "x" },
            new { version = 1, action = "hang", ground = "terms", rule = "x" },
            new { version = 1, action = "ban", ground = "mood", rule = "x" },
            new { version = 1, action = "ban", ground = "law" },
            new { version = 1, action = "warn", ground = "law", rule = "x", until = "2100-01-01T00:00:00Z" },
            new { version = 1, action = "ban", ground = "law", rule = "x", until = "2001-01-01T00:00:00Z" },
            new { version = 1, action = "ban", ground = "law", rule = "x", until = "2100-01-01T00:00:00Z" },
            new { action = "warn", ground = "terms", rule = "x" }, new { version = 0, action = "warn", ground = "terms", rule = "x" },
        ];
        foreach (var decision in decisions)
        {
            Assert.Equal("malformed", await vera.IsRefusedAsync("POST", path, HttpStatusCode.BadRequest, decision));
        }

        Assert.Equal("case_not_found", await vera.IsRefusedAsync(
            "POST",
            "/api/moderation/cases/aaaaaaaaaaaaaaaaaaaaaa/decision",
            HttpStatusCode.NotFound,
            new { version = 1, action = "warn", ground = "terms", rule = "x" }));
    }

    [Theory]
    [InlineData("cosmos", "create", nameof(FaultKind.ResetBefore))]
    [InlineData("cosmos", "create", nameof(FaultKind.ResetAfter))]
    [InlineData("cosmos", "batch", nameof(FaultKind.ResetAfter))]
    [InlineData("cosmos", "patch", nameof(FaultKind.ResetBefore))]
    [InlineData("servicebus", "send", nameof(FaultKind.ResetBefore))]
    [InlineData("signalr", "close-user", nameof(FaultKind.Fail))]
    public async Task Should_have_all_its_effects_wherever_it_breaks(string service, string operation, string kind)
    {
        var (clock, faults) = (new JumpingClock(), new Faults(1));
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock, faults: faults);
        await using var app = await ChatApp.StartAsync(azure);
        var (mallory, vera) = (app.As("mallory"), app.AsModerator("vera"));
        var sent = await mallory.SendAsync((await mallory.StartDirectAsync("bob")).ConversationId, "Hello");
        await ReportAsync(app.As("bob"), new { conversationId = sent.ConversationId, messageIds = new[] { sent.MessageId } });
        await app.HasDeliveredAsync(clock);
        await using var phone = await mallory.ListenAsync();
        var path = await PathAsync(vera);
        using (faults.Add(new Fault(service, operation, Enum.Parse<FaultKind>(kind)) { Times = 2 }))
        {
            using var broken = await TryDecideAsync(
                vera, path, new { version = 1, action = "ban", ground = "terms", rule = "Spam" }, "one");
        }

        using var repeated = await Person.PatientlyAsync(
            () => TryDecideAsync(vera, path, new { version = 1, action = "ban", ground = "terms", rule = "Spam" }, "one"));
        Assert.True(repeated.IsSuccessStatusCode, $"{repeated.StatusCode}");
        Assert.Equal("banned", await mallory.IsRefusedAsync("GET", "/api/conversations", HttpStatusCode.Forbidden));
        await phone.Ended.WaitAsync(Eventually.Timeout);
        Assert.Single((await mallory.AskAsync("GET", "/api/me/decisions")).List("decisions"));
    }

    [Fact]
    public async Task Should_have_all_its_effects_when_the_process_dies_after_it_was_made()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure);
        var (mallory, vera) = (app.As("mallory"), app.AsModerator("vera"));
        var sent = await mallory.SendAsync((await mallory.StartDirectAsync("bob")).ConversationId, "Hello");
        await ReportAsync(app.As("bob"), new { conversationId = sent.ConversationId, messageIds = new[] { sent.MessageId } });
        var id = new CaseId((await PathAsync(vera)).Split('/')[^1]);

        // Only what comes before the answer, and nothing of what it does.
        var made = await app.Services.GetRequiredService<CaseDecisions>().CommitAsync(
            id, new UserId("vera"), new DecisionRequest(1, DecisionAction.Remove, DecisionGround.Terms, "Spam"), null, null,
            CaseDecisions.RepairAfter, default);
        Assert.NotNull(made.Decision);
        Assert.Equal("Hello", (await app.As("bob").AskAsync("GET", Path(sent))).Text("text"));

        await Eventually.SeesAsync(
            clock, () => app.As("bob").AskAsync("GET", Path(sent)), seen => seen.Text("unsentReason") == "moderator");
        await Eventually.SeesAsync(clock, () => mallory.AskAsync("GET", "/api/me/decisions"), seen => seen.List("decisions").Count == 1);
    }

    [Fact]
    public async Task Should_close_a_conversation_for_everyone_and_keep_the_evidence()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var group = (await mallory.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await mallory.SendAsync(group, "Hello");
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        await mallory.SendAsync(direct, "Just us");
        await app.HasDeliveredAsync();
        await using var phone = await bob.ListenAsync();
        foreach (var conversation in new[] { group, direct })
        {
            await ReportAsync(bob, new { conversationId = conversation });
            var decided = await DecideAsync(vera, new { action = "close", ground = "law", rule = "Court order" });
            foreach (var person in new[] { mallory, bob })
            {
                Assert.Equal("conversation_not_found", await person.IsRefusedAsync(
                    "GET", $"/api/conversations/{conversation}", HttpStatusCode.NotFound));
                Assert.Equal("conversation_not_found", await person.MayNotSayAsync(
                    conversation, new { text = "Still here?" }, HttpStatusCode.NotFound));
            }

            await Eventually.HoldsAsync(phone.Events, all => all.Exists(one => one.Text("type") == "conversation.deleted"
                && one.Text("conversationId") == conversation && one.Text("data.reason") == "moderator"));
            await Eventually.SeesAsync(() => bob.ListedAsync(), listed => !listed.Contains(conversation));
            Assert.NotEmpty((await vera.AskAsync("GET", $"/api/moderation/cases/{decided.Text("caseId")}")).List("evidence"));
            Assert.Contains(
                (await mallory.AskAsync("GET", "/api/me/decisions")).List("decisions"),
                one => one.Text("conversationId") == conversation && one.Text("action") == "close");
        }

        Assert.Equal("conversation_not_found", await bob.IsRefusedAsync(
            "POST", "/api/conversations", HttpStatusCode.NotFound, new { kind = "direct", members = new[] { "mallory" } }));
    }

    [Fact]
    public async Task Should_be_looked_at_once_more_when_the_user_concerned_appeals()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera, walter) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"), app.AsModerator("walter"));
        await ReportAsync(bob, new { userId = "mallory" });
        var banned = await DecideAsync(vera, new { action = "ban", ground = "terms", rule = "Spam" });
        var path = $"/api/me/appeals/{banned.Text("decisionId")}";
        Assert.Equal("decision_not_found", await bob.IsRefusedAsync("POST", path, HttpStatusCode.NotFound, new { text = "Let her in" }));
        await mallory.AskAsync("POST", path, new { text = "It wasn't me" }, HttpStatusCode.Accepted);
        await mallory.AskAsync("POST", path, new { text = "It wasn't me" }, HttpStatusCode.Accepted);
        Assert.Equal("already_appealed", await mallory.IsRefusedAsync("POST", path, HttpStatusCode.Conflict, new { text = "Once more" }));
        Assert.Equal("banned", await mallory.IsRefusedAsync("GET", "/api/unread", HttpStatusCode.Forbidden));

        var open = Assert.Single((await walter.AskAsync("GET", "/api/moderation/cases")).List("cases"));
        Assert.True(open.At("isAppeal")!.Value.GetBoolean());
        Assert.Equal(
            "It wasn't me",
            Assert.Single((await walter.AskAsync("GET", $"/api/moderation/cases/{open.Text("caseId")}")).List("appeals")).Text("text"));
        await DecideAsync(walter, new { action = "dismiss", ground = "terms", rule = "No rule" });
        await mallory.AskAsync("GET", "/api/unread");
        var decisions = (await mallory.AskAsync("GET", "/api/me/decisions")).List("decisions");
        Assert.Equal(["dismiss", "ban"], decisions.Select(one => one.Text("action")));
        Assert.Equal([false, false], decisions.Select(one => one.At("canAppeal")!.Value.GetBoolean()));
        Assert.Equal("already_appealed", await mallory.IsRefusedAsync(
            "POST", $"/api/me/appeals/{decisions[0].Text("decisionId")}", HttpStatusCode.Conflict, new { text = "Why?" }));

        // A report that comes to nothing takes nothing back of what an earlier one led to.
        await ReportAsync(bob, new { userId = "mallory" });
        await DecideAsync(vera, new { action = "suspend", ground = "terms", rule = "Spam" });
        await ReportAsync(bob, new { userId = "mallory" });
        await DecideAsync(vera, new { action = "dismiss", ground = "terms", rule = "No rule" });
        Assert.Equal("suspended", await mallory.IsRefusedAsync(
            "POST", "/api/conversations", HttpStatusCode.Forbidden, new { kind = "direct", members = new[] { "bob" } }));
    }

    private static string Path(MessageJson message) => $"/api/conversations/{message.ConversationId}/messages/{message.MessageId}";

    private static Task<JsonElement> ReportAsync(Person person, object target) =>
        person.AskAsync("POST", "/api/reports", new { target, reason = "spam" }, HttpStatusCode.Accepted);

    /// <summary>Where the one case is that waits.</summary>
    private static async Task<string> PathAsync(Person moderator) =>
        $"/api/moderation/cases/{Assert.Single((await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases")).Text("caseId")}";

    private static async Task<JsonElement> DecideAsync(Person moderator, object decision) =>
        await moderator.DecideAsync(await PathAsync(moderator), decision);

    private static Task<HttpResponseMessage> TryDecideAsync(Person moderator, string path, object decision, string key) =>
        moderator.SendAsync(
            HttpMethod.Post, path + "/decision", JsonContent.Create(decision), request => request.Headers.Add("Idempotency-Key", key));
}
