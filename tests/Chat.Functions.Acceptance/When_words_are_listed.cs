using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What operators list can't be said by any door.</summary>
public class When_words_are_listed
{
    private const string Bad = "such a b\u200Badw\u043Erd";

    [Fact]
    public async Task Should_be_refused_by_every_door_and_nothing_be_stored()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await ListAsync(azure, "refused", "refuse", "badword");
        await using var app = await ChatApp.StartAsync(azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var path = $"/api/conversations/{group}";
        var sent = await alice.SendAsync(group, "Hello");
        var due = clock.GetUtcNow().AddMinutes(5);

        (string Method, string Path, object Body)[] doors =
        [
            ("POST", $"{path}/messages", new { clientMessageId = "1", text = Bad }),
            ("POST", $"{path}/messages", new { clientMessageId = "2", text = Bad, replyTo = sent.MessageId }),
            ("POST", $"{path}/messages", new { clientMessageId = "3", poll = new { question = Bad, options = new[] { "a", "b" } } }),
            ("POST", $"{path}/messages", new { clientMessageId = "4", poll = new { question = "Which?", options = new[] { "a", Bad } } }),
            ("PATCH", $"{path}/messages/{sent.MessageId}", new { text = Bad }),
            ("PUT", $"{path}/messages/{sent.MessageId}/reactions/:so_b4dword:", new { }),
            ("POST", $"{path}/scheduled", new { clientMessageId = "5", text = Bad, dueAt = due }),
            ("PATCH", path, new { title = Bad }),
            ("PATCH", path, new { description = Bad }),
            ("PATCH", "/api/me/profile", new { displayName = Bad }),
            ("POST", "/api/conversations", new { kind = "group", title = Bad, members = new[] { "bob" } }),
        ];
        foreach (var door in doors)
        {
            var refusal = await alice.AskAsync(door.Method, door.Path, door.Body, HttpStatusCode.UnprocessableEntity);
            Assert.Equal("content_refused", refusal.Text("code"));
            Assert.DoesNotContain("badword", refusal.ToString(), StringComparison.OrdinalIgnoreCase);
        }

        // A batch answers for each, and the others of it are sent.
        var batch = new
        {
            messages = new[]
            {
                new { clientMessageId = "6", text = "before" },
                new { clientMessageId = "7", text = Bad },
                new { clientMessageId = "8", text = "after" },
            },
        };
        var results = (await alice.AskAsync("POST", $"{path}/messages/batch", batch)).List("results");
        Assert.Equal([201, 422, 201], results.Select(result => result.Number("status")));
        Assert.Equal("content_refused", results[1].Text("problem.code"));
        Assert.Equal(["Hello", "before", "after"], (await bob.HistoryAsync(group)).Select(message => message.Text));
        Assert.Equal("Trip", (await bob.ConversationAsync(group)).Title);

        // Who isn't a member learns nothing by it.
        Assert.Equal("conversation_not_found", await app.As("mallory").MayNotSayAsync(group, new { text = Bad }, HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Should_apply_within_a_minute_of_a_change_and_never_to_the_repeat_of_what_was_accepted()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var first = await alice.SendAsync(group, Bad, "1");
        var reaction = $"/api/conversations/{group}/messages/{first.MessageId}/reactions/:badword:";
        await alice.AskAsync("PUT", reaction);
        await alice.AskAsync(
            "POST",
            $"/api/conversations/{group}/scheduled",
            new { clientMessageId = "due", text = Bad, dueAt = clock.GetUtcNow().AddMinutes(5) },
            HttpStatusCode.Created);

        await ListAsync(azure, "refused", "refuse", "badword");
        clock.Jump(TimeSpan.FromMinutes(1));
        Assert.Equal("content_refused", await alice.MayNotSayAsync(group, new { text = Bad }, HttpStatusCode.UnprocessableEntity));
        Assert.Equal(first.Seq, (await alice.SendAsync(group, Bad, "1")).Seq);
        await alice.AskAsync("PUT", reaction);
        Assert.Equal("content_refused", await bob.IsRefusedAsync("PUT", reaction, HttpStatusCode.UnprocessableEntity));

        // What was said before can't be passed on, and what was scheduled isn't sent.
        var forward = await bob.AskAsync(
            "POST", $"/api/conversations/{group}/messages/{first.MessageId}/forward", new { clientMessageId = "f", to = new[] { group } });
        Assert.Equal(422, forward.List("results")[0].Number("status"));
        clock.Jump(TimeSpan.FromMinutes(5));
        await Eventually.SeesAsync(
            () => alice.AskAsync("GET", $"/api/conversations/{group}/scheduled"), waiting => waiting.List("scheduled").Count == 0);
        Assert.Single(await alice.HistoryAsync(group));

        // A list that can't be used is as if it weren't changed; one that is gone doesn't apply.
        await ListAsync(azure, "refused", "refuse", "badword", new string('x', 65));
        await azure.Cosmos.UpsertDocumentAsync(
            "chat", "settings", "wordList", """{"type":"wordList","id":"other","action":"burn","words":["Trip"]}"""u8.ToArray());
        clock.Jump(TimeSpan.FromMinutes(1));
        Assert.Equal("content_refused", await alice.MayNotSayAsync(group, new { text = Bad }, HttpStatusCode.UnprocessableEntity));
        await ListAsync(azure, "refused", "allow", "badword");
        clock.Jump(TimeSpan.FromMinutes(1));
        await alice.SendAsync(group, Bad);
    }

    [Fact]
    public async Task Should_be_masked_or_noted_where_the_list_says_so()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await ListAsync(azure, "masked", "mask", "badword");
        await ListAsync(azure, "noted", "flag", "worse");
        await using var app = await ChatApp.StartAsync(azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("A badword trip", "bob")).ConversationId;
        Assert.Equal("A ******* trip", (await bob.ConversationAsync(group)).Title);
        var content =
            new { clientMessageId = "1", text = "badword @bob", mentions = new[] { new { userId = "bob", offset = 8, length = 4 } } };
        var sent = await alice.AskAsync("POST", $"/api/conversations/{group}/messages", content, HttpStatusCode.Created);
        Assert.Equal("******* @bob", sent.Text("text"));
        Assert.Equal(
            sent.Text("messageId"), (await alice.AskAsync("POST", $"/api/conversations/{group}/messages", content)).Text("messageId"));
        var poll = await alice.SayAsync(group, new { poll = new { question = "Which?", options = new[] { "badword", "good" } } });
        Assert.Equal(["*******", "good"], poll.List("poll.options").Select(option => option.Text("text")));

        Assert.Equal("content_refused", await alice.IsRefusedAsync(
            "PUT",
            $"/api/conversations/{group}/messages/{sent.Text("messageId")}/reactions/:badword_no_more:",
            HttpStatusCode.UnprocessableEntity));
        await alice.AskAsync("PUT", $"/api/conversations/{group}/messages/{sent.Text("messageId")}/reactions/:worse:");

        var flagged = await alice.SayAsync(group, new { text = "even worse" });
        Assert.Equal("even worse", flagged.Text("text"));
        Assert.False(flagged.TryGetProperty("flags", out _));
        await alice.AskAsync("PATCH", flagged.Path(), new { text = "a badword, too" });
        Assert.Equal(["******* @bob", "Which?", "a *******, too"], (await bob.HistoryAsync(group)).Select(message => message.Text));
        var stored = await StoredAsync(azure, group, flagged.Text("messageId")!);
        Assert.Equal(["noted"], stored.List("flags").Select(flag => flag.GetString()));
    }

    [Fact]
    public async Task Should_send_as_before_when_lists_cannot_be_read_again()
    {
        var (clock, faults) = (new JumpingClock(), new Faults(1));
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock, faults: faults);
        await ListAsync(azure, "refused", "refuse", "badword");
        await using var app = await ChatApp.StartAsync(azure);
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        clock.Jump(TimeSpan.FromMinutes(1));
        faults.Add(new Fault("cosmos", "query", FaultKind.Fail));
        await alice.SendAsync(group, "Hello");
        Assert.Equal("content_refused", await alice.MayNotSayAsync(group, new { text = Bad }, HttpStatusCode.UnprocessableEntity));
    }

    [Fact]
    public async Task Should_send_as_before_while_lists_are_read_again_and_when_that_takes_too_long()
    {
        var (clock, faults) = (new JumpingClock(), new Faults(1));
        var (asked, answered) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock, faults: faults);
        await using var app = await ChatApp.StartAsync(azure);
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await alice.SendAsync(group, "Hello");
        faults.Add(new Fault("cosmos", "query", FaultKind.Fail)
        {
            Target = target => target.Contains("settings", StringComparison.Ordinal),
            Strike = _ => HoldAsync(),
        });

        // Beside the sends first; then, with lists that are older, before the next send, which goes on without an answer.
        clock.Jump(TimeSpan.FromSeconds(55));
        await alice.SendAsync(group, "While they are read");
        await asked.Task.WaitAsync(Eventually.Timeout);
        clock.Jump(TimeSpan.FromSeconds(6));
        var sending = alice.SendAsync(group, "Without an answer");
        await Eventually.SeesAsync(clock, () => Task.FromResult(sending.IsCompleted), isSent => isSent);
        Assert.Equal("Without an answer", (await sending).Text);
        answered.SetResult();

        Task HoldAsync()
        {
            asked.TrySetResult();
            return answered.Task;
        }
    }

    private static Task<double> ListAsync(LocalAzure azure, string id, string action, params string[] words) =>
        azure.Cosmos.UpsertDocumentAsync(
            "chat", "settings", "wordList", JsonSerializer.SerializeToUtf8Bytes(new { type = "wordList", id, action, words }));

    private static async Task<JsonElement> StoredAsync(LocalAzure azure, string conversation, string message) =>
        JsonDocument.Parse((await azure.Cosmos.ReadDocumentAsync("chat", "conversations", conversation, $"m:{message}"))!).RootElement;
}
