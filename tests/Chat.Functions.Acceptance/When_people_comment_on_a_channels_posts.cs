using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Xunit.Abstractions;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Alice posts in a channel, and whoever follows it comments, if she lets them.</summary>
public class When_people_comment_on_a_channels_posts(ITestOutputHelper output)
{
    [Fact]
    public async Task Should_be_off_until_an_admin_turns_it_on_and_readable_when_it_is_off_again()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, carol) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"));
        var channel = (await alice.CreateChannelAsync("News", "carol")).ConversationId;
        await bob.FollowAsync(channel);
        var post = await alice.SayAsync(channel, new { text = "How do you like it?" });
        var other = await alice.SayAsync(channel, new { text = "Another one" });
        var settings = await bob.AskAsync("GET", $"/api/conversations/{channel}");
        Assert.Equal(("False", 30), (settings.Text("comments"), settings.Number("slowModeSeconds")));
        foreach (var one in new[] { alice, bob })
        {
            Assert.Equal("comments_off", await one.IsRefusedAsync("PUT", CommentsOn(post), HttpStatusCode.Forbidden));
        }

        // A plain member may not decide it, a group has none, and what it says is checked.
        var path = $"/api/conversations/{channel}";
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await carol.IsRefusedAsync("PATCH", path, HttpStatusCode.Forbidden, new { comments = true });
        await bob.IsRefusedAsync("PATCH", path, HttpStatusCode.Forbidden, new { comments = true });
        await alice.IsRefusedAsync("PATCH", $"/api/conversations/{group}", HttpStatusCode.Forbidden, new { comments = true });
        foreach (var wrong in new object[] { new { comments = "yes" }, new { slowModeSeconds = 3601 }, new { slowModeSeconds = -1 } })
        {
            await alice.IsRefusedAsync("PATCH", path, HttpStatusCode.BadRequest, wrong);
        }

        Assert.Equal("True", (await alice.AskAsync("PATCH", path, new { comments = true })).Text("comments"));
        var told = (await bob.LogAsync(channel))[^1];
        Assert.Equal(("conversation.updated", "True", 30), (
            told.Text("type"), told.Text("data.comments"), told.Number("data.slowModeSeconds")));
        var opened = await bob.AskAsync("PUT", CommentsOn(post));
        Assert.Equal(("comments", 1, 0, "True", 30), (
            opened.Text("kind"), opened.Number("lastSeq"), opened.Number("unreadCount"), opened.Text("comments"),
            opened.Number("slowModeSeconds")));
        Assert.Equal((channel, post.Text("messageId")), (opened.Text("post.conversationId"), opened.Text("post.messageId")));
        Assert.Equal(opened.ToString(), (await alice.AskAsync("PUT", CommentsOn(post))).ToString());
        var comments = opened.Text("conversationId")!;
        Assert.Equal("entry.hidden", Assert.Single(await carol.LogAsync(comments)).Text("type"));
        var first = await bob.SendAsync(comments, "A lot", "b1");
        Assert.Equal("A lot", Assert.Single(await carol.HistoryAsync(comments)).Text);
        await alice.SendAsync(comments, "Thanks");
        var path1 = $"/api/conversations/{comments}/messages/{first.MessageId}";
        await carol.AskAsync("PUT", path1 + "/reactions/:hey:");
        var newest = await bob.MessagesAsync(comments, "limit=1");
        Assert.Equal(("Thanks", true), (newest.Messages.Single().Text, newest.HasMore));
        Assert.Equal("A lot", (await bob.MessagesAsync(comments, $"limit=1&beforeSeq={newest.FromSeq}")).Messages.Single().Text);

        // Off again: what is there stays, and a retry of what was stored is answered as ever. A post without comments has none.
        await alice.AskAsync("PATCH", path, new { comments = false });
        Assert.Equal("comments_off", await bob.MayNotSayAsync(comments, new { text = "More" }, HttpStatusCode.Forbidden));
        Assert.Equal("comments_off", await alice.MayNotSayAsync(comments, new { text = "More" }, HttpStatusCode.Forbidden));
        Assert.Equal("comments_off", await bob.IsRefusedAsync("PUT", CommentsOn(other), HttpStatusCode.Forbidden));
        Assert.Equal("comments_off", await bob.IsRefusedAsync("PATCH", path1, HttpStatusCode.Forbidden, new { text = "A lot!" }));
        Assert.Equal("comments_off", await bob.IsRefusedAsync("PUT", path1 + "/reactions/:hey:", HttpStatusCode.Forbidden));
        await carol.AskAsync("DELETE", path1 + "/reactions/:hey:");
        Assert.Equal(first.Seq, (await bob.SendAsync(comments, "A lot", "b1")).Seq);
        Assert.Equal("False", (await bob.AskAsync("PUT", CommentsOn(post))).Text("comments"));
        Assert.Equal("False", (await bob.AskAsync("GET", $"/api/conversations/{comments}")).Text("comments"));
        Assert.Equal(2, (await bob.HistoryAsync(comments)).Count);
        await bob.AskAsync("DELETE", $"/api/conversations/{comments}/messages/{first.MessageId}");
        await alice.AskAsync("PATCH", path, new { comments = true });
        await alice.SendAsync(comments, "Go on");
    }

    [Fact]
    public async Task Should_make_followers_wait_between_comments_and_nobody_who_keeps_order()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol, dave) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"), app.As("dave"));
        var channel = (await alice.CreateChannelAsync("News", "carol", "dave")).ConversationId;
        var path = $"/api/conversations/{channel}";
        await alice.DoAsync("PATCH", path + "/members/carol", new { role = "admin" });
        await alice.AskAsync("PATCH", path, new { comments = true, slowModeSeconds = 600 });
        await bob.FollowAsync(channel);
        var (post, comments) = await PostAsync(alice, channel);
        var (_, others) = await PostAsync(alice, channel);
        var first = await bob.SendAsync(comments, "One", "1");
        using var refused = await bob.TrySendAsync(comments, "Two", "2");
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("rate_limited", "slowMode", 600), (
            problem.Text("code"), problem.Text("limit.name"), problem.Number("limit.value")));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 540, 600);

        // The pause is between two comments on a post. Posts and those who keep order don't wait, nor does what isn't a comment.
        await bob.SendAsync(others, "Elsewhere");
        foreach (var exempt in new[] { alice, carol, alice, carol })
        {
            await exempt.SendAsync(comments, "As often as I like");
        }

        await dave.SendAsync(channel, "A post");
        await dave.SendAsync(channel, "And another");
        await dave.SendAsync(comments, "A comment");
        Assert.Equal("rate_limited", await dave.MayNotSayAsync(comments, new { text = "Too fast" }, HttpStatusCode.TooManyRequests));
        Assert.Equal(first.Seq, (await bob.SendAsync(comments, "One", "1")).Seq);
        await bob.AskAsync("PATCH", $"/api/conversations/{comments}/messages/{first.MessageId}", new { text = "Once" });
        await bob.AskAsync("PUT", $"/api/conversations/{comments}/messages/{first.MessageId}/reactions/:hey:");
        var messages = new[] { "3", "4" }.Select(text => new { clientMessageId = text, text });
        clock.Jump(refused.Headers.RetryAfter.Delta.Value);
        var batch = await bob.AskAsync("POST", $"/api/conversations/{comments}/messages/batch", new { messages });
        Assert.Equal([201, 429], batch.List("results").Select(result => result.Number("status")));

        Assert.Null((await alice.AskAsync("PATCH", path, new { slowModeSeconds = 0 })).Text("slowModeSeconds"));
        await bob.SendAsync(comments, "Five");
        await bob.SendAsync(comments, "Six");
        Assert.Equal(30, (await alice.AskAsync("PATCH", path, new { slowModeSeconds = (int?)null })).Number("slowModeSeconds"));
    }

    [Fact]
    public async Task Should_push_comments_to_who_has_them_open_and_their_number_to_who_watches_the_channel()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol, dave) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"), app.As("dave"));
        var channel = await ChannelAsync(alice, bob, carol, dave);
        var (post, comments) = await PostAsync(alice, channel);
        await using var reader = await carol.ListenAsync();
        await using var watcher = await dave.ListenAsync();
        await using var desk = await alice.ListenAsync();
        await dave.AskAsync("POST", $"/api/channels/{channel}/watch");
        await carol.AskAsync("POST", $"/api/channels/{comments}/watch");
        var comment = await bob.SayAsync(comments, new { text = "Mind the gap" });
        await reader.ReceivesAsync(comments, "Mind the gap");
        await bob.AskAsync("PATCH", comment.Path(), new { text = "Mind the step" });
        var edited = await reader.ReceivesEventAsync("message.updated");
        Assert.Equal("Mind the step", edited.Text("message.text"));
        await carol.AskAsync("PUT", comment.Path() + "/reactions/:hey:");
        Assert.Equal("carol", (await reader.ReceivesEventAsync("reaction.added")).Text("by"));
        await app.HasDeliveredAsync(clock);
        clock.Jump(TimeSpan.FromSeconds(6));
        await app.HasDeliveredAsync(clock);
        foreach (var device in new[] { watcher, desk })
        {
            var told = await device.ReceivesEventAsync("message.counts", one => one.Number("comments") == 1);
            Assert.Equal(1, told.Number("ordinal"));
            Assert.DoesNotContain("Mind the", JsonSerializer.Serialize(device.Events()), StringComparison.Ordinal);
        }

        Assert.Equal(1, (await dave.AskAsync("GET", post.Path())).Number("counts.comments"));
        Assert.Equal(
            ["entry.hidden", "message.created", "message.updated", "reaction.added"],
            (await bob.LogAsync(comments)).Select(one => one.Text("type")));

        // It is in nobody's list, and doesn't count as a post anywhere.
        foreach (var one in new[] { alice, bob, carol })
        {
            Assert.DoesNotContain(comments, await one.ListedAsync("all"));
            Assert.DoesNotContain((await one.SyncAsync(null)).Items, item => item.ConversationId == comments);
        }

        var row = Assert.Single(await bob.FollowedAsync());
        Assert.Equal((1, post.Text("text")), (row.Number("unreadCount"), row.Text("lastMessage.preview")));
        Assert.Equal(1, (await alice.ConversationAsync(channel)).MessageCount);
        Assert.Equal(post.Text("messageId"), Assert.Single(await bob.HistoryAsync(channel)).MessageId);

        // Names are known of those who commented, and of nobody else who follows.
        var asked = new { conversationId = comments, users = new[] { "bob", "dave" } };
        Assert.Equal(["bob"], (await carol.AskAsync("POST", "/api/users/profiles", asked)).List("profiles").Select(
            one => one.Text("userId")));
    }

    [Fact]
    public async Task Should_count_exactly_whatever_is_repeated_and_breaks()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        var one = await ChatApp.StartAsync(azure);
        await using var other = await ChatApp.StartAsync(azure);
        var alice = one.AsPublisher("alice");
        var channel = await ChannelAsync(alice);
        await alice.AskAsync("PATCH", $"/api/conversations/{channel}", new { slowModeSeconds = 0 });
        var (post, comments) = await PostAsync(alice, channel);
        for (var n = 0; n < 6; n++)
        {
            await one.As($"user-{n}").FollowAsync(channel);
        }

        // Everybody says it several times, on two instances and over broken connections; every third takes it back.
        using (azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.ResetAfter) { Probability = 0.2 }))
        using (azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.Fail) { Probability = 0.2 }))
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, 60), async (n, _) =>
            {
                using var answer = await (n % 2 == 0 ? one : other).As($"user-{n % 6}").TrySendAsync(comments, $"{n % 30}", $"c{n % 30}");
            });
        }

        for (var n = 0; n < 30; n++)
        {
            var author = other.As($"user-{n % 6}");
            var sent = await author.SendAsync(comments, $"{n}", $"c{n}");
            for (var again = 0; n % 3 == 0 && again < 2; again++)
            {
                await author.AskAsync("DELETE", $"/api/conversations/{comments}/messages/{sent.MessageId}");
            }
        }

        // The instance that was to count may be gone.
        await one.DisposeAsync();
        await other.HasDeliveredAsync(clock);
        clock.Jump(TimeSpan.FromSeconds(6));
        Assert.Equal(20, (await other.As("user-1").AskAsync("GET", post.Path())).Number("counts.comments"));
        Assert.Equal(30, (await other.As("user-1").HistoryAsync(comments)).Count);
    }

    [Fact]
    public async Task Should_be_once_however_many_open_them_at_once()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await using var one = await ChatApp.StartAsync(azure);
        await using var other = await ChatApp.StartAsync(azure);
        var (alice, bob) = (one.AsPublisher("alice"), one.As("bob"));
        var channel = await ChannelAsync(alice, bob);
        var post = await alice.SayAsync(channel, new { text = "News" });
        using (azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.ResetAfter) { Probability = 0.3 }))
        {
            var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(
                n => (n % 2 == 0 ? bob : alice).At(n % 3 == 0 ? one : other).AskAsync("PUT", CommentsOn(post))));
            Assert.Single(all.Select(found => $"{found.Text("conversationId")} {found.Number("lastSeq")}").Distinct());
        }

        var comments = (await bob.AskAsync("PUT", CommentsOn(post))).Text("conversationId")!;
        await bob.At(other).SendAsync(comments, "First");
        Assert.Equal(2, Assert.Single(await alice.HistoryAsync(comments)).Seq);
    }

    [Fact]
    public async Task Should_cost_who_comments_and_nobody_else()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol) = (app.AsPublisher("alice"), app.As("bob"), app.As("carol"));
        var channel = await ChannelAsync(alice, bob, carol);
        await carol.AskAsync("GET", "/api/me/privacy");
        await bob.AskAsync("GET", "/api/me/privacy");
        var before = await BillAsync("a post", () => alice.SendAsync(channel, "Before"));
        var (post, comments) = await PostAsync(alice, channel);
        await alice.SendAsync(comments, "The first pays for what the others find.");
        await app.HasDeliveredAsync(clock);
        var first = await BillAsync("one's first comment, counted and told", async () =>
        {
            await bob.SendAsync(comments, "Hello");
            await app.HasDeliveredAsync(clock);
        });
        clock.Jump(TimeSpan.FromSeconds(31));
        var next = await BillAsync("one's next comment, counted and told", async () =>
        {
            await bob.SendAsync(comments, "Hello again");
            await app.HasDeliveredAsync(clock);
        });
        await app.HasDeliveredAsync(clock);
        var open = await BillAsync("to open them", () => carol.AskAsync("PUT", CommentsOn(post)));
        var watch = await BillAsync("to watch them", () => carol.AskAsync("POST", $"/api/channels/{comments}/watch"));
        var page = await BillAsync("a page", () => carol.AskAsync("GET", $"/api/conversations/{comments}/messages"));
        var other = await alice.SayAsync(channel, new { text = "Another" });
        var create = await BillAsync("to open them first", () => carol.AskAsync("PUT", CommentsOn(other)));
        await app.HasDeliveredAsync(clock);
        var after = await BillAsync("a post", () => alice.SendAsync(channel, "After"));
        Assert.Equal(before, after, 0.001);
        Assert.True(
            first <= 60 && next <= 65 && open <= 10 && watch <= 25 && page <= 15 && create <= 20,
            $"{first} {next} {open} {watch} {page} {create}");

        async Task<double> BillAsync(string what, Func<Task> act)
        {
            await app.HasDeliveredAsync(clock);
            var start = Units();
            await act();
            var units = Units() - start;
            output.WriteLine($"{what}: {units:0.##}");
            return units;
        }

        double Units() => app.Azure.Meter.Read()
            .Where(reading => reading.Service == "cosmos" && reading.Operation is not ("changefeed" or "lease"))
            .Sum(reading => reading.Units);
    }

    internal static string CommentsOn(JsonElement post) =>
        $"/api/channels/{post.Text("conversationId")}/posts/{post.Text("messageId")}/comments";

    /// <summary>A channel that takes comments and is followed.</summary>
    internal static async Task<string> ChannelAsync(Person owner, params Person[] followers)
    {
        var channel = (await owner.CreateChannelAsync("News")).ConversationId;
        await owner.AskAsync("PATCH", $"/api/conversations/{channel}", new { comments = true });
        foreach (var follower in followers)
        {
            await follower.FollowAsync(channel);
        }

        return channel;
    }

    /// <summary>A post, and where its comments are.</summary>
    internal static async Task<(JsonElement Post, string Comments)> PostAsync(Person owner, string channel)
    {
        var post = await owner.SayAsync(channel, new { text = "What is new today" });
        return (post, (await owner.AskAsync("PUT", CommentsOn(post))).Text("conversationId")!);
    }
}
