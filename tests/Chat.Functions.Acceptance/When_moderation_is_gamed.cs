using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Log;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Mallory reports back, hurries and waits, processes die, and vera decides what she saw about whom she saw.</summary>
public class When_moderation_is_gamed
{
    [Fact]
    public async Task Should_stay_about_whom_it_was_when_they_report_back_or_give_the_group_away()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        await mallory.SendAsync(direct, "Hello");
        await ReportAsync(bob, new { conversationId = direct });
        var about = await CaseAsync(vera, "mallory");
        await ReportAsync(mallory, new { conversationId = direct });
        Assert.Equal(about.ToString(), (await CaseAsync(vera, "mallory")).ToString());
        await vera.DecideAsync(Path(about), new { action = "suspend", ground = "terms", rule = "Spam" });
        Assert.Empty((await bob.AskAsync("GET", "/api/me/decisions")).List("decisions"));
        Assert.Single((await mallory.AskAsync("GET", "/api/me/decisions")).List("decisions"));

        var (eve, carol) = (app.As("eve"), app.As("carol"));
        var group = (await eve.CreateGroupAsync("Trip", "carol", "dave")).ConversationId;
        await ReportAsync(carol, new { conversationId = group });
        about = await CaseAsync(vera, "eve");
        await eve.DoAsync("POST", $"/api/conversations/{group}/owner", new { userId = "dave" });
        await ReportAsync(carol, new { conversationId = group });
        Assert.Equal(about.ToString(), (await CaseAsync(vera, "eve")).ToString());
    }

    [Fact]
    public async Task Should_be_decided_only_as_it_was_seen_and_take_back_only_what_was_reported_since_it_was_opened()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        var (harmless, bad, worse) = (
            await mallory.SendAsync(direct, "Hello"), await mallory.SendAsync(direct, "Buy"), await mallory.SendAsync(direct, "Buy now"));
        await ReportAsync(bob, new { conversationId = direct, messageIds = new[] { harmless.MessageId } });
        await vera.DecideAsync(Path(await CaseAsync(vera, "mallory")), new { action = "dismiss", ground = "terms", rule = "No rule" });
        await ReportAsync(bob, new { conversationId = direct, messageIds = new[] { bad.MessageId } });
        var seen = await CaseAsync(vera, "mallory");
        await vera.AskAsync("POST", Path(seen) + "/claim");
        await ReportAsync(bob, new { conversationId = direct, messageIds = new[] { worse.MessageId } });
        var remove = new { version = seen.Number("version"), action = "remove", ground = "terms", rule = "Spam" };
        Assert.Equal("case_changed", await vera.IsRefusedAsync("POST", Path(seen) + "/decision", HttpStatusCode.Conflict, remove));

        await vera.DecideAsync(Path(seen), new { action = "remove", ground = "terms", rule = "Spam" });
        Assert.Equal(["Hello", "", ""], (await bob.HistoryAsync(direct)).Select(message => message.Text));
        var told = Assert.Single((await mallory.AskAsync("GET", "/api/me/decisions")).List("decisions"));
        Assert.Equal([bad.MessageId, worse.MessageId], told.List("messageIds").Select(one => one.ToString()));
    }

    [Fact]
    public async Task Should_not_be_lifted_by_a_milder_decision()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        foreach (var action in new[] { "ban", "restrict" })
        {
            await ReportAsync(bob, new { userId = "mallory" });
            await vera.DecideAsync(Path(await CaseAsync(vera, "mallory")), new { action, ground = "terms", rule = "Spam" });
            Assert.Equal("banned", await mallory.IsRefusedAsync("GET", "/api/unread", HttpStatusCode.Forbidden));
        }
    }

    [Fact]
    public async Task Should_be_out_of_reach_for_a_moderator_whom_it_is_about()
    {
        await using var app = await ChatApp.StartAsync();
        var (vera, walter) = (app.AsModerator("vera"), app.AsModerator("walter"));
        await ReportAsync(app.As("bob"), new { userId = "vera" });
        var path = Path(await CaseAsync(walter, "vera"));
        Assert.Equal("not_allowed", await vera.IsRefusedAsync("POST", path + "/claim", HttpStatusCode.Forbidden));
        Assert.Equal("not_allowed", await vera.IsRefusedAsync(
            "POST", path + "/decision", HttpStatusCode.Forbidden, new { version = 1, action = "dismiss", ground = "terms", rule = "x" }));
        await walter.DecideAsync(path, new { action = "warn", ground = "terms", rule = "Spam" });
    }

    [Fact]
    public async Task Should_alert_when_an_appeal_has_waited_too_long()
    {
        var (clock, log) = (new JumpingClock(), new CapturedLog());
        await using var app = await ChatApp.StartAsync(time: clock, log: log);
        var (mallory, vera) = (app.As("mallory"), app.AsModerator("vera"));
        await ReportAsync(app.As("bob"), new { userId = "mallory" });
        var decided = await vera.DecideAsync(
            Path(await CaseAsync(vera, "mallory")), new { action = "warn", ground = "terms", rule = "Spam" });
        clock.Jump(TimeSpan.FromMinutes(5));
        await mallory.AskAsync("POST", $"/api/me/appeals/{decided.Text("decisionId")}", new { text = "Why?" }, HttpStatusCode.Accepted);
        clock.Jump(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => log.Lines.ToList(), IsAlerted);
    }

    [Fact]
    public async Task Should_alert_about_a_report_that_the_queue_was_away_for_at_first()
    {
        var (clock, log, faults) = (new JumpingClock(), new CapturedLog(), new Faults(1));
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock, faults: faults);
        await using var app = await ChatApp.StartAsync(azure, log: log);
        var body = new { target = new { userId = "mallory" }, reason = "csam" };
        using (faults.Add(new Fault("servicebus", "send", FaultKind.Fail)))
        {
            using var broken = await TryReportAsync();
        }

        using var repeated = await Person.PatientlyAsync(TryReportAsync);
        Assert.Equal(HttpStatusCode.Accepted, repeated.StatusCode);
        clock.Jump(TimeSpan.FromHours(4) + TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => log.Lines.ToList(), IsAlerted);

        Task<HttpResponseMessage> TryReportAsync() =>
            app.As("bob").SendAsync(
                HttpMethod.Post, "/api/reports", JsonContent.Create(body), request => request.Headers.Add("Idempotency-Key", "one"));
    }

    [Fact]
    public async Task Should_be_kept_out_however_late_a_ban_has_its_effects()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure);
        await ReportAsync(app.As("bob"), new { userId = "mallory" });
        var id = new CaseId((await CaseAsync(app.AsModerator("vera"), "mallory")).Text("caseId")!);
        var (late, ban) = (TimeSpan.FromMinutes(70), new DecisionRequest(1, DecisionAction.Ban, DecisionGround.Terms, "Spam"));
        await app.Services.GetRequiredService<CaseDecisions>().CommitAsync(id, new UserId("vera"), ban, null, null, late, default);
        clock.Jump(late - TimeSpan.FromMinutes(1));
        var mallory = new Person(app.Http, "mallory", lifetime: TimeSpan.FromHours(3));
        var token = await mallory.AskAsync("POST", "/api/realtime/negotiate");
        clock.Jump(TimeSpan.FromMinutes(1));
        await Eventually.SeesAsync(clock, () => mallory.GetAsync("/api/unread"), answer => answer.StatusCode == HttpStatusCode.Forbidden);
        for (var n = 0; n < 3; n++)
        {
            await using var again = await EventStream.ConnectAsync(token.Text("url")!, token.Text("accessToken")!);
            await Eventually.SeesAsync(clock, () => Task.FromResult(again.IsOpen), isOpen => !isOpen);
        }
    }

    [Fact]
    public async Task Should_tell_a_pair_that_their_conversation_is_closed_though_the_process_died_once_it_was()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        await mallory.SendAsync(direct, "Hello");
        await ReportAsync(bob, new { conversationId = direct });
        await using var phone = await bob.ListenAsync();
        var closed = await app.Services.GetRequiredService<ConversationLog>()
            .AppendAsync(new ConversationId(direct), new CloseConversationCommand(), null, default);
        Assert.Null(closed.Refusal);
        await vera.DecideAsync(Path(await CaseAsync(vera, "mallory")), new { action = "close", ground = "law", rule = "Court order" });
        Assert.Equal("moderator", (await phone.ReceivesEventAsync("conversation.deleted")).Text("reason"));
    }

    [Fact]
    public async Task Should_not_keep_out_the_host_app_that_is_called_as_somebody_who_is_banned()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, vera) = (app.As("mallory"), app.AsModerator("vera"));
        var sent = await mallory.SendAsync((await mallory.StartDirectAsync("bob")).ConversationId, "Hello");
        await ReportAsync(app.As("bob"), new { userId = "mallory" });
        await vera.DecideAsync(Path(await CaseAsync(vera, "mallory")), new { action = "ban", ground = "terms", rule = "Spam" });
        var verdict =
            new { conversationId = sent.ConversationId, messageId = sent.MessageId, contentHash = new string('A', 22), verdict = "allow" };
        await new Person(app.Http, "mallory", "chat.host").DoAsync("POST", "/api/host/verdicts", verdict);
    }

    [Fact]
    public async Task Should_be_known_in_the_end_however_many_are_banned_and_however_short_each_try_is()
    {
        var (clock, faults) = (new JumpingClock(), new Faults(1));
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock, faults: faults);
        for (var n = 0; n < 1200; n++)
        {
            var source = new { caseId = "c", decisionId = "d", version = 1, standing = "banned" };
            var standing =
                new { type = "standing", id = $"u:banned{n}", caseId = "standings", userId = $"banned{n}", sources = new[] { source } };
            await azure.Cosmos.UpsertDocumentAsync("chat", "moderation", "standings", JsonSerializer.SerializeToUtf8Bytes(standing));
        }

        // Each try reads a page, and its time is over before it has the next.
        var pages = 0;
        using (faults.Add(new Fault("cosmos", "query", FaultKind.Delay) { Target = IsSecond, Strike = PassAsync }))
        {
            await using var app = await ChatApp.StartAsync(azure);
            await Eventually.SeesAsync(() => app.As("bob").GetAsync("/api/unread"), answer => answer.StatusCode == HttpStatusCode.OK);
            Assert.Equal("banned", await app.As("banned0").IsRefusedAsync("GET", "/api/unread", HttpStatusCode.Forbidden));
            Assert.Equal("banned", await app.As("banned1199").IsRefusedAsync("GET", "/api/unread", HttpStatusCode.Forbidden));
        }

        bool IsSecond(string target) => target.Contains("moderation", StringComparison.Ordinal)
            && Interlocked.Increment(ref pages) % 2 == 0;

        Task PassAsync(string target)
        {
            clock.Jump(TimeSpan.FromSeconds(4));
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Should_have_former_texts_and_flags_of_what_is_taken_back_while_it_is_reported()
    {
        var faults = new Faults(1);
        await using var azure = await LocalAzure.StartAsync(directory: null, faults: faults);
        await azure.Cosmos.UpsertDocumentAsync(
            "chat", "settings", "wordList", """{"type":"wordList","id":"violence","action":"flag","words":["threat"]}"""u8.ToArray());
        await using var app = await ChatApp.StartAsync(azure);
        var (mallory, bob, vera) = (app.As("mallory"), app.As("bob"), app.AsModerator("vera"));
        var direct = (await mallory.StartDirectAsync("bob")).ConversationId;
        var sent = await mallory.SendAsync(direct, "A threat");
        var path = $"/api/conversations/{direct}/messages/{sent.MessageId}";
        await mallory.AskAsync("PATCH", path, new { text = "Never mind" });
        await app.HasDeliveredAsync();
        using (faults.Add(new Fault("cosmos", "query", FaultKind.Delay)
        {
            Target = target => target.Contains(direct, StringComparison.Ordinal),
            Times = 1,
            Strike = _ => mallory.AskAsync("DELETE", path),
        }))
        {
            await ReportAsync(bob, new { conversationId = direct, messageIds = new[] { sent.MessageId } });
        }

        var evidence = (await vera.AskAsync("GET", Path(await CaseAsync(vera, "mallory")))).List("evidence");
        Assert.Equal(["Never mind", "A threat"], evidence.Select(one => one.Text("message.text") ?? one.Text("revision.text")));
        Assert.All(evidence, one => Assert.Equal(["violence"], one.List("flags").Select(flag => flag.ToString())));
    }

    private static bool IsAlerted(List<string> lines) => lines.Exists(line => line.Contains("is overdue by", StringComparison.Ordinal));

    private static string Path(JsonElement found) => $"/api/moderation/cases/{found.Text("caseId")}";

    private static Task<JsonElement> ReportAsync(Person person, object target) =>
        person.AskAsync("POST", "/api/reports", new { target, reason = "spam" }, HttpStatusCode.Accepted);

    /// <summary>The one case about a user that waits.</summary>
    private static async Task<JsonElement> CaseAsync(Person moderator, string about) =>
        Assert.Single((await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases"), one => one.Text("target.userId") == about);
}
