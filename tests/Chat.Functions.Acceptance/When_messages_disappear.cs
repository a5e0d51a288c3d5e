using System.Net;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

public class When_messages_disappear
{
    [Fact]
    public async Task Should_be_shown_nowhere_from_that_instant_on()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = await StartAsync(app, alice);
        var path = $"/api/conversations/{conversation}";
        var root = await alice.SayAsync(conversation, new { text = "secret root" });
        Assert.Equal(TimeSpan.FromSeconds(60), root.At("expiresAt")!.Value.GetDateTimeOffset() - root.At("at")!.Value.GetDateTimeOffset());
        await bob.AskAsync("PUT", root.Path() + "/reactions/:secret:");
        await alice.AskAsync("PATCH", root.Path(), new { text = "secret edited" });
        await alice.SendAsync(HttpMethod.Put, root.Path() + "/pin", null);
        var poll = await alice.SayAsync(conversation, new { poll = new { question = "secret?", options = new[] { "secret", "b" } } });
        await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 0 } });
        await EndAsync(app, conversation);
        var kept = await alice.SayAsync(
            conversation,
            new { text = "kept", replyTo = root.Text("messageId"), threadId = root.Text("messageId") });
        Assert.Equal("", kept.Text("replyTo.preview"));
        Assert.Contains("secret edited", (await bob.AskAsync("GET", path + "/messages")).ToString(), StringComparison.Ordinal);

        clock.Jump(TimeSpan.FromSeconds(60));
        foreach (var seen in new[] { "/messages", "/messages?afterSeq=0", "/events", "/pins", $"/messages/{kept.Text("messageId")}" })
        {
            Assert.DoesNotContain("secret", (await bob.AskAsync("GET", path + seen)).ToString(), StringComparison.Ordinal);
        }

        foreach (var seen in new[] { "", "/replies", "/revisions", "/reactions" })
        {
            Assert.Equal("message_not_found", await bob.IsRefusedAsync("GET", root.Path() + seen, HttpStatusCode.NotFound));
        }

        Assert.Equal("message_not_found", await bob.IsRefusedAsync("PUT", root.Path() + "/reactions/:a:", HttpStatusCode.NotFound));
        Assert.Equal(
            "message_not_found",
            await bob.MayNotSayAsync(conversation, new { text = "x", replyTo = root.Text("messageId") }, HttpStatusCode.NotFound));
        Assert.Equal([kept.Text("messageId")], (await bob.HistoryAsync(conversation)).Select(message => message.MessageId));
        clock.Jump(TimeSpan.FromSeconds(2));
        await Eventually.SeesAsync(() => StoredAsync(app, conversation), stored => !stored.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_take_their_photos_along()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var message = await uploads.ShareAsync(alice, await StartAsync(app, alice));
        Assert.NotNull((await Uploads.AddressAsync(bob, message)).Text("url"));

        // The change feed shows it only while it is stored.
        await app.HasDeliveredAsync();
        clock.Jump(TimeSpan.FromSeconds(60));
        foreach (var person in new[] { alice, bob })
        {
            var refused = await Uploads.AddressAsync(person, message);
            Assert.Equal(("message_not_found", null), (refused.Text("code"), refused.Text("url")));
        }

        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
    }

    [Fact]
    public async Task Should_leave_no_trace_in_lists()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = await StartAsync(app, alice);
        var sent = await alice.SendAsync(conversation, "secret");
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen?.LastMessage is { Preview: "" });
        clock.Jump(TimeSpan.FromSeconds(60));
        Assert.Null((await bob.SummaryAsync(conversation))!.LastMessage);

        // Nor is it unread any more, until one that stays follows it.
        Assert.Equal(0, (await bob.SummaryAsync(conversation))!.UnreadCount);
        await EndAsync(app, conversation);
        await alice.SendAsync(conversation, "kept");
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is { LastMessage.Preview: "kept", UnreadCount: 2 });
        await bob.MarkReadAsync(conversation, sent.Seq);
        Assert.Equal(1, (await bob.SummaryAsync(conversation))!.UnreadCount);
    }

    [Fact]
    public async Task Should_not_be_unread_once_there_is_nothing_to_see()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await alice.SendAsync(group, "kept");
        await alice.AskAsync("PATCH", $"/api/conversations/{group}", new { messageTtl = 600 });
        foreach (var n in Enumerable.Range(1, 12))
        {
            await alice.SayAsync(group, new { text = $"@bob {n}", mentions = new[] { new { userId = "bob", offset = 0, length = 4 } } });
        }

        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is { UnreadCount: 13, IsMentioned: true });
        clock.Jump(TimeSpan.FromSeconds(610));
        Assert.Equal((1, false), (await bob.SummaryAsync(group)) is { } summary ? (summary.UnreadCount, summary.IsMentioned) : default);
        await bob.MarkReadAsync(group, 2);

        // Everywhere that counts says so.
        Assert.Equal(0, (await bob.SummaryAsync(group))!.UnreadCount);
        Assert.Equal(0, (await bob.ConversationAsync(group)).UnreadCount);
        Assert.Equal(new UnreadJson(0, 0, false), await bob.UnreadAsync());
        Assert.Empty(await bob.ListedAsync("unread"));
        Assert.Equal(0, (await bob.SyncAsync(null)).Items.Single().Conversation!.UnreadCount);

        // What is sent next is all that there is.
        await alice.SendAsync(group, "one more");
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is { UnreadCount: 1 });
        Assert.Equal(new UnreadJson(1, 1, false), await bob.UnreadAsync());
    }

    [Fact]
    public async Task Should_be_sent_anew_when_repeated_afterwards()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        await using var second = await ChatApp.StartAsync(app.Azure);
        var alice = app.As("alice");
        var conversation = await StartAsync(app, alice);
        var first = await alice.SendAsync(conversation, "again", "same");
        Assert.Equal(first.Seq, (await alice.SendAsync(conversation, "again", "same")).Seq);
        clock.Jump(TimeSpan.FromSeconds(62));
        var anew = await alice.SendAsync(conversation, "again", "same");
        Assert.Equal(first.Seq + 1, anew.Seq);
        Assert.NotEqual(first.MessageId, anew.MessageId);
        Assert.Equal(anew.Seq, (await alice.At(second).SendAsync(conversation, "again", "same")).Seq);
    }

    [Fact]
    public async Task Should_not_hold_up_what_comes_after_when_delivery_is_late()
    {
        var clock = new JumpingClock();
        var faults = new Faults(1);
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock, faults: faults);
        await using var app = await ChatApp.StartAsync(azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = await StartAsync(app, alice);
        var outage = faults.Add(new Fault("servicebus", "send", FaultKind.ResetBefore));
        await alice.SendAsync(conversation, "secret");
        await EndAsync(app, conversation);
        await alice.SendAsync(conversation, "kept");
        clock.Jump(TimeSpan.FromSeconds(63));
        await using var phone = await bob.ListenAsync();
        outage.Dispose();

        await app.HasDeliveredAsync(clock);
        await Eventually.HoldsAsync(
            () => phone.Messages(conversation).Select(message => message.Text).Distinct().ToList(), texts => texts is ["kept"]);
        Assert.Equal("kept", (await bob.SummaryAsync(conversation))!.LastMessage!.Preview);
    }

    [Fact]
    public async Task Should_be_done_with_when_all_of_it_is_gone_before_it_is_delivered()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversation = await StartAsync(app, alice);
        await app.HasDeliveredAsync(clock);
        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.ResetBefore)))
        {
            await alice.SendAsync(conversation, "secret");
            clock.Jump(TimeSpan.FromSeconds(63));
        }

        await app.HasDeliveredAsync(clock);
    }

    /// <summary>A conversation whose messages disappear after a minute.</summary>
    private static async Task<string> StartAsync(ChatApp app, Person person)
    {
        var conversation = (await person.StartDirectAsync("bob")).ConversationId;
        await SetAsync(app, conversation, PatchOperation.Set("/messageTtl", 60));
        return conversation;
    }

    /// <summary>Messages stay again.</summary>
    private static Task EndAsync(ChatApp app, string conversation) => SetAsync(app, conversation, PatchOperation.Remove("/messageTtl"));

    private static async Task SetAsync(ChatApp app, string conversation, PatchOperation change)
    {
        var containers = app.Services.GetRequiredService<ChatContainers>();
        using var patched = await containers.Conversations.PatchItemStreamAsync("head", new PartitionKey(conversation), [change]);
        patched.EnsureSuccessStatusCode();
    }

    private static async Task<string> StoredAsync(ChatApp app, string conversation)
    {
        var containers = app.Services.GetRequiredService<ChatContainers>();
        using var pages = containers.Conversations.GetItemQueryStreamIterator(
            new QueryDefinition("SELECT * FROM c"),
            requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(conversation) });
        var all = new StringWriter();
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            using var reader = new StreamReader(page.EnsureSuccessStatusCode().Content);
            await all.WriteAsync(await reader.ReadToEndAsync());
        }

        return all.ToString();
    }
}
