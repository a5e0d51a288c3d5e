using System.Globalization;
using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance.Admin;

public class When_a_moderator_works_with_chat_admin
{
    [Fact]
    public async Task Should_find_claim_and_decide_what_is_most_urgent_and_see_who_is_banned()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var admin = await AdminConsole.OfAsync(app);
        var (mallory, bob) = (app.As("mallory"), app.As("bob"));
        var sent = await mallory.SendAsync((await mallory.StartDirectAsync("bob")).ConversationId, "I'll find you");
        await ReportAsync(bob, new { userId = "eve" }, "spam");
        await ReportAsync(
            bob, new { conversationId = sent.ConversationId, messageIds = new[] { sent.MessageId } }, "threat", "She means it");

        var listed = (await admin.ReadAsync("cases", "list")).EnumerateArray().ToList();
        Assert.Equal(["critical mallory", "low eve"], listed.Select(one => $"{one.Text("severity")} {one.Text("target.userId")}"));
        Assert.Equal(
            "eve", Assert.Single((await admin.ReadAsync("cases", "list", "--severity", "low")).EnumerateArray()).Text("target.userId"));
        var id = listed[0].Text("caseId")!;
        Assert.DoesNotContain(
            "find you",
            $"{await admin.RunAsync("cases", "show", id)}{await admin.ReadAsync("cases", "show", id)}",
            StringComparison.Ordinal);
        Assert.DoesNotContain("means it", await admin.RunAsync("cases", "show", id), StringComparison.Ordinal);
        Assert.Contains("I'll find you", await admin.RunAsync("cases", "show", id, "--content"), StringComparison.Ordinal);
        Assert.Equal("She means it", Assert.Single((await admin.ReadAsync("cases", "show", id, "--content")).List("reports")).Text("note"));

        await admin.RunAsync("cases", "claim", id, "--as", "vera");
        var version = (await admin.ReadAsync("cases", "show", id)).Number("case.version").ToString(CultureInfo.InvariantCulture);
        string[] ban =
        [
            "cases", "decide", id, "--version", version, "--action", "ban", "--ground", "terms", "--rule", "No threats", "--note", "Clear",
        ];
        var other = await admin.TryAsync("", [.. ban, "--as", "walter"]);
        Assert.Equal((1, "Another moderator works on the case.\n"), (other.ExitCode, other.Error));
        Assert.Contains("is made", await admin.RunAsync([.. ban, "--as", "vera"]), StringComparison.Ordinal);
        Assert.Contains("was made before", await admin.RunAsync([.. ban, "--as", "vera"]), StringComparison.Ordinal);

        // The app does what was decided.
        await Eventually.SeesAsync(clock, () => mallory.GetAsync("/api/unread"), answer => answer.StatusCode == HttpStatusCode.Forbidden);
        var standing = Assert.Single((await admin.ReadAsync("users", "standing")).EnumerateArray());
        Assert.Equal(
            ("mallory", "banned", id), (standing.Text("user"), standing.Text("standing"), standing.List("cases").Single().ToString()));
        Assert.Contains("mallory", await admin.RunAsync("users", "standing", "mallory"), StringComparison.Ordinal);
        Assert.Empty((await admin.ReadAsync("users", "standing", "bob")).EnumerateArray());
        Assert.Equal("eve", Assert.Single((await admin.ReadAsync("cases", "list")).EnumerateArray()).Text("target.userId"));
        Assert.Equal("vera", Assert.Single((await admin.ReadAsync("cases", "show", id)).List("decisions")).Text("moderatorId"));
        Assert.Equal(id, Assert.Single((await admin.ReadAsync("cases", "list", "--state", "decided")).EnumerateArray()).Text("caseId"));
    }

    [Fact]
    public async Task Should_be_told_what_makes_no_sense()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        await ReportAsync(app.As("bob"), new { userId = "mallory" }, "spam");
        var id = Assert.Single((await admin.ReadAsync("cases", "list")).EnumerateArray()).Text("caseId")!;
        string[][] senseless =
        [
            ["cases", "claim", id], ["cases", "claim", "x", "--as", "vera"], ["cases", "claim", id, "--as", ".."],
            ["cases", "list", "--limit", "0"],
            ["cases", "decide", id, "--as", "vera", "--action", "warn", "--ground", "terms", "--rule", "x"],
            ["cases", "decide", id, "--version", "1", "--as", "vera", "--action", "hang", "--ground", "terms", "--rule", "x"],
            ["cases", "decide", id, "--version", "1", "--as", "vera", "--action", "warn", "--ground", "terms"],
            [
                "cases", "decide", id, "--version", "1", "--as", "vera", "--action", "warn", "--ground", "terms", "--rule", "x", "--until",
                "2100-01-01T00:00:00Z",
            ],
            [
                "cases", "decide", id, "--version", "1", "--as", "vera", "--action", "warn", "--ground", "terms", "--rule",
                new string('x', 201),
            ],
        ];
        foreach (var args in senseless)
        {
            Assert.Equal((2, ""), (await admin.TryAsync("", args)) is var end ? (end.ExitCode, end.Output) : default);
        }

        Assert.Equal(1, (await admin.TryAsync(
            "",
            "cases",
            "decide",
            id,
            "--version",
            "1",
            "--as",
            "vera",
            "--action",
            "remove",
            "--ground",
            "terms",
            "--rule",
            "x")).ExitCode);
        var stale = await admin.TryAsync(
            "", "cases", "decide", id, "--version", "2", "--as", "vera", "--action", "warn", "--ground", "terms", "--rule", "x");
        Assert.Equal((1, true), (stale.ExitCode, stale.Error.Contains("since that version", StringComparison.Ordinal)));
        Assert.Equal(1, (await admin.TryAsync("", "cases", "show", "aaaaaaaaaaaaaaaaaaaaaa")).ExitCode);
    }

    private static Task<JsonElement> ReportAsync(Person person, object target, string reason, string? note = null) =>
        person.AskAsync(
            "POST", "/api/reports", note is null ? new { target, reason } : new { target, reason, note }, HttpStatusCode.Accepted);
}
