using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_message_is_deleted_for_me
{
    [Fact]
    public async Task Should_be_shown_nowhere_to_me_and_as_before_to_others()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var path = $"/api/conversations/{conversation}";
        var root = await bob.SayAsync(conversation, new { text = "root" });
        var secret = await bob.SayAsync(conversation, new { text = "secret", threadId = root.Text("messageId") });
        await bob.SayAsync(conversation, new { text = "after", replyTo = secret.Text("messageId") });
        var last = await bob.SayAsync(conversation, new { text = "secret too" });
        await alice.DoAsync("PUT", secret.Path() + "/pin");
        await Eventually.SeesAsync(() => alice.SummaryAsync(conversation), seen => seen?.LastMessage?.Preview == "secret too");
        await using var mine = await alice.ListenAsync();
        await using var theirs = await bob.ListenAsync();

        await HideAsync(alice, secret);
        await HideAsync(alice, last);
        await HideAsync(alice, last);
        Assert.Equal(secret.Text("messageId"), (await mine.ReceivesEventAsync("message.hidden")).Text("messageId"));

        foreach (var seen in new[]
        {
            "/messages", "/messages?afterSeq=0&limit=2", "/events", "/pins", $"/messages/{root.Text("messageId")}/replies",
        })
        {
            Assert.DoesNotContain("secret", (await alice.AskAsync("GET", path + seen)).ToString(), StringComparison.Ordinal);
            Assert.Contains("secret", (await bob.AskAsync("GET", path + seen)).ToString(), StringComparison.Ordinal);
        }

        Assert.Equal("message_not_found", await alice.IsRefusedAsync("GET", secret.Path(), HttpStatusCode.NotFound));
        Assert.Equal("message_not_found", await alice.IsRefusedAsync("PUT", secret.Path() + "/reactions/:a:", HttpStatusCode.NotFound));
        Assert.Null((await alice.SummaryAsync(conversation))!.LastMessage);
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen?.LastMessage?.Preview == "secret too");

        // An edit of it doesn't bring it back, and the next message is shown.
        await bob.AskAsync("PATCH", last.Path(), new { text = "secret three" });
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen!.LastMessage!.Preview == "secret three");
        Assert.Null((await alice.SummaryAsync(conversation))!.LastMessage);
        await bob.SendAsync(conversation, "hello");
        await Eventually.SeesAsync(() => alice.SummaryAsync(conversation), seen => seen!.LastMessage?.Preview == "hello");
        Assert.DoesNotContain(theirs.Events(), one => one.Text("type") == "message.hidden");
    }

    [Fact]
    public async Task Should_not_be_unread_any_more()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var sent = new List<JsonElement>();
        foreach (var text in new[] { "one", "two", "three" })
        {
            sent.Add(await bob.SayAsync(conversation, new { text }));
        }

        await Eventually.SeesAsync(() => alice.SummaryAsync(conversation), seen => seen is { UnreadCount: 3 });
        await using var phone = await alice.ListenAsync();
        await HideAsync(alice, sent[1]);
        await HideAsync(alice, sent[1]);
        await phone.ReceivesEventAsync("unread.updated", data => data.Number("unreadCount") == 2);
        Assert.Equal(2, await CountAsync());
        await HideAsync(alice, sent[0]);
        await HideAsync(alice, sent[2]);
        Assert.Equal(0, await CountAsync());
        Assert.Equal(new UnreadJson(0, 0, false), await alice.UnreadAsync());
        Assert.Empty(await alice.ListedAsync("unread"));

        // Once read, it isn't taken off twice; nor is what was read before.
        await bob.SendAsync(conversation, "four");
        await Eventually.SeesAsync(() => alice.SummaryAsync(conversation), seen => seen is { UnreadCount: 1, LastMessage.Preview: "four" });
        await alice.MarkReadAsync(conversation, sent[2].Number("seq"));
        Assert.Equal(1, await CountAsync());

        async Task<long> CountAsync()
        {
            var (listed, own) = (await alice.SummaryAsync(conversation), await alice.ConversationAsync(conversation));
            Assert.Equal(listed!.UnreadCount, own.UnreadCount);
            return own.UnreadCount;
        }
    }

    [Fact]
    public async Task Should_be_bounded_and_refused_for_what_cannot_be_seen()
    {
        await using var app = await ChatApp.StartAsync(settings: new Dictionary<string, string?> { ["Limits:HiddenMessages"] = "2" });
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var sent = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => alice.SayAsync(conversation, new { text = $"{n}" })));
        await Task.WhenAll(HideAsync(alice, sent[0]), HideAsync(alice, sent[1]));
        Assert.Equal("limit_reached", await alice.IsRefusedAsync("DELETE", sent[2].Path() + "?scope=me", HttpStatusCode.Conflict));
        Assert.Equal(["2"], (await alice.HistoryAsync(conversation)).Select(message => message.Text));
        Assert.Equal(
            "conversation_not_found",
            await app.As("mallory").IsRefusedAsync("DELETE", sent[2].Path() + "?scope=me", HttpStatusCode.NotFound));
        Assert.Equal("malformed", await alice.IsRefusedAsync("DELETE", sent[2].Path() + "?scope=all", HttpStatusCode.BadRequest));
    }

    private static Task HideAsync(Person person, JsonElement message) => person.DoAsync("DELETE", message.Path() + "?scope=me");
}
