using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_messages_are_sent_in_a_batch
{
    [Fact]
    public async Task Should_keep_their_order_and_answer_each_for_itself()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var root = await bob.SayAsync(conversation, new { text = "Where are you?" });
        var gone = await bob.SayAsync(conversation, new { text = "Never mind" });
        await bob.AskAsync("DELETE", gone.Path());
        object[] messages =
        [
            .. Enumerable.Range(0, 20).Select(n => new { clientMessageId = $"{n}", text = $"{n}" }),
            new { clientMessageId = "refused", text = "x", replyTo = gone.Text("messageId") },
            new { clientMessageId = "threaded", text = "Here", threadId = root.Text("messageId") },
            new { clientMessageId = "threaded too", text = "Now there", threadId = root.Text("messageId") },
        ];
        await app.HasDeliveredAsync();
        var before = Batches(app);
        var results = await SendAsync(alice, conversation, messages);
        Assert.Equal(1, Batches(app) - before);
        Assert.Equal([.. Enumerable.Repeat(201L, 20), 409, 201, 201], results.Select(result => result.Number("status")));
        Assert.Equal("message_unsent", results[20].Text("problem.code"));
        Assert.Equal(2, results[22].Number("message.threadOrdinal"));
        Assert.Equal(
            [.. Enumerable.Range(0, 20).Select(n => $"{n}"), "Here", "Now there"],
            (await bob.HistoryAsync(conversation)).Skip(2).Select(message => message.Text));

        // A repeat of some with something new among them.
        var again = await SendAsync(
            alice,
            conversation,
            [messages[5], new { clientMessageId = "new", text = "new" }, messages[22], new { clientMessageId = "0", text = "other" }]);
        Assert.Equal([200, 201, 200, 409], again.Select(result => result.Number("status")));
        Assert.Equal(results[5].Number("message.seq"), again[0].Number("message.seq"));
        Assert.Equal("client_message_id_reused", again[3].Text("problem.code"));
        Assert.Equal(25, (await bob.HistoryAsync(conversation)).Count);
    }

    [Fact]
    public async Task Should_be_refused_as_a_whole_when_anything_in_it_is_malformed()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var refusal = await alice.AskAsync(
            "POST",
            $"/api/conversations/{conversation}/messages/batch",
            new
            {
                messages = new object[]
                {
                    new { clientMessageId = "1", text = "fine" },
                    new { clientMessageId = "2", text = "" },
                    new { text = "no id" },
                    7,
                },
            },
            HttpStatusCode.BadRequest);
        Assert.Equal(
            ["/messages/1/text too_short", "/messages/2/clientMessageId missing", "/messages/3 wrong_type"],
            refusal.List("errors").Select(error => $"{error.Text("pointer")} {error.Text("code")}").Order());
        foreach (var messages in new[]
        {
            [],
            Enumerable.Range(0, 51).Select(n => new { clientMessageId = $"{n}", text = "x" }).ToArray(),
            [.. Enumerable.Repeat(new { clientMessageId = "1", text = "x" }, 2)],
        })
        {
            Assert.Equal("malformed", await alice.IsRefusedAsync(
                "POST", $"/api/conversations/{conversation}/messages/batch", HttpStatusCode.BadRequest, new { messages }));
        }

        var mine = new { messages = new[] { new { clientMessageId = "1", text = "x" } } };
        Assert.Equal("conversation_not_found", await app.As("mallory")
            .IsRefusedAsync("POST", $"/api/conversations/{conversation}/messages/batch", HttpStatusCode.NotFound, mine));
        Assert.Empty(await alice.HistoryAsync(conversation));
    }

    private static long Batches(ChatApp app) =>
        app.Azure.Meter.Read().Where(reading => reading is { Service: "cosmos", Operation: "batch" }).Sum(reading => reading.Requests);

    private static async Task<List<JsonElement>> SendAsync(Person person, string conversation, object[] messages) =>
        (await person.AskAsync("POST", $"/api/conversations/{conversation}/messages/batch", new { messages })).List("results");
}
