using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_message_is_edited
{
    [Fact]
    public async Task Should_show_the_new_text_everywhere_and_keep_what_it_said()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await bob.ListenAsync();
        var sent = await alice.SendAsync(conversation, "Helo");
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen?.LastMessage?.Preview == "Helo");

        var edited = await alice.AskAsync("PATCH", Path(sent), new { text = "Hello" });
        Assert.Equal(("Hello", 1, sent.Seq + 1), (
            edited.GetProperty("text").GetString(),
            edited.GetProperty("revision").GetInt32(),
            edited.GetProperty("updatedSeq").GetInt64()));
        var pushed = await phone.ReceivesEventAsync("message.updated");
        Assert.Equal("Hello", pushed.GetProperty("message").GetProperty("text").GetString());
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen!.LastMessage!.Preview == "Hello");
        Assert.Equal(["Hello"], (await bob.HistoryAsync(conversation)).Select(message => message.Text));
        Assert.Equal(1, (await bob.SummaryAsync(conversation))!.UnreadCount);

        // Editing it to what it says already changes nothing.
        var again = await alice.AskAsync("PATCH", Path(sent), new { text = "Hello" });
        Assert.Equal(sent.Seq + 1, again.GetProperty("updatedSeq").GetInt64());

        var revisions = (await bob.AskAsync("GET", Path(sent) + "/revisions")).GetProperty("revisions").EnumerateArray();
        Assert.Equal(["Helo", "Hello"], revisions.Select(revision => revision.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Should_still_answer_a_repeated_send_with_the_message_as_it_is()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var sent = await alice.SendAsync(conversation, "Helo", "first");
        await alice.AskAsync("PATCH", Path(sent), new { text = "Hello" });

        var repeated = await alice.AskAsync(
            "POST",
            $"/api/conversations/{conversation}/messages",
            new { clientMessageId = "first", text = "Helo" });
        Assert.Equal("Hello", repeated.GetProperty("text").GetString());
        Assert.Equal("client_message_id_reused", await alice.IsRefusedAsync(
            "POST",
            $"/api/conversations/{conversation}/messages",
            HttpStatusCode.Conflict,
            new { clientMessageId = "first", text = "Hello" }));
    }

    [Fact]
    public async Task Should_be_refused_for_others_and_when_the_time_is_over()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var sent = await alice.SendAsync(conversation, "Hello");
        Assert.Equal("not_allowed", await bob.IsRefusedAsync("PATCH", Path(sent), HttpStatusCode.Forbidden, new { text = "Bye" }));
        Assert.Equal("conversation_not_found", await app.As("mallory").IsRefusedAsync("GET", Path(sent), HttpStatusCode.NotFound));
        Assert.Equal(
            "conversation_not_found",
            await app.As("mallory").IsRefusedAsync("PATCH", Path(sent), HttpStatusCode.NotFound, new { text = "Bye" }));

        clock.Jump(TimeSpan.FromMinutes(16));
        Assert.Equal("too_late", await alice.IsRefusedAsync("PATCH", Path(sent), HttpStatusCode.Forbidden, new { text = "Bye" }));
        Assert.Equal("Hello", (await alice.AskAsync("GET", Path(sent))).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Should_be_refused_after_as_many_edits_as_are_kept()
    {
        await using var app = await ChatApp.StartAsync(settings: new Dictionary<string, string?> { ["Limits:Revisions"] = "2" });
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var sent = await alice.SendAsync(conversation, "0");
        await alice.AskAsync("PATCH", Path(sent), new { text = "1" });
        await alice.AskAsync("PATCH", Path(sent), new { text = "2" });
        var refusal = await alice.AskAsync("PATCH", Path(sent), new { text = "3" }, HttpStatusCode.Conflict);
        Assert.Equal(
            ("limit_reached", "revisions"),
            (refusal.GetProperty("code").GetString(), refusal.GetProperty("limit").GetProperty("name").GetString()));
    }

    private static string Path(MessageJson message) => $"/api/conversations/{message.ConversationId}/messages/{message.MessageId}";
}
