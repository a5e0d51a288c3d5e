using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What can't be said in a message can't be said in a title, a picture's address, a name or an id, either.</summary>
public class When_words_go_by_other_doors
{
    [Fact]
    public async Task Should_not_hide_in_the_address_of_a_picture()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await azure.Cosmos.UpsertDocumentAsync(
            "chat", "settings", "wordList", """{"type":"wordList","id":"refused","action":"mask","words":["badword"]}"""u8.ToArray());
        await using var app = await ChatApp.StartAsync(azure);
        var alice = app.As("alice");
        var path = $"/api/conversations/{(await alice.CreateGroupAsync("Trip", "bob")).ConversationId}";
        string[] addresses =
        [
            "https://cdn.example/badword.png", "https://cdn.example/b%61dw%6Frd.png", "https://badword.example/",
            "https://cdn.example/a?b=such+a+badword", "https://cdn.example/#b4dword",
        ];
        foreach (var avatarUrl in addresses)
        {
            Assert.Equal(
                "content_refused", await alice.IsRefusedAsync("PATCH", path, HttpStatusCode.UnprocessableEntity, new { avatarUrl }));
            Assert.Equal("content_refused", await alice.IsRefusedAsync(
                "PATCH", "/api/me/profile", HttpStatusCode.UnprocessableEntity, new { avatarUrl }));
        }

        foreach (var avatarUrl in new[]
        {
            "http://cdn.example/a.png", "data:text/plain,badword", "javascript:alert(1)", "//cdn.example/a.png",
            "https://alice:secret@cdn.example/", "https://cdn.example/b\u00e4d",
        })
        {
            Assert.Equal("malformed", await alice.IsRefusedAsync("PATCH", path, HttpStatusCode.BadRequest, new { avatarUrl }));
            Assert.Equal("malformed", await alice.IsRefusedAsync("PATCH", "/api/me/profile", HttpStatusCode.BadRequest, new { avatarUrl }));
        }

        var changed = await alice.AskAsync("PATCH", path, new { avatarUrl = "https://cdn.example/a%20b.png", title = "A badword trip" });
        Assert.Equal(("https://cdn.example/a%20b.png", "A ******* trip"), (changed.Text("avatarUrl"), changed.Text("title")));
    }

    [Theory]
    [InlineData("mask", "A________ plan.pdf")]
    [InlineData("refuse", null)]
    [InlineData("hold", null)]
    public async Task Should_not_hide_in_what_a_file_is_called(string action, string? name)
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        var list = new { type = "wordList", id = "listed", action, words = new[] { "badword" } };
        await azure.Cosmos.UpsertDocumentAsync("chat", "settings", "wordList", JsonSerializer.SerializeToUtf8Bytes(list));
        await using var app = await ChatApp.StartAsync(
            azure, new Dictionary<string, string?>(StringComparer.Ordinal) { ["Media:FilesEnabled"] = "true" });
        using var uploads = new Uploads(azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var plan = new Document { FileName = "A_bad\u200Bword plan.pdf" };
        if (name is null)
        {
            Assert.Equal("content_refused", await alice.IsRefusedAsync(
                "POST", "/api/media/uploads", HttpStatusCode.UnprocessableEntity, plan.For(conversation)));
            return;
        }

        var message = await alice.SayAsync(conversation, Uploads.Of(await uploads.UploadedAsync(alice, conversation, plan)));
        Assert.Equal(name, message.List("attachments")[0].Text("fileName"));
    }

    [Fact]
    public async Task Should_be_shown_to_the_host_app_whatever_they_are_and_nothing_refused_be_stored()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings());
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var path = $"/api/conversations/{group}";
        var sent = await alice.SendAsync(group, "Hello");
        await alice.AskAsync(
            "PATCH",
            path,
            new { title = "Rome", description = "In spring", avatarUrl = "https://cdn.example/rome.png", slowModeSeconds = 0 });
        await alice.AskAsync("PATCH", "/api/me/profile", new { displayName = "Alice", avatarUrl = "https://cdn.example/alice.png" });
        await alice.AskAsync("PUT", $"{path}/messages/{sent.MessageId}/reactions/:party_parrot:");
        await alice.AskAsync("PUT", $"{path}/messages/{sent.MessageId}/reactions/{Uri.EscapeDataString("👍")}");
        Assert.Equal(
            [
                ("title", "Trip"), ("title", "Rome"), ("description", "In spring"), ("avatarUrl", "https://cdn.example/rome.png"),
                ("displayName", "Alice"), ("avatarUrl", "https://cdn.example/alice.png"), ("reaction", "party parrot"),
            ],
            host.Said);
        var questions = host.Questions.Where(question => question.At("texts") is not null).ToList();
        Assert.All(questions, question => Assert.Equal(("text.beforeSet", "alice"), (question.Text("type"), question.Text("senderId"))));
        Assert.Equal([group, group, null, group], questions.Select(question => question.Text("conversationId")));

        // Nothing of these can be held.
        (string Method, string Path, object Body)[] doors =
        [
            ("PATCH", path, new { title = "refuse" }),
            ("PATCH", path, new { title = "hold" }),
            ("PATCH", path, new { title = "Naples", description = "refuse" }),
            ("PATCH", path, new { avatarUrl = "https://cdn.example/refuse.png" }),
            ("PATCH", "/api/me/profile", new { displayName = "refuse" }),
            ("PATCH", "/api/me/profile", new { avatarUrl = "https://cdn.example/hold.png" }),
            ("PUT", $"{path}/messages/{sent.MessageId}/reactions/:refuse:", new { }),
            ("POST", "/api/conversations", new { kind = "group", title = "refuse", members = new[] { "bob" } }),
        ];
        foreach (var door in doors)
        {
            Assert.Equal(
                "content_refused", await alice.IsRefusedAsync(door.Method, door.Path, HttpStatusCode.UnprocessableEntity, door.Body));
        }

        await alice.AskAsync("PATCH", path, new { title = "flag this" });
        var after = await alice.AskAsync("GET", path);
        Assert.Equal(("flag this", "In spring", "https://cdn.example/rome.png"), (
            after.Text("title"), after.Text("description"), after.Text("avatarUrl")));
        Assert.Equal(
            [":party_parrot:", "👍"],
            (await alice.AskAsync("GET", $"{path}/messages/{sent.MessageId}")).List("reactions").Select(one => one.Text("key")));
    }

    [Theory]
    [InlineData("allow")]
    [InlineData("refuse")]
    [InlineData("hold")]
    public async Task Should_go_as_the_operator_says_when_the_host_app_does_not_answer(string onFailure)
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.Settings(("OnFailure", onFailure)));
        host.Misbehaves = http => Task.Run(() => http.Response.StatusCode = 500);
        Task<HttpResponseMessage> CreateAsync() => app.As("alice")
            .PostAsync("/api/conversations", new { kind = "group", title = "Trip", members = new[] { "bob" } });
        using var answer = await (onFailure == "allow" ? Person.PatientlyAsync(CreateAsync) : CreateAsync());
        Assert.Equal(onFailure == "allow" ? HttpStatusCode.Created : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Should_not_reach_others_in_the_id_of_a_message()
    {
        const string Words = "meet me at evil.example tonight";
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        await using var phone = await bob.ListenAsync();
        var uuid = Guid.NewGuid().ToString();
        foreach (var conversation in new[] { group, direct })
        {
            Assert.Equal(Words, (await alice.SendAsync(conversation, "Hello", Words)).ClientMessageId);
            var sent = await alice.SendAsync(conversation, "Hello again", uuid);
            await phone.ReceivesAsync(conversation, "Hello again");
            await alice.AskAsync(
                "POST",
                $"/api/conversations/{conversation}/messages/{sent.MessageId}/forward",
                new { clientMessageId = Words + "!", to = new[] { conversation } });
            var quoting = await bob.SayAsync(
                conversation, new { text = "What?", replyTo = (await bob.HistoryAsync(conversation))[0].MessageId });

            // Her own devices know it by that, and others know what says nothing.
            Assert.Equal(
                [Words, uuid, Words + "!"], (await alice.HistoryAsync(conversation)).Take(3).Select(message => message.ClientMessageId));
            Assert.Equal(
                [null, uuid, null],
                (await bob.AskAsync("GET", $"/api/conversations/{conversation}/messages")).List("messages").Take(3)
                    .Select(message => message.Text("clientMessageId")));
            await app.HasDeliveredAsync();
            foreach (var path in new[]
            {
                $"/api/conversations/{conversation}/messages",
                $"/api/conversations/{conversation}/events?afterSeq=0",
                $"/api/conversations/{conversation}/pins",
                "/api/conversations",
                "/api/sync",
                quoting.Path(),
                $"/api/conversations/{conversation}/receipts",
            })
            {
                Assert.DoesNotContain("meet me", (await bob.AskAsync("GET", path)).ToString(), StringComparison.Ordinal);
            }
        }

        Assert.DoesNotContain(phone.Events(), one => one.ToString().Contains("meet me", StringComparison.Ordinal));
        Assert.Contains(phone.Events(), one => one.Text("data.clientMessageId") == uuid);
    }
}
