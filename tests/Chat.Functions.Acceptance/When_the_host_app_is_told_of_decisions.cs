using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Vera moderates, and the host app hears of every decision, sooner or later.</summary>
public class When_the_host_app_is_told_of_decisions
{
    [Fact]
    public async Task Should_hear_of_each_until_it_takes_it_and_know_repeats_by_its_id()
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOf(decisions: "/decisions"), time: clock);
        var (mallory, vera) = (app.As("mallory"), app.AsModerator("vera"));
        var sent = await mallory.SendAsync((await mallory.StartDirectAsync("bob")).ConversationId, "Buy now");
        host.Misbehaves = http => Task.Run(() => http.Response.StatusCode = host.Told.Count < 3 ? 500 : 204);
        await ReportAsync(app, new { conversationId = sent.ConversationId, messageIds = new[] { sent.MessageId } });
        var removed = await DecideAsync(
            vera, new { action = "remove", ground = "terms", rule = "Spam", scope = "Everywhere", note = "The third time" });
        await Eventually.SeesAsync(clock, () => Task.FromResult(host.Told), told => told.Count >= 3);

        var (id, body) = host.Told[0];
        Assert.All(host.Told, told => Assert.Equal((id, body.ToString()), (told.Id, told.Body.ToString())));
        Assert.Equal(removed.Text("decisionId"), id);
        Assert.Equal("moderation.decided", body.Text("type"));
        Assert.Equal(removed.ToString(), body.At("decision")!.Value.ToString());
        Assert.Equal(("messages", "mallory", sent.ConversationId), (
            body.Text("target.kind"), body.Text("target.userId"), body.Text("target.conversationId")));
        Assert.Equal([sent.MessageId], body.List("messageIds").Select(one => one.ToString()));

        // Also one that comes to nothing, of which nobody else is told.
        host.Misbehaves = null;
        await ReportAsync(app, new { userId = "mallory" });
        var dismissed = await DecideAsync(vera, new { action = "dismiss", ground = "terms", rule = "No rule" });
        var last = (await Eventually.HoldsAsync(() => host.Told.DistinctBy(told => told.Id).ToList(), told => told.Count == 2))[1];
        Assert.Equal((dismissed.Text("decisionId"), "dismiss", "user"), (
            last.Id, last.Body.Text("decision.action"), last.Body.Text("target.kind")));
        await Eventually.HoldsAsync(app.Azure.ServiceBus.Find("moderation")!.Count, count => count.Active + count.InFlight == 0);
        Assert.Equal(0, app.Azure.ServiceBus.Find("moderation")!.Count().DeadLettered);
    }

    [Fact]
    public async Task Should_hear_of_a_decision_whose_process_died_before_it_had_any_effect()
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOf(decisions: "/decisions"), time: clock);
        await ReportAsync(app, new { userId = "mallory" });
        var id = new CaseId(
            Assert.Single((await app.AsModerator("vera").AskAsync("GET", "/api/moderation/cases")).List("cases")).Text("caseId")!);
        var made = await app.Services.GetRequiredService<CaseDecisions>().CommitAsync(
            id, new UserId("vera"), new DecisionRequest(1, DecisionAction.Warn, DecisionGround.Terms, "Spam"), null, null,
            CaseDecisions.RepairAfter, default);
        Assert.Empty(host.Told);
        await Eventually.SeesAsync(clock, () => Task.FromResult(host.Told), told => told.Count >= 1);
        Assert.Equal(made.Decision!.DecisionId.Value, host.Told[0].Id);
    }

    [Fact]
    public async Task Should_hear_of_none_where_the_operator_set_no_address()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings());
        await ReportAsync(app, new { userId = "mallory" });
        await DecideAsync(app.AsModerator("vera"), new { action = "warn", ground = "terms", rule = "Spam" });
        await Eventually.HoldsAsync(app.Azure.ServiceBus.Find("moderation")!.Count, count => count.Active + count.InFlight == 0);
        Assert.Empty(host.Told);
    }

    private static Task<JsonElement> ReportAsync(ChatApp app, object target) =>
        app.As("bob").AskAsync("POST", "/api/reports", new { target, reason = "spam" }, HttpStatusCode.Accepted);

    private static async Task<JsonElement> DecideAsync(Person moderator, object decision)
    {
        var open = Assert.Single((await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases"));
        return await moderator.DecideAsync($"/api/moderation/cases/{open.Text("caseId")}", decision);
    }
}
