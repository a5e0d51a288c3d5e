using System.Net;
using System.Reflection;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// A message has disappeared, and its sender uses its <c>clientMessageId</c> for another: nothing said about the first is about the
/// second.
/// </summary>
public class When_a_client_message_id_is_used_again
{
    private static readonly object Poll = new { question = "Now?", options = new[] { "yes", "no" }, multiple = true };

    [Fact]
    public async Task Should_begin_with_nothing_said_about_it()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var path = $"/api/conversations/{conversation}";
        await alice.AskAsync("PATCH", path, new { messageTtl = 600 });
        var (text, poll) = (
            await SayAsync(alice, conversation, "t", new { text = "Noon?" }),
            await SayAsync(alice, conversation, "p", new { poll = Poll }));
        await alice.AskAsync("PATCH", path, new { messageTtl = 0 });
        var (answer, reply) = await SayAllAboutAsync(alice, bob, clock, text, poll);
        var client = new LogReader(() => alice, conversation);
        await client.ReadOnAsync(100);

        clock.Jump(TimeSpan.FromSeconds(602));
        var (again, asked) = (
            await SayAsync(alice, conversation, "t", new { text = "Fire them?" }),
            await SayAsync(alice, conversation, "p", new { poll = Poll }));
        Assert.Equal(("t", "p"), (again.Text("clientMessageId"), asked.Text("clientMessageId")));

        // Of all that is stored, only they themselves have their ids.
        var named = (await StoredAsync(app, conversation))
            .Where(one => one.Contains($"\"{again.Text("messageId")}\"", StringComparison.Ordinal)
                || one.Contains($"\"{asked.Text("messageId")}\"", StringComparison.Ordinal));
        Assert.Equal(["Fire them?", "Now?"], named.Select(one => JsonSerializer.Deserialize<JsonElement>(one))
            .Where(one => one.Text("type") == "message")
            .Select(one => one.Text("text"))
            .Order());
        Assert.Equal(2, named.Count());

        foreach (var (mine, seen) in new[]
        {
            (again, await bob.AskAsync("GET", again.Path())),
            (asked, await bob.AskAsync("GET", asked.Path())),
        })
        {
            Assert.Empty(seen.List("reactions"));
            Assert.Null(seen.At("thread"));
            Assert.Equal(0, seen.Number("revision"));
            Assert.Empty((await bob.AskAsync("GET", mine.Path() + "/replies")).List("messages"));
            Assert.Empty((await bob.AskAsync("GET", mine.Path() + "/reactions")).List("reactions"));
            Assert.Single((await bob.AskAsync("GET", mine.Path() + "/revisions")).List("revisions"));
        }

        Assert.Empty((await bob.AskAsync("GET", path + "/pins")).List("pins"));
        Assert.Null((await bob.AskAsync("GET", answer.Path())).At("replyTo.preview"));
        Assert.NotEqual(again.Text("messageId"), (await bob.AskAsync("GET", reply.Path())).Text("threadId"));
        Assert.Equal(1, (await SayAsync(bob, conversation, "first", new { text = "What?", threadId = again.Text("messageId") }))
            .Number("threadOrdinal"));
        var voted = await bob.AskAsync("PUT", asked.Path() + "/vote", new { options = new[] { 1 } });
        Assert.Equal(
            (1, 0, 1),
            (voted.Number("poll.voters"), voted.List("poll.options")[0].Number("votes"), voted.List("poll.options")[1].Number("votes")));

        // A client that goes by ids alone knew all that was said about the first.
        await client.ReadOnAsync(100);
        Assert.DoesNotContain(client.Pins(), pin => pin.MessageId == again.Text("messageId"));
        var known = client.Messages().Single(one => (string?)one["messageId"] == answer.Text("messageId"));
        Assert.Equal(text.Text("messageId"), (string?)known["replyTo"]!["messageId"]);

        await ShouldFindNothingAsync(bob, text.Path(), conversation);
        await ShouldFindNothingAsync(bob, poll.Path(), conversation);

        // What waits to answer the first isn't sent.
        clock.Jump(TimeSpan.FromMinutes(20));
        await Eventually.SeesAsync(
            clock,
            async () => (await bob.AskAsync("GET", path + "/scheduled")).List("scheduled").Count,
            waiting => waiting == 0);
        Assert.DoesNotContain(await bob.HistoryAsync(conversation), message => message.Text == "Later");
    }

    /// <summary>Everything that can be said about messages; an answer to the first, and a reply in its thread, which stay.</summary>
    private static async Task<(JsonElement Answer, JsonElement Reply)> SayAllAboutAsync(
        Person alice,
        Person bob,
        JumpingClock clock,
        JsonElement text,
        JsonElement poll)
    {
        var (conversation, id) = (text.Text("conversationId")!, text.Text("messageId"));
        await alice.AskAsync("PATCH", text.Path(), new { text = "At noon?" });
        var answer = await SayAsync(bob, conversation, "a", new { text = "I agree", replyTo = id });
        var reply = await SayAsync(bob, conversation, "r", new { text = "Me too", threadId = id });
        await bob.AskAsync("PUT", text.Path() + "/reactions/:a:");
        await bob.AskAsync("PUT", poll.Path() + "/reactions/:a:");
        await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 0, 1 } });
        await alice.DoAsync("PUT", text.Path() + "/pin");
        await alice.DoAsync("PUT", poll.Path() + "/pin");
        await bob.DoAsync("DELETE", poll.Path() + "?scope=me");
        var later = new { clientMessageId = "later", text = "Later", replyTo = id, dueAt = clock.GetUtcNow() + TimeSpan.FromMinutes(20) };
        await bob.AskAsync("POST", $"/api/conversations/{conversation}/scheduled", later, HttpStatusCode.Created);
        return (answer, reply);
    }

    /// <summary>Whatever takes a message's id finds no message under that of one that disappeared.</summary>
    private static async Task ShouldFindNothingAsync(Person person, string path, string conversation)
    {
        var body = new { text = "x", options = new[] { 0 }, clientMessageId = "any", to = new[] { conversation } };
        var triggers = from type in typeof(SendMessage).Assembly.GetTypes()
                       from method in type.GetMethods()
                       where method.GetCustomAttribute<FunctionAttribute>() is not null
                       from parameter in method.GetParameters()
                       let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
                       let parts = (trigger?.Route ?? "").Split("/messages/{messageId}")
                       where parts.Length == 2
                       from verb in trigger!.Methods!
                       select (Verb: verb.ToUpperInvariant(), Path: parts[1].Replace("{key}", ":a:", StringComparison.Ordinal));
        Assert.True(triggers.Count() >= 12);
        foreach (var (verb, rest) in triggers.Append((Verb: "DELETE", Path: "?scope=me")))
        {
            Assert.Equal(
                "message_not_found",
                await person.IsRefusedAsync(verb, path + rest, HttpStatusCode.NotFound, verb == "GET" ? null : body));
        }
    }

    /// <summary>Sends under an id, and again while the first isn't quite gone.</summary>
    private static async Task<JsonElement> SayAsync(Person person, string conversation, string clientMessageId, object content) =>
        await person.AskAsync(
            "POST",
            $"/api/conversations/{conversation}/messages",
            Person.Under(clientMessageId, content),
            HttpStatusCode.Created);

    private static async Task<List<string>> StoredAsync(ChatApp app, string conversation)
    {
        var all = new List<string>();
        using var pages = app.Services.GetRequiredService<ChatContainers>().Conversations.GetItemQueryStreamIterator(
            new QueryDefinition("SELECT * FROM c"),
            requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(conversation) });
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            all.AddRange((await JsonSerializer.DeserializeAsync<JsonElement>(page.EnsureSuccessStatusCode().Content)).List("Documents")
                .Select(one => one.GetRawText()));
        }

        return all;
    }
}
