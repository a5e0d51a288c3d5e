using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_reply
{
    [Fact]
    public async Task Should_show_what_is_answered_as_it_is_now()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await alice.ListenAsync();
        var asked = await alice.SayAsync(conversation, new { text = "Tea or coffee?" });
        var answer = await bob.SayAsync(conversation, new { text = "Tea", replyTo = asked.Text("messageId") });
        Assert.Equal(
            ("alice", "Tea or coffee?", asked.Number("seq")),
            (answer.Text("replyTo.senderId"), answer.Text("replyTo.preview"), answer.Number("replyTo.seq")));
        Assert.Equal(
            "Tea or coffee?",
            (await phone.ReceivesEventAsync("message.created", data => data.Text("text") == "Tea")).Text("replyTo.preview"));

        await alice.AskAsync("PATCH", asked.Path(), new { text = "Tea?" });
        Assert.Equal("Tea?", (await bob.AskAsync("GET", answer.Path())).Text("replyTo.preview"));

        await alice.AskAsync("DELETE", asked.Path());
        var left = (await bob.AskAsync("GET", answer.Path())).At("replyTo")!.Value;
        Assert.Equal(("", "True"), (left.Text("preview"), left.Text("isUnsent")));
        Assert.Equal(
            "message_unsent",
            await bob.MayNotSayAsync(conversation, new { text = "Tea", replyTo = asked.Text("messageId") }, HttpStatusCode.Conflict));
        Assert.Equal(
            "message_not_found",
            await bob.MayNotSayAsync(conversation, new { text = "Tea", replyTo = "aaaaaaaaaaaaaaaaaaaaaa" }, HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Should_answer_a_repeated_reply_with_the_first_whatever_became_of_what_it_answers()
    {
        await using var app = await ChatApp.StartAsync();
        await using var second = await ChatApp.StartAsync(app.Azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var asked = await alice.SayAsync(conversation, new { text = "Tea?" });
        var path = $"/api/conversations/{conversation}/messages";
        var body = new { clientMessageId = "reply", text = "Yes", replyTo = asked.Text("messageId"), threadId = asked.Text("messageId") };
        var first = await alice.AskAsync("POST", path, body, HttpStatusCode.Created);
        await alice.AskAsync("DELETE", asked.Path());

        foreach (var instance in new[] { app, second })
        {
            var again = await alice.At(instance).AskAsync("POST", path, body);
            Assert.Equal(first.Number("seq"), again.Number("seq"));
        }

        Assert.Equal(
            "client_message_id_reused",
            await alice.IsRefusedAsync("POST", path, HttpStatusCode.Conflict, new { clientMessageId = "reply", text = "Yes" }));
    }

    [Fact]
    public async Task Should_keep_threads_that_are_read_in_pages()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var root = await alice.SayAsync(conversation, new { text = "Where to?" });
        await alice.SendAsync(conversation, "By the way");
        var thread = root.Text("messageId");
        var replies = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(n => bob.SayAsync(conversation, new { text = $"{n}", threadId = thread })));

        var ordered = replies.OrderBy(reply => reply.Number("seq")).ToList();
        Assert.Equal([1, 2, 3, 4, 5], ordered.Select(reply => reply.Number("threadOrdinal")));
        var now = await alice.AskAsync("GET", root.Path());
        Assert.Equal(
            (5, ordered[^1].Number("seq"), ordered[^1].Number("seq")),
            (now.Number("thread.count"), now.Number("thread.lastSeq"), now.Number("updatedSeq")));

        var first = await alice.AskAsync("GET", root.Path() + "/replies?limit=3");
        Assert.True(first.At("hasMore")!.Value.GetBoolean());
        var rest = await alice.AskAsync("GET", root.Path() + $"/replies?limit=3&afterSeq={first.Number("toSeq")}");
        Assert.False(rest.At("hasMore")!.Value.GetBoolean());
        Assert.Equal(
            ordered.Select(reply => reply.Text("text")),
            first.List("messages").Concat(rest.List("messages")).Select(reply => reply.Text("text")));
        var last = await alice.AskAsync("GET", root.Path() + $"/replies?limit=1&beforeSeq={ordered[^1].Number("seq")}");
        Assert.Equal(ordered[^2].Text("text"), last.List("messages")[0].Text("text"));

        // Taking a reply back lowers nothing, and a reply has no thread of its own.
        await bob.AskAsync("DELETE", ordered[0].Path());
        Assert.Equal(5, (await alice.AskAsync("GET", root.Path())).Number("thread.count"));
        Assert.Equal(
            "not_a_thread_root",
            await bob.MayNotSayAsync(conversation, new { text = "x", threadId = ordered[1].Text("messageId") }, HttpStatusCode.Conflict));
        Assert.Equal(
            "conversation_not_found",
            await app.As("mallory").IsRefusedAsync("GET", root.Path() + "/replies", HttpStatusCode.NotFound));
    }
}
