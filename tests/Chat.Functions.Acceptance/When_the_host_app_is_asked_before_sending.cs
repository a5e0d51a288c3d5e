using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_the_host_app_is_asked_before_sending
{
    [Fact]
    public async Task Should_ask_by_every_door_and_do_what_it_says()
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(time: clock, settings: host.Settings());
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var path = $"/api/conversations/{group}";

        Assert.Equal([("title", "Trip")], host.Said);
        var sent = await alice.SendAsync(group, "fine", "1");
        var question = host.Questions[^1];
        Assert.Equal(
            ("message.beforeSend", group, "alice"), (question.Text("type"), question.Text("conversationId"), question.Text("senderId")));
        var asked = question.List("messages")[0];
        Assert.Equal((sent.MessageId, "text", "fine"), (asked.Text("messageId"), asked.Text("kind"), asked.Text("text")));

        Assert.Equal(
            "content_refused", await alice.MayNotSayAsync(group, new { text = "refuse this" }, HttpStatusCode.UnprocessableEntity));
        Assert.Equal("content_refused", await alice.MayNotSayAsync(
            group, new { poll = new { question = "Which?", options = new[] { "refuse", "b" } } }, HttpStatusCode.UnprocessableEntity));
        Assert.Equal("content_refused", await alice.IsRefusedAsync(
            "PATCH", $"{path}/messages/{sent.MessageId}", HttpStatusCode.UnprocessableEntity, new { text = "refuse" }));
        Assert.Equal("content_refused", await alice.IsRefusedAsync(
            "PATCH", $"{path}/messages/{sent.MessageId}", HttpStatusCode.UnprocessableEntity, new { text = "hold" }));
        var batch = new { messages = new[] { "a", "refuse b", "c" }.Select(text => new { clientMessageId = text, text }) };
        var before = host.Questions.Count;
        var results = (await alice.AskAsync("POST", $"{path}/messages/batch", batch)).List("results");
        Assert.Equal([201, 422, 201], results.Select(result => result.Number("status")));
        Assert.Equal(before + 1, host.Questions.Count);

        await alice.AskAsync("POST", $"{path}/messages/{sent.MessageId}/forward", new { clientMessageId = "f", to = new[] { group } });
        await alice.AskAsync(
            "POST",
            $"{path}/scheduled",
            new { clientMessageId = "s", text = "refuse later", dueAt = clock.GetUtcNow().AddSeconds(70) },
            HttpStatusCode.Created);
        clock.Jump(TimeSpan.FromSeconds(71));
        await Eventually.SeesAsync(() => alice.AskAsync("GET", $"{path}/scheduled"), waiting => waiting.List("scheduled").Count == 0);
        Assert.Equal(["fine", "a", "c", "fine"], (await bob.HistoryAsync(group)).Select(message => message.Text));
        Assert.Equal(2, host.Texts.Count(text => text == "fine"));
        Assert.Contains("refuse later", host.Texts);

        using var uploads = new Uploads(app.Azure);
        var photo = await uploads.UploadedAsync(alice, group);
        await alice.SayAsync(group, Uploads.Of(photo));
        Assert.Equal(photo, host.Questions[^1].List("messages")[0].List("attachments")[0].Text("mediaId"));

        // A repeat is answered, whatever the host app says by now.
        host.Misbehaves = http => http.Response.WriteAsJsonAsync(new { verdicts = new[] { new { action = "refuse" } } });
        Assert.Equal(sent.Seq, (await alice.SendAsync(group, "fine", "1")).Seq);
    }

    [Fact]
    public async Task Should_show_what_is_held_to_its_sender_alone_until_it_is_allowed()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings());
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await using var phone = await bob.ListenAsync();
        var content =
            new { clientMessageId = "1", text = "hold on, @bob", mentions = new[] { new { userId = "bob", offset = 9, length = 4 } } };
        var held = await alice.AskAsync("POST", $"/api/conversations/{group}/messages", content, HttpStatusCode.Created);
        Assert.Equal(("hold on, @bob", "True"), (held.Text("text"), held.Text("held")));
        Assert.Equal(
            held.Text("messageId"), (await alice.AskAsync("POST", $"/api/conversations/{group}/messages", content)).Text("messageId"));

        var pushed = await phone.ReceivesEventAsync("message.created");
        await app.HasDeliveredAsync();
        Assert.DoesNotContain("hold on", pushed.ToString(), StringComparison.Ordinal);
        Assert.Equal("True", pushed.Text("held"));
        foreach (var seen in new[]
        {
            await bob.AskAsync("GET", $"/api/conversations/{group}/messages"),
            await bob.AskAsync("GET", held.Path()),
            await bob.AskAsync("GET", "/api/conversations"),
            await bob.AskAsync("GET", $"/api/conversations/{group}/events?afterSeq=0"),
            await bob.AskAsync("GET", $"/api/sync"),
        })
        {
            Assert.DoesNotContain("hold on", seen.ToString(), StringComparison.Ordinal);
        }

        Assert.False(await IsMentionedAsync(bob, group));
        Assert.Equal("hold on, @bob", (await alice.HistoryAsync(group)).Single().Text);
        Assert.Equal("message_held", await alice.IsRefusedAsync("PATCH", held.Path(), HttpStatusCode.Conflict, new { text = "other" }));
        Assert.Equal("message_held", await alice.IsRefusedAsync(
            "POST", $"{held.Path()}/forward", HttpStatusCode.Conflict, new { clientMessageId = "f", to = new[] { group } }));
        var quoting = await app.As("carol").SayAsync(group, new { text = "What?", replyTo = held.Text("messageId") });
        Assert.Equal("", quoting.Text("replyTo.preview"));

        await VerdictAsync(app, host, "allow", held.Text("messageId"));
        await VerdictAsync(app, host, "allow", held.Text("messageId"));
        await VerdictAsync(app, host, "remove", held.Text("messageId"));
        var shown = await phone.ReceivesEventAsync("message.updated");
        Assert.Equal(("hold on, @bob", null), (shown.Text("message.text"), shown.Text("message.held")));
        Assert.Equal("hold on, @bob", (await bob.AskAsync("GET", held.Path())).Text("text"));
        await app.HasDeliveredAsync();
        Assert.True(await IsMentionedAsync(bob, group));
    }

    [Fact]
    public async Task Should_take_back_what_is_held_and_then_removed()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings());
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var held = await alice.SayAsync(group, new { poll = new { question = "hold?", options = new[] { "a", "b" } } });
        Assert.Equal(
            "not_a_poll", await bob.IsRefusedAsync("PUT", $"{held.Path()}/vote", HttpStatusCode.Conflict, new { options = new[] { 0 } }));
        await VerdictAsync(app, host, "remove");
        foreach (var person in new[] { alice, bob })
        {
            var gone = await person.AskAsync("GET", held.Path());
            Assert.Equal(("", "alice", null), (gone.Text("text"), gone.Text("unsentBy"), gone.Text("held")));
        }

        var other = await alice.SayAsync(group, new { text = "hold" });
        await alice.AskAsync("DELETE", other.Path());
        await VerdictAsync(app, host, "allow");
        Assert.Equal("", (await bob.AskAsync("GET", other.Path())).Text("text"));

        // Nobody but the host app decides.
        var verdict =
            new { conversationId = group, messageId = other.Text("messageId"), contentHash = new string('a', 22), verdict = "allow" };
        Assert.Equal("not_allowed", await alice.IsRefusedAsync("POST", "/api/host/verdicts", HttpStatusCode.Forbidden, verdict));
        Assert.Equal("message_not_found", await app.AsHost().Caller.IsRefusedAsync(
            "POST",
            "/api/host/verdicts",
            HttpStatusCode.NotFound,
            new { conversationId = group, messageId = new string('a', 22), contentHash = new string('a', 22), verdict = "allow" }));
    }

    [Fact]
    public async Task Should_decide_on_the_content_that_was_asked_about_and_on_no_other_under_its_id()
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(time: clock, settings: host.Settings());
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.AskAsync("PATCH", $"/api/conversations/{direct}", new { messageTtl = 600 });
        await alice.SendAsync(direct, "hold, harmless", "1");
        var harmless = host.Questions[^1];

        // The first has disappeared, and the second has its key. Perhaps its place isn't free at once.
        clock.Jump(TimeSpan.FromSeconds(601));
        await Eventually.SeesAsync(clock, SendHarmfulAsync, status => status is HttpStatusCode.Created or HttpStatusCode.OK);
        Assert.Equal("message_not_found", await app.AsHost().Caller.IsRefusedAsync(
            "POST", "/api/host/verdicts", HttpStatusCode.NotFound, Verdict(harmless, "allow")));
        Assert.Equal([""], (await bob.HistoryAsync(direct)).Select(message => message.Text));
        await VerdictAsync(app, host, "allow");
        Assert.Equal(["hold, harmful"], (await bob.HistoryAsync(direct)).Select(message => message.Text));

        async Task<HttpStatusCode> SendHarmfulAsync()
        {
            using var answer = await alice.TrySendAsync(direct, "hold, harmful", "1");
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("allow")]
    [InlineData("refuse")]
    [InlineData("hold")]
    public async Task Should_do_without_a_host_app_that_does_not_answer(string onFailure)
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(
            time: clock, settings: host.Settings(("OnFailure", onFailure), ("TimeoutMilliseconds", "1500"), ("Kinds", "text")));
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        foreach (var misbehaves in Misbehaviours())
        {
            host.Misbehaves = misbehaves;
            if (onFailure == "refuse")
            {
                using var answer = await alice.TrySendAsync(group, "Hello");
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            }
            else
            {
                await alice.SendAsync(group, "Hello");
            }
        }

        // After some in a row it isn't asked any more, and later it is.
        Assert.Equal(5, host.Questions.Count);
        host.Misbehaves = null;
        clock.Jump(TimeSpan.FromSeconds(16));
        await alice.SendAsync(group, "Hello again");
        await alice.SendAsync(group, "And again");
        Assert.Equal(7, host.Questions.Count);
        var texts = (await bob.HistoryAsync(group)).Select(message => message.Text).ToList();
        Assert.Equal(["Hello again", "And again"], texts[^2..]);
        Assert.All(texts[..^2], text => Assert.Equal(onFailure == "hold" ? "" : "Hello", text));
    }

    [Fact]
    public async Task Should_ask_about_the_first_messages_to_somebody_where_that_is_asked_for()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings(("When", "firstContact"), ("Kinds", "text")));
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await alice.SendAsync(direct, "first");
        await alice.SendAsync(direct, "second");
        await alice.SayAsync(direct, new { poll = new { question = "When?", options = new[] { "a", "b" } } });
        await alice.SendAsync(group, "to many");
        await bob.SendAsync(direct, "answer");
        await alice.SendAsync(direct, "third");
        Assert.Equal(["first", "second"], host.Texts);
    }

    [Fact]
    public async Task Should_be_told_what_a_word_list_holds()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await azure.Cosmos.UpsertDocumentAsync(
            "chat", "settings", "wordList", """{"type":"wordList","id":"held","action":"hold","words":["dubious"]}"""u8.ToArray());
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(azure, host.Settings(("When", "firstContact")));
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;

        // The hook allows it, and the list holds it all the same.
        var held = await alice.SayAsync(group, new { text = "dubious" });
        var asked = Assert.Single(host.Questions).List("messages")[0];
        Assert.Equal(("dubious", "True"), (asked.Text("text"), asked.Text("held")));
        Assert.Equal("", (await bob.AskAsync("GET", held.Path())).Text("text"));
        await VerdictAsync(app, host, "allow");
        Assert.Equal("dubious", (await bob.AskAsync("GET", held.Path())).Text("text"));
        await alice.SayAsync(group, new { text = "fine" });
        Assert.Single(host.Questions);

        // An edit is refused, and there is nothing to decide.
        var sent = await alice.SendAsync(group, "fine");
        Assert.Equal("content_refused", await alice.IsRefusedAsync(
            "PATCH",
            $"/api/conversations/{group}/messages/{sent.MessageId}",
            HttpStatusCode.UnprocessableEntity,
            new { text = "dubious" }));
        Assert.Single(host.Questions);
    }

    [Fact]
    public async Task Should_list_what_is_held_as_shared_once_it_is_allowed()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings());
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var cards = new[] { new { type = "video", id = "1", title = "One" }, new { type = "video", id = "2", title = "Two" } };
        var held = await alice.SayAsync(group, new { text = "hold on: https://example.com/", cards });

        // What is left of it after something was taken down is still held.
        await app.AsHost().Caller.DoAsync("POST", "/api/host/content/video/2/revoke", new { });
        await Eventually.SeesAsync(() => alice.AskAsync("GET", held.Path()), seen => seen.List("cards")[1].Text("gone") == "revoked");
        foreach (var kind in (string[])["card", "link"])
        {
            Assert.Empty((await bob.AskAsync("GET", $"/api/conversations/{group}/shared?kind={kind}")).List("messages"));
        }

        await VerdictAsync(app, host, "allow", held.Text("messageId"));
        foreach (var kind in (string[])["card", "link"])
        {
            var listed = await bob.AskAsync("GET", $"/api/conversations/{group}/shared?kind={kind}");
            Assert.Equal(held.Text("messageId"), Assert.Single(listed.List("messages")).Text("messageId"));
        }
    }

    [Fact]
    public async Task Should_have_an_edit_tried_again_when_there_is_no_verdict()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings(("OnFailure", "hold")));
        var alice = app.As("alice");
        var sent = await alice.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "fine");
        var path = $"/api/conversations/{sent.ConversationId}/messages/{sent.MessageId}";
        host.Misbehaves = http => Task.Run(() => http.Response.StatusCode = 500);
        Assert.Equal("unavailable", await alice.IsRefusedAsync("PATCH", path, HttpStatusCode.ServiceUnavailable, new { text = "finer" }));
        host.Misbehaves = null;
        await alice.AskAsync("PATCH", path, new { text = "finer" });
    }

    private static IEnumerable<Func<HttpContext, Task>> Misbehaviours()
    {
        yield return http => Task.Run(() => http.Response.StatusCode = 500);
        yield return http => Task.Run(() => http.Response.Redirect("http://127.0.0.1:9/elsewhere"));
        yield return http => http.Response.Body.WriteAsync("not JSON"u8.ToArray()).AsTask();
        yield return http => http.Response.Body.WriteAsync("""{"verdicts":[]}"""u8.ToArray()).AsTask();
        yield return http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        yield return _ => throw new InvalidOperationException("It isn't to be asked any more.");
    }

    private static async Task<bool> IsMentionedAsync(Person person, string conversation)
    {
        var list = await person.AskAsync("GET", "/api/conversations");
        return list.List("conversations").Single(one => one.Text("conversationId") == conversation).Text("isMentioned") == "True";
    }

    /// <summary>Decides as the host app does, by what it was last asked about, or asked about a message.</summary>
    private static Task VerdictAsync(ChatApp app, HookReceiver host, string verdict, string? messageId = null) =>
        app.AsHost().Caller.DoAsync(
            "POST",
            "/api/host/verdicts",
            Verdict(
                messageId is null
                    ? host.Questions[^1]
                    : host.Questions.First(question =>
                        question.At("messages") is not null && question.List("messages")[0].Text("messageId") == messageId),
                verdict));

    private static object Verdict(JsonElement question, string verdict)
    {
        var asked = question.List("messages")[0];
        return new
        {
            conversationId = question.Text("conversationId"),
            messageId = asked.Text("messageId"),
            contentHash = asked.Text("contentHash"),
            verdict,
        };
    }
}
