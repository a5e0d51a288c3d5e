using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance.Admin;

public class When_an_operator_looks_at_a_conversation
{
    [Fact]
    public async Task Should_see_who_is_in_it_and_how_far_they_are_but_nothing_that_they_wrote()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Surprise", "bob", "carol")).ConversationId;
        await alice.SendAsync(group, "Don't tell her");
        await bob.MarkReadAsync(group, 2);
        await app.As("carol").DoAsync("DELETE", $"/api/conversations/{group}/members/carol");
        await app.HasDeliveredAsync();

        var shown = await admin.ReadAsync("conversation", "show", group);
        Assert.Equal(("group", 3, 1), (shown.Text("head.kind"), shown.Number("head.lastSeq"), shown.Number("head.messageCount")));
        Assert.Equal(
            ["alice owner active 2", "bob member active 2", "carol member left 0"],
            shown.List("members")
                .Select(member => $"{member.Text("userId")} {member.Text("role")} {member.Text("state")} {member.Text("readSeq")}"));
        var table = await admin.RunAsync("conversation", "show", group);
        Assert.Contains("carol", table, StringComparison.Ordinal);
        Assert.DoesNotContain("tell", $"{shown}{table}", StringComparison.Ordinal);
        Assert.DoesNotContain("Surprise", $"{shown}{table}", StringComparison.Ordinal);
        Assert.Contains("Don't tell her", await admin.RunAsync("conversation", "show", group, "--content"), StringComparison.Ordinal);
        Assert.Equal("Surprise", (await admin.ReadAsync("conversation", "show", group, "--content")).Text("head.title"));
    }

    [Fact]
    public async Task Should_see_its_log_in_parts_but_nothing_that_they_wrote()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Surprise", "bob")).ConversationId;
        var sent = await alice.SendAsync(group, "Don't\u001b[2J tell her");
        await app.As("bob").DoAsync("DELETE", $"/api/conversations/{group}/members/bob");

        var log = await admin.ReadAsync("conversation", "log", group);
        Assert.Equal(
            ["1 conversation.created alice  alice bob", $"2 message.created alice {sent.MessageId} ", "3 member.left bob  bob"],
            log.EnumerateArray().Select(entry =>
                $"{entry.Text("seq")} {entry.Text("what")} {entry.Text("by")} {entry.Text("messageId")} "
                    + $"{string.Join(' ', entry.At("users")?.EnumerateArray() ?? [])}"));
        var table = await admin.RunAsync("conversation", "log", group);
        Assert.DoesNotContain("tell", $"{log}{table}", StringComparison.Ordinal);
        Assert.DoesNotContain("Surprise", $"{log}{table}", StringComparison.Ordinal);

        // What steers a terminal is shown as a space.
        var content = await admin.RunAsync("conversation", "log", group, "--content");
        Assert.Contains("Don't [2J tell her", content, StringComparison.Ordinal);
        Assert.Contains("Surprise", content, StringComparison.Ordinal);
        Assert.Equal(
            "2",
            Assert.Single((await admin.ReadAsync("conversation", "log", group, "--after", "1", "--limit", "1")).EnumerateArray())
                .Text("seq"));
    }

    [Fact]
    public async Task Should_be_told_when_it_is_not_there()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);

        foreach (var command in new[] { "show", "log" })
        {
            var end = await admin.TryAsync("", "conversation", command, "aaaaaaaaaaaaaaaaaaaaaa");
            Assert.Equal((1, "", "There is no conversation aaaaaaaaaaaaaaaaaaaaaa.\n"), (end.ExitCode, end.Output, end.Error));
        }
    }
}
