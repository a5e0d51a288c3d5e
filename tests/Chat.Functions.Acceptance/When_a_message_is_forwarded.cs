using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_message_is_forwarded
{
    [Fact]
    public async Task Should_arrive_in_each_conversation_without_a_hint_of_where_it_is_from()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, carol) = (app.As("alice"), app.As("carol"));
        var source = await app.As("bob").SayAsync(
            (await alice.StartDirectAsync("bob")).ConversationId,
            new { text = "@alice look", mentions = new[] { new { userId = "alice", offset = 0, length = 6 } } });
        var targets =
            new[]
            {
                (await alice.StartDirectAsync("carol")).ConversationId,
                (await alice.CreateGroupAsync("Trip", "carol")).ConversationId,
            };
        var strange = (await carol.StartDirectAsync("dave")).ConversationId;

        var results = await ForwardAsync(alice, source, [.. targets, strange]);
        Assert.Equal([201, 201, 404], results.Select(result => result.Number("status")));
        Assert.Equal([.. targets, strange], results.Select(result => result.Text("conversationId")));
        Assert.Equal("conversation_not_found", results[2].Text("problem.code"));
        foreach (var target in targets)
        {
            var seen = Assert.Single((await carol.AskAsync("GET", $"/api/conversations/{target}/messages")).List("messages"));
            Assert.Equal(("@alice look", "alice", "True"), (seen.Text("text"), seen.Text("senderId"), seen.Text("forwarded")));
            Assert.DoesNotContain(source.Text("messageId")!, seen.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(source.Text("conversationId")!, seen.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("bob", seen.ToString(), StringComparison.Ordinal);
        }

        // Once more is the same, also after it was edited.
        await app.As("bob").AskAsync("PATCH", source.Path(), new { text = "look there" });
        Assert.Equal([200, 200, 404], (await ForwardAsync(alice, source, [.. targets, strange])).Select(result => result.Number("status")));
        Assert.Single(await carol.HistoryAsync(targets[0]));
    }

    [Fact]
    public async Task Should_be_refused_for_what_cannot_be_seen_or_is_more_than_words()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var (sent, poll) = (
            await alice.SayAsync(conversation, new { text = "x" }),
            await alice.SayAsync(conversation, new { poll = new { question = "?", options = new[] { "a", "b" } } }));
        var body = new { clientMessageId = "1", to = new[] { conversation } };
        Assert.Equal(
            "conversation_not_found",
            await app.As("mallory").IsRefusedAsync("POST", sent.Path() + "/forward", HttpStatusCode.NotFound, body));
        Assert.Equal("not_allowed", await alice.IsRefusedAsync("POST", poll.Path() + "/forward", HttpStatusCode.Forbidden, body));
        await alice.AskAsync("DELETE", sent.Path());
        Assert.Equal("message_unsent", await alice.IsRefusedAsync("POST", sent.Path() + "/forward", HttpStatusCode.Conflict, body));
        var many = new { clientMessageId = "1", to = Enumerable.Repeat(conversation, 11) };
        Assert.Equal("malformed", await alice.IsRefusedAsync("POST", sent.Path() + "/forward", HttpStatusCode.BadRequest, many));
        Assert.Equal("malformed", await alice.IsRefusedAsync(
            "POST", sent.Path() + "/forward", HttpStatusCode.BadRequest, new { clientMessageId = "1", to = new[] { "odd" } }));
    }

    private static async Task<List<JsonElement>> ForwardAsync(Person person, JsonElement message, string[] to) =>
        (await person.AskAsync("POST", message.Path() + "/forward", new { clientMessageId = "forwarded", to })).List("results");
}
