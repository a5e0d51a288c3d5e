using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Whoever comes back sees the group as anybody who joins, but for what they took away for good.</summary>
public class When_somebody_leaves_and_comes_back
{
    [Theory]
    [InlineData("leaves", "is added")]
    [InlineData("leaves", "comes by a link")]
    [InlineData("is removed", "is added")]
    public async Task Should_begin_afresh_and_see_the_group_again(string going, string coming)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var path = $"/api/conversations/{group}";
        await alice.AskAsync("PATCH", path, new { historyVisibility = "all" });
        var code = (await alice.AskAsync("POST", path + "/invite-links", new { }, HttpStatusCode.Created)).Text("code");
        var sent = new List<JsonElement>();
        foreach (var text in new[] { "cleared", "read", "deleted for bob", "unread" })
        {
            sent.Add(await alice.SayAsync(group, new { text }));
        }

        var mention = await alice.SayAsync(
            group,
            new { text = "@bob", mentions = new[] { new { userId = "bob", offset = 0, length = 4 } } });
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is { IsMentioned: true });

        // All that one can set, one can take away, and that is remembered.
        await bob.ClearAsync(group, sent[0].Number("seq"));
        await bob.MarkReadAsync(group, sent[1].Number("seq"));
        await bob.DoAsync("PUT", path + "/delivered", new { seq = sent[2].Number("seq") });
        await bob.DoAsync("DELETE", sent[2].Path() + "?scope=me");
        await bob.MarkUnreadAsync(group);
        await bob.PreferAsync(group, new { pinned = true, mutedUntil = "9999-12-31T23:59:59.999Z", draft = new { text = "half a sen" } });
        await bob.PreferAsync(group, new { archived = true });
        var later = clock.GetUtcNow().AddMinutes(10);
        await bob.AskAsync(
            "POST",
            path + "/scheduled",
            new { clientMessageId = "1", text = "from before", dueAt = later },
            HttpStatusCode.Created);
        Assert.Equal((1, 1), (await WaitingAsync(), (await bob.ListedAsync("archived")).Count));

        await (going == "leaves" ? bob : alice).DoAsync("DELETE", path + "/members/bob");
        await Eventually.SeesAsync(() => bob.ListedAsync("all"), listed => listed.Count == 0);
        Assert.Equal(new UnreadJson(0, 0, false), await bob.UnreadAsync());
        var missed = await alice.SendAsync(group, "missed");
        await (coming == "is added"
            ? alice.DoAsync("POST", path + "/members", new { members = new[] { "bob" } })
            : bob.AskAsync("POST", $"/api/invites/{code}/join"));

        // In the list, with nothing of what was set, and nothing unread.
        var summary = await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is not null);
        Assert.Equal(new PreferencesJson(null, false, false, null), summary!.Preferences);
        Assert.Equal((false, 0, false), (summary.MarkedUnread, summary.UnreadCount, summary.IsMentioned));
        Assert.Equal((missed.Seq, sent[0].Number("seq")), (summary.LastMessage!.Seq, summary.ClearedSeq));
        Assert.Equal(new UnreadJson(0, 0, false), await bob.UnreadAsync());
        var conversation = await bob.ConversationAsync(group);
        Assert.Equal((0, false), (conversation.UnreadCount, conversation.MarkedUnread));
        Assert.Equal(0, await WaitingAsync());

        // What was cleared and deleted stays so, and how far they had come doesn't go back.
        Assert.Equal(["read", "unread", "@bob", "missed"], (await bob.HistoryAsync(group)).Select(message => message.Text));
        var receipt = (await alice.AskAsync("GET", path + "/receipts")).List("receipts").Single(one => one.Text("userId") == "bob");
        Assert.Equal((sent[2].Number("seq"), sent[1].Number("seq")), (receipt.Number("deliveredSeq"), receipt.Number("readSeq")));

        // It goes on as for anybody: the next message is unread, and what is scheduled now is sent, under the same id as before, too.
        await alice.SendAsync(group, "hello again");
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is { UnreadCount: 1, LastMessage.Preview: "hello again" });
        Assert.Equal([group], await bob.ListedAsync("unread"));
        await bob.AskAsync(
            "POST",
            path + "/scheduled",
            new { clientMessageId = "2", text = "from now", dueAt = later },
            HttpStatusCode.Created);
        clock.Jump(TimeSpan.FromMinutes(11));
        await Eventually.SeesAsync(clock, () => alice.HistoryAsync(group), all => all[^1].Text == "from now");
        Assert.DoesNotContain(await alice.HistoryAsync(group), message => message.Text == "from before");
        await bob.AskAsync(
            "POST",
            path + "/scheduled",
            new { clientMessageId = "1", text = "anew", dueAt = clock.GetUtcNow().AddSeconds(90) },
            HttpStatusCode.Created);

        async Task<int> WaitingAsync() => (await bob.AskAsync("GET", path + "/scheduled")).List("scheduled").Count;
    }
}
