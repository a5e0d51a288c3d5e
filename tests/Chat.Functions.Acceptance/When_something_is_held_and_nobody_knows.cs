using System.Net;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Admin;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>A message is held while the host app can't be asked. It hears of it later, and so it can be decided.</summary>
public class When_something_is_held_and_nobody_knows
{
    [Fact]
    public async Task Should_be_told_until_the_host_app_takes_it_and_then_be_decided()
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings(("OnFailure", "hold"), ("Kinds", "text,poll")), time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        host.Misbehaves = http => Task.Run(() => http.Response.StatusCode = host.Told.Count < 3 ? 500 : 204);
        var text = await alice.SayAsync(group, new { text = "Hello" });
        Assert.Equal("", (await bob.AskAsync("GET", text.Path())).Text("text"));
        await Eventually.SeesAsync(clock, () => Task.FromResult(host.Told), told => told.Count >= 3);

        var (id, body) = host.Told[0];
        Assert.All(host.Told, told => Assert.Equal((id, body.ToString()), (told.Id, told.Body.ToString())));
        Assert.Equal(("message.stillHeld", group, "alice"), (body.Text("type"), body.Text("conversationId"), body.Text("senderId")));
        var told = Assert.Single(body.List("messages"));
        Assert.Equal((text.Text("messageId"), "text", "Hello", "True"), (
            told.Text("messageId"), told.Text("kind"), told.Text("text"), told.Text("held")));

        // Hearing of it shows nothing yet.
        Assert.Equal("", (await bob.AskAsync("GET", text.Path())).Text("text"));
        await DecideAsync(app, body, "allow");
        Assert.Equal("Hello", (await bob.AskAsync("GET", text.Path())).Text("text"));
    }

    [Fact]
    public async Task Should_not_be_told_what_was_decided_or_taken_back_or_never_stored()
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings(("OnFailure", "hold"), ("Kinds", "text,poll")), time: clock);
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        host.Misbehaves = http => Task.Run(() => http.Response.StatusCode = 500);
        var gone = await alice.SayAsync(group, new { text = "Oops" });
        await alice.AskAsync("DELETE", gone.Path());
        Assert.Equal(
            "conversation_not_found", await app.As("mallory").MayNotSayAsync(group, new { text = "Let me in" }, HttpStatusCode.NotFound));
        var poll = await alice.SayAsync(group, new { poll = new { question = "When?", options = new[] { "Monday", "Tuesday" } } });
        host.Misbehaves = null;

        // The host app knows of what it holds itself.
        await alice.SayAsync(group, new { text = "hold this" });
        await Eventually.SeesAsync(clock, () => Task.FromResult(host.Told), all => all.Count >= 1);

        // What was never stored is looked for once more.
        var queue = app.Azure.ServiceBus.Find("moderation")!;
        await Eventually.HoldsAsync(queue.Count, count => count.Active + count.InFlight == 0 && count.Scheduled == 1);
        clock.Jump(TimeSpan.FromMinutes(11));
        await Eventually.HoldsAsync(queue.Count, count => count.Active + count.InFlight + count.Scheduled == 0);
        var told = Assert.Single(host.Told.DistinctBy(one => one.Id)).Body.List("messages")[0];
        Assert.Equal((poll.Text("messageId"), "poll", "When?"), (told.Text("messageId"), told.Text("kind"), told.Text("text")));
        Assert.Equal(["Monday", "Tuesday"], told.List("options").Select(option => option.ToString()));
    }

    [Fact]
    public async Task Should_be_a_dead_letter_where_no_host_app_is_set_and_be_told_when_one_is()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await azure.Cosmos.UpsertDocumentAsync(
            "chat", "settings", "wordList", """{"type":"wordList","id":"held","action":"hold","words":["dubious"]}"""u8.ToArray());
        JsonElement held;
        await using (var app = await ChatApp.StartAsync(azure))
        {
            var alice = app.As("alice");
            var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
            await using var later = await ChatApp.StartAsync(azure);
            var batch =
                new { messages = new[] { new { clientMessageId = "1", text = "fine" }, new { clientMessageId = "2", text = "dubious" } } };
            held = (await alice.AskAsync("POST", $"/api/conversations/{group}/messages/batch", batch)).List("results")[1]
                .At("message")!.Value;
            var letters = await Eventually.SeesAsync(
                clock,
                async () => await azure.ServiceBus.Find("moderation")!.PeekAsync(SubQueue.DeadLetter, 0, 10),
                all => all.Count == 1);
            Assert.Equal("NobodyDecides", letters[0].DeadLetterReason);
        }

        await using var host = await HookReceiver.StartAsync();
        await using var again = await ChatApp.StartAsync(azure, host.Settings());
        await (await AdminConsole.OfAsync(again)).RunAsync("dead-letters", "replay", "moderation", "--all");
        await Eventually.HoldsAsync(() => host.Told, told => told.Count == 1);
        await DecideAsync(again, host.Told[0].Body, "allow");
        Assert.Equal("dubious", (await again.As("bob").AskAsync("GET", held.Path())).Text("text"));
    }

    private static Task DecideAsync(ChatApp app, JsonElement told, string verdict)
    {
        var message = told.List("messages")[0];
        return app.AsHost().Caller.DoAsync(
            "POST",
            "/api/host/verdicts",
            new
            {
                conversationId = told.Text("conversationId"),
                messageId = message.Text("messageId"),
                contentHash = message.Text("contentHash"),
                verdict,
            });
    }
}
