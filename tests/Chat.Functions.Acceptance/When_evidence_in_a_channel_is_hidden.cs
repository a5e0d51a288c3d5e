using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;
using static Chat.Functions.Acceptance.When_people_comment_on_a_channels_posts;

namespace Chat.Functions.Acceptance;

/// <summary>Whoever saw something in a channel may report it for 30 days, though its owner, or they themselves, hid it.</summary>
public class When_evidence_in_a_channel_is_hidden
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(40);

    [Theory]
    [InlineData("deleted")]
    [InlineData("left")]
    [InlineData("unfollowed")]
    [InlineData("removed")]
    public async Task Should_be_reported_by_who_saw_it_then(string how)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = new Person(app.Http, "alice", "chat.publisher", Long);
        var bob = new Person(app.Http, "bob", lifetime: Long);
        var mallory = app.As("mallory");
        var channel = (await alice.CreateChannelAsync("News")).ConversationId;
        await alice.AskAsync("PATCH", Path(channel), new { comments = true });
        await bob.FollowAsync(channel);

        // Eve saw nothing of it: she doesn't follow any more by then.
        await app.As("eve").FollowAsync(channel);
        await app.As("eve").UnfollowAsync(channel);
        var (post, comments) = await PostAsync(alice, channel);
        var comment = await alice.SayAsync(comments, new { text = "You fool" });
        await alice.DoAsync("DELETE", $"{Path(channel)}/members/mallory");
        await (how switch
        {
            "deleted" => alice.DoAsync("DELETE", Path(channel)),
            "left" => alice.DoAsync("DELETE", Path(channel) + "/members/alice"),
            "unfollowed" => bob.UnfollowAsync(channel),
            _ => alice.DoAsync("DELETE", Path(channel) + "/members/bob"),
        });
        clock.Jump(TimeSpan.FromSeconds(6));

        // The list has no channel that is gone, and says so once.
        Assert.Empty(await bob.FollowedAsync());
        Assert.Empty(await bob.FollowedAsync());
        await bob.IsRefusedAsync("GET", Path(channel), HttpStatusCode.NotFound);
        var (later, after) = how is "deleted" or "left" ? (null, null) : (
            await alice.SayAsync(channel, new { text = "Later" }) as JsonElement?,
            await alice.SayAsync(comments, new { text = "Later" }) as JsonElement?);
        foreach (var said in new[] { post, comment })
        {
            await ReportAsync(bob, said);
            foreach (var one in new[] { app.As("eve"), mallory, app.As("stranger") })
            {
                await MayNotAsync(one, said);
            }
        }

        foreach (var said in new[] { later, after }.OfType<JsonElement>())
        {
            await MayNotAsync(bob, said);
        }

        await bob.AskAsync(
            "POST", "/api/reports", new { target = new { conversationId = channel }, reason = "hate" }, HttpStatusCode.Accepted);
        await EvidenceIsAsync(app, [["What is new today"], ["What is new today"], ["You fool"]]);
        clock.Jump(TimeSpan.FromDays(31));
        await MayNotAsync(bob, post);
        await MayNotAsync(bob, comment);
    }

    [Fact]
    public async Task Should_be_reported_of_comments_whose_post_was_taken_back_by_who_saw_that()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = new Person(app.Http, "alice", "chat.publisher", Long);
        var (bob, carol) = (new Person(app.Http, "bob", lifetime: Long), new Person(app.Http, "carol", lifetime: Long));
        var channel = (await alice.CreateChannelAsync("News", "carol", "dave")).ConversationId;
        await alice.AskAsync("PATCH", Path(channel), new { comments = true });
        await bob.FollowAsync(channel);
        var (post, comments) = await PostAsync(alice, channel);
        var (_, others) = await PostAsync(alice, channel);
        var bad = await alice.SayAsync(comments, new { text = "You fool" });
        var worse = await alice.SayAsync(others, new { text = "You idiot" });
        await alice.DoAsync("DELETE", Path(channel) + "/members/carol");
        var late = await alice.SayAsync(others, new { text = "Behind your back" });
        await alice.AskAsync("DELETE", post.Path());
        await bob.IsRefusedAsync("GET", bad.Path(), HttpStatusCode.NotFound);
        foreach (var one in new[] { bob, carol, app.As("dave") })
        {
            await ReportAsync(one, bad);
            await ReportAsync(one, worse);
        }

        await MayNotAsync(carol, late);
        await ReportAsync(app.As("dave"), late);
        await MayNotAsync(app.As("eve"), bad);

        clock.Jump(TimeSpan.FromDays(31));
        await MayNotAsync(bob, bad);
        await MayNotAsync(carol, worse);
        await ReportAsync(bob, worse);
    }

    private static async Task EvidenceIsAsync(ChatApp app, string[][] expected)
    {
        var vera = app.AsModerator("vera");
        var texts = new List<string>();
        foreach (var one in (await vera.AskAsync("GET", "/api/moderation/cases")).List("cases"))
        {
            var details = await vera.AskAsync("GET", $"/api/moderation/cases/{one.Text("caseId")}");
            texts.Add(string.Join(", ", details.List("evidence").Select(copy => copy.Text("message.text"))));
        }

        Assert.Equal(expected.Select(all => string.Join(", ", all)).Order(), texts.Order());
    }

    private static string Path(string conversation) => $"/api/conversations/{conversation}";

    private static object Target(JsonElement said) =>
        new { conversationId = said.Text("conversationId"), messageIds = new[] { said.Text("messageId") } };

    private static Task<JsonElement> ReportAsync(Person person, JsonElement said) => person.AskAsync(
        "POST", "/api/reports", new { target = Target(said), reason = "harassment" }, HttpStatusCode.Accepted);

    private static async Task MayNotAsync(Person person, JsonElement said)
    {
        var refused = await person.IsRefusedAsync(
            "POST", "/api/reports", HttpStatusCode.NotFound, new { target = Target(said), reason = "harassment" });
        Assert.Contains(refused, new[] { "conversation_not_found", "message_not_found" });
    }
}
