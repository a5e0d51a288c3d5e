using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>In a group both stay. Whoever blocks doesn't see what the other says, and the other doesn't notice.</summary>
public class When_somebody_shares_a_group_with_whom_they_block
{
    [Fact]
    public async Task Should_find_a_stub_wherever_the_other_spoke()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var path = $"/api/conversations/{group}";
        var his = await bob.SendAsync(group, "Before");
        await bob.AskAsync("PATCH", $"{path}/messages/{his.MessageId}", new { text = "Before that" });
        await alice.DoAsync("PUT", $"{path}/messages/{his.MessageId}/pin");
        var answer = await carol.SayAsync(group, new { text = "To bob", replyTo = his.MessageId });
        await alice.DoAsync("PUT", "/api/blocks/bob");
        var reply = await bob.SayAsync(group, new { text = "After", threadId = his.MessageId });
        await app.HasDeliveredAsync();

        string Stub(long seq) => $$"""{"seq":{{seq}},"hidden":"blocked"}""";
        var (first, second) = (Stub(his.Seq), Stub(reply.Number("seq")));
        foreach (var query in new[] { "", "afterSeq=0", "beforeSeq=100", $"aroundSeq={his.Seq}" })
        {
            var page = (await alice.AskAsync("GET", $"{path}/messages?{query}")).List("messages").Select(one => $"{one}").ToList();
            Assert.Equal(3, page.Count);
            Assert.Equal((first, second), (page[0], page[2]));
            Assert.Contains($$"""{"messageId":"{{his.MessageId}}"}""", page[1], StringComparison.Ordinal);
        }

        Assert.Equal(
            [second],
            (await alice.AskAsync("GET", $"{path}/messages/{his.MessageId}/replies")).List("messages").Select(one => $"{one}"));
        Assert.Equal(first, Assert.Single((await alice.AskAsync("GET", $"{path}/pins")).List("pins")).Text("message"));
        Assert.Equal(first, $"{await alice.AskAsync("GET", $"{path}/messages/{his.MessageId}")}");
        Assert.Equal(first, $"{await alice.AskAsync("PUT", $"{path}/messages/{his.MessageId}/reactions/:hey:")}");
        Assert.Empty((await alice.AskAsync("GET", $"{path}/messages/{his.MessageId}/revisions")).List("revisions"));
        var log = await alice.LogAsync(group);
        Assert.Equal(
            [first, second],
            log.Where(one => one.Text("type") == "message.created" && one.Text("data.hidden") is not null).Select(one => one.Text("data")));
        Assert.Equal(first, log.Single(one => one.Text("type") == "message.updated").Text("data.message"));
        Assert.DoesNotContain("Before", string.Join(' ', log), StringComparison.Ordinal);

        // No seq is missing, neither for alice nor for those who see it all.
        Assert.Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq), log.Select(one => one.Number("seq")));
        foreach (var other in new[] { bob, carol })
        {
            Assert.Equal(["Before that", "To bob", "After"], (await other.MessagesAsync(group)).Messages.Select(message => message.Text));
            Assert.Equal(
                "Before that",
                (await other.AskAsync("GET", $"{path}/messages/{answer.Text("messageId")}")).Text("replyTo.preview"));
        }
    }

    [Fact]
    public async Task Should_not_read_them_in_lists_and_count_them_all_the_same()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var group = (await bob.CreateGroupAsync("Trip", "alice", "carol")).ConversationId;
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await bob.SayAsync(group, new { text = "Come, @alice", mentions = new[] { new { userId = "alice", offset = 6, length = 5 } } });
        await bob.SayAsync(group, new { text = "Come, all", mentionsAll = true });
        await app.HasDeliveredAsync();
        foreach (var entry in new[]
        {
            (await alice.AskAsync("GET", "/api/conversations")).List("conversations").Single(),
            (await alice.AskAsync("GET", "/api/sync")).List("items").Single().At("conversation")!.Value,
        })
        {
            Assert.Equal(
                ("", "blocked", 2, false),
                (
                    entry.Text("lastMessage.preview"),
                    entry.Text("lastMessage.hidden"),
                    entry.Number("unreadCount"),
                    entry.At("isMentioned")!.Value.GetBoolean()));
        }

        var hers = (await carol.AskAsync("GET", "/api/conversations")).List("conversations").Single();
        Assert.Equal(("Come, all", true), (hers.Text("lastMessage.preview"), hers.At("isMentioned")!.Value.GetBoolean()));

        // Whoever isn't blocked reaches her, and the other's next word doesn't hide that.
        await carol.SayAsync(group, new { text = "@alice?", mentions = new[] { new { userId = "alice", offset = 0, length = 6 } } });
        await bob.SayAsync(group, new { text = "@alice!", mentions = new[] { new { userId = "alice", offset = 0, length = 6 } } });
        await app.HasDeliveredAsync();
        Assert.True(
            (await alice.AskAsync("GET", "/api/conversations")).List("conversations").Single().At("isMentioned")!.Value.GetBoolean());

        await alice.DoAsync("DELETE", "/api/blocks/bob");
        Assert.Equal(
            "@alice!",
            (await alice.AskAsync("GET", "/api/conversations")).List("conversations").Single().Text("lastMessage.preview"));
    }

    [Theory]
    [InlineData("alice", "bob")]
    [InlineData("bob", "alice")]
    public async Task Should_have_no_presence_of_each_other_and_be_pushed_neither_receipts_nor_typing(string blocking, string blocked)
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var path = $"/api/conversations/{group}";
        var said = await carol.SendAsync(group, "Hello");
        await app.HasDeliveredAsync();
        await app.As(blocking).DoAsync("PUT", $"/api/blocks/{blocked}");
        await using var phone = await alice.ListenAsync();
        await using var his = await bob.ListenAsync();
        await using var hers = await carol.ListenAsync();
        await bob.DoAsync("POST", $"{path}/typing", new { typing = true });
        await bob.DoAsync("PUT", $"{path}/delivered", new { seq = said.Seq });
        await bob.MarkReadAsync(group, said.Seq);
        await alice.DoAsync("POST", $"{path}/typing", new { typing = true });
        await alice.MarkReadAsync(group, said.Seq);
        await hers.ReceivesEventAsync("receipt.read", data => data.Text("userId") == "alice");
        await hers.ReceivesEventAsync("receipt.read", data => data.Text("userId") == "bob");
        await hers.ReceivesEventAsync("typing.started", data => data.Text("userId") == "bob");

        foreach (var (one, other, device) in new[] { (alice, "bob", phone), (bob, "alice", his) })
        {
            var presence = await one.AskAsync("GET", $"/api/presence?users={other},carol&conversationId={group}");
            Assert.Equal(["carol"], presence.List("presence").Select(seen => seen.Text("userId")));
            var receipts = (await one.AskAsync("GET", $"{path}/receipts")).List("receipts").ToDictionary(
                seen => seen.Text("userId")!,
                StringComparer.Ordinal);
            Assert.Equal((said.Seq, said.Seq), (receipts[other].Number("deliveredSeq"), receipts[other].Number("readSeq")));
            Assert.Equal(said.Seq, receipts[one.Name].Number("readSeq"));
            Assert.DoesNotContain(
                await device.EventsBeforeNowAsync(one, group),
                told => told.Text("type") is "typing.started" or "receipt.read" or "receipt.delivered"
                    && told.Text("data.userId") == other);
        }

        var both = await carol.AskAsync("GET", $"/api/presence?users=alice,bob&conversationId={group}");
        Assert.Equal(["alice", "bob"], both.List("presence").Select(seen => seen.Text("userId")).Order());
        Assert.Equal(3, (await carol.AskAsync("GET", $"{path}/receipts")).List("receipts").Count(seen => seen.Number("readSeq") > 0));
    }

    [Fact]
    public async Task Should_not_show_to_the_blocked_one()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await bob.SendAsync(group, "Hello");
        await alice.SendAsync(group, "Hello yourself");
        await app.HasDeliveredAsync();
        var before = await LookAsync(bob, group);
        await alice.DoAsync("PUT", "/api/blocks/bob");
        Assert.Equal(before, await LookAsync(bob, group));
        await alice.SendAsync(group, "Still here");
        await app.HasDeliveredAsync();
        Assert.Equal("Still here", (await bob.SummaryAsync(group))!.LastMessage!.Preview);
    }

    /// <summary>All that a member reads of a group.</summary>
    private static async Task<string> LookAsync(Person member, string group)
    {
        var path = $"/api/conversations/{group}";
        var answers = new List<JsonElement>();
        foreach (var address in new[]
        {
            path,
            $"{path}/messages",
            $"{path}/events",
            $"{path}/members",
            $"{path}/pins",
            $"{path}/receipts",
            "/api/conversations",
            "/api/unread",
        })
        {
            answers.Add(await member.AskAsync("GET", address));
        }

        return string.Join('\n', answers);
    }
}
