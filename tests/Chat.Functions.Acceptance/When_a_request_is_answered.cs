using System.Net;
using System.Net.Http.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Whoever is asked decides, and those who asked learn no more than that they were let in.</summary>
public class When_a_request_is_answered
{
    /// <summary>An instance that follows the change feed has seen what it projects.</summary>
    private static readonly Dictionary<string, string?> OfOther = new(ChatApp.Strict, StringComparer.Ordinal)
    {
        ["AzureWebJobs.ProjectInboxes.Disabled"] = "true",
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_be_a_conversation_once_it_is_accepted(bool byAnswering)
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = await alice.AsksToWriteAsync("bob");
        await app.HasDeliveredAsync();
        await using var phone = await alice.ListenAsync();
        if (byAnswering)
        {
            await bob.SendAsync(request, "Hello yourself");
            await phone.ReceivesAsync(request, "Hello yourself");
        }
        else
        {
            await bob.DoAsync("POST", $"/api/requests/{request}/accept");
            await bob.DoAsync("POST", $"/api/requests/{request}/accept");
            await phone.ReceivesEventAsync("request.resolved", data => data.Text("state") == "accepted");
            Assert.Equal(1, (await bob.SummaryAsync(request))!.UnreadCount);
        }

        Assert.Empty(await bob.RequestsAsync());
        await using var his = await bob.ListenAsync();
        await alice.SendAsync(request, "There's more, at https://example.com");
        await his.ReceivesAsync(request, "There's more, at https://example.com");
        await app.HasDeliveredAsync();
        Assert.Equal([request], await bob.ListedAsync());
        Assert.Null((await alice.AskAsync("GET", $"/api/conversations/{request}")).At("request"));
    }

    [Fact]
    public async Task Should_tell_who_asked_once_however_often_it_is_accepted()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var (request, own) = (await alice.AsksToWriteAsync("bob"), (await alice.CreateGroupAsync("Mine", "carol")).ConversationId);
        await bob.DoAsync("POST", $"/api/requests/{request}/accept");
        await using var phone = await alice.ListenAsync();
        await bob.DoAsync("POST", $"/api/requests/{request}/accept");
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await bob.DoAsync("POST", $"/api/requests/{request}/accept");
        Assert.DoesNotContain(await phone.EventsBeforeNowAsync(alice, own), one => one.Text("type") == "request.resolved");
    }

    /// <summary>The list of requests has no session to give. Whoever sees a request there can answer it all the same.</summary>
    [Theory]
    [InlineData(false, "accept")]
    [InlineData(false, "decline")]
    [InlineData(true, "accept")]
    [InlineData(true, "decline")]
    public async Task Should_be_found_although_a_replica_lags(bool isInvitation, string answer)
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        await using var other = await ChatApp.StartAsync(app.Azure, OfOther);
        using var undelivered = app.Azure.Faults.Add(new Chat.Local.Fault("servicebus", "receive", Chat.Local.FaultKind.Fail));
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await alice.CreateGroupAsync("Mine", "carol");
        app.Azure.Cosmos.LagReads("chat", "conversations", 1000);
        var request = isInvitation
            ? (await alice.CreateGroupAsync("Ours", "bob")).ConversationId
            : await alice.AsksToWriteAsync("bob");
        Assert.Equal([request], (await bob.RequestsAsync()).Select(one => one.Text("conversationId")));

        await bob.At(other).DoAsync("POST", $"/api/requests/{request}/{answer}", answer == "decline" ? new { } : null);
        Assert.Equal(answer == "accept" ? [request] : [], await bob.ListedAsync());
    }

    [Fact]
    public async Task Should_be_known_by_every_instance_once_who_asked_is_told()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        await using var other = await ChatApp.StartAsync(app.Azure, OfOther);
        using var undelivered = app.Azure.Faults.Add(new Chat.Local.Fault("servicebus", "receive", Chat.Local.FaultKind.Fail));
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await using var phone = await alice.ListenAsync();
        await using var his = await bob.ListenAsync();
        app.Azure.Cosmos.LagReads("chat", "conversations", 1000);
        var request = await alice.AsksToWriteAsync("bob");
        await his.ReceivesEventAsync("request.received");
        Assert.NotNull(his.Events().Single().Text("session"));
        await bob.DoAsync("POST", $"/api/requests/{request}/accept");
        await phone.ReceivesEventAsync("request.resolved");

        using var sent = await Person.PatientlyAsync(() => alice.At(other).SendAsync(
            HttpMethod.Post,
            $"/api/conversations/{request}/messages",
            JsonContent.Create(new { clientMessageId = "second", text = "There's more" }),
            message => message.Headers.Add(Session.Header, phone.Events().Single().Text("session"))));
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
    }

    [Fact]
    public async Task Should_reach_the_list_although_the_process_dies_after_it_was_accepted()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = await alice.AsksToWriteAsync("bob");
        await app.HasDeliveredAsync();

        // The answer's own write of the list fails, as if the process had ended before it.
        using (app.Azure.Faults.Add(new Chat.Local.Fault("cosmos", "patch", Chat.Local.FaultKind.Fail)
        {
            Target = target => target.Contains($"inbox:{request}", StringComparison.Ordinal),
            Times = 1,
        }))
        {
            using var answer = await bob.SendAsync(HttpMethod.Post, $"/api/requests/{request}/accept", null);
            Assert.False(answer.IsSuccessStatusCode);
        }

        await Eventually.SeesAsync(() => bob.ListedAsync(), listed => listed.SequenceEqual([request]));
    }

    /// <summary>What the sender can see, and what is answered to all that they can do, whatever became of the request.</summary>
    [Fact]
    public async Task Should_look_the_same_whether_it_waits_is_declined_or_its_sender_is_blocked()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var seen = new List<string>();
        foreach (var becomes in new[] { "pending", "declined", "blocked", "declined and blocked", "blocked and reported", "read" })
        {
            var (alice, bob) = (app.As($"alice-of-{seen.Count}"), app.As($"bob-of-{seen.Count}"));
            await using var phone = await alice.ListenAsync();
            var request = await alice.AsksToWriteAsync(bob.Name);
            await app.HasDeliveredAsync();
            await (becomes switch
            {
                "declined" => bob.DoAsync("POST", $"/api/requests/{request}/decline", new { }),
                "blocked" => bob.DoAsync("PUT", $"/api/blocks/{alice.Name}"),
                "declined and blocked" => bob.DoAsync("POST", $"/api/requests/{request}/decline", new { block = true }),
                "blocked and reported" => bob.DoAsync(
                    "POST",
                    $"/api/requests/{request}/decline",
                    new { block = true, report = new { reason = "spam" } }),
                "read" => bob.DoAsync("PUT", $"/api/conversations/{request}/delivered", new { seq = 2 }),
                _ => Task.CompletedTask,
            });
            using var typing = await bob.PostAsync($"/api/conversations/{request}/typing", new { typing = true });
            await app.HasDeliveredAsync();
            var told = await SendersView.OfAsync(alice, bob.Name, request);
            await app.HasDeliveredAsync();
            told += string.Join('\n', (await phone.EventsBeforeNowAsync(alice, request)).Select(one => one.Text("type")));
            seen.Add(
                told.Replace($"-of-{seen.Count}", "", StringComparison.Ordinal).Replace(request, "{request}", StringComparison.Ordinal));
        }

        Assert.All(seen, one => Assert.Equal(seen[0], one));
        Assert.Contains("403 {\"status\":403,\"code\":\"request_pending\"", seen[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_be_declined_blocked_and_reported_in_one_step()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob, vera) = (app.As("alice"), app.As("bob"), app.AsModerator("vera"));
        var (request, group) = (await alice.AsksToWriteAsync("bob"), (await alice.CreateGroupAsync("Buy", "bob")).ConversationId);
        foreach (var conversation in new[] { request, group, request, group })
        {
            await bob.DoAsync(
                "POST",
                $"/api/requests/{conversation}/decline",
                new { block = true, report = new { reason = "spam", note = "He sells something" } });
        }

        // Alice takes it back; what she said is with the moderators.
        await alice.AskAsync(
            "DELETE",
            $"/api/conversations/{request}/messages/{Assert.Single((await alice.MessagesAsync(request)).Messages).MessageId}");
        Assert.Empty(await bob.RequestsAsync());
        Assert.Equal("alice", Assert.Single((await bob.AskAsync("GET", "/api/blocks")).List("blocks")).Text("userId"));
        var cases = (await vera.AskAsync("GET", "/api/moderation/cases")).List("cases");
        Assert.Equal(2, cases.Count);
        Assert.All(cases, one => Assert.Equal(("alice", 1), (one.Text("target.userId"), one.Number("reports"))));
        var details = await vera.AskAsync(
            "GET",
            $"/api/moderation/cases/{cases.Single(one => one.Text("target.conversationId") == request).Text("caseId")}");
        Assert.Equal("Hello, it's me", Assert.Single(details.List("evidence")).Text("message.text"));
        Assert.Equal(
            ("bob", "spam", "He sells something"),
            (
                details.List("reports")[0].Text("reporterId"),
                details.List("reports")[0].Text("reason"),
                details.List("reports")[0].Text("note")));

        var malformed = new { report = new { reason = "nonsense" } };
        Assert.Equal(
            "malformed",
            await bob.IsRefusedAsync("POST", $"/api/requests/{request}/decline", HttpStatusCode.BadRequest, malformed));
        var nobodys = new { block = true, report = new { reason = "spam" } };
        Assert.Equal(
            "request_not_found",
            await app.As("carol").IsRefusedAsync("POST", $"/api/requests/{request}/decline", HttpStatusCode.NotFound, nobodys));
        Assert.Equal(2, (await vera.AskAsync("GET", "/api/moderation/cases")).List("cases").Count);
    }

    [Fact]
    public async Task Should_be_reported_once_each_time_that_something_new_is_declined()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, vera) = (app.As("alice"), app.As("bob"), app.AsModerator("vera"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.DoAsync("PUT", "/api/restrictions/alice");
        foreach (var text in new[] { "Buy this", "Or this" })
        {
            await alice.SendAsync(direct, text);
            await app.HasDeliveredAsync();
            for (var repeat = 0; repeat < 2; repeat++)
            {
                await bob.DoAsync("POST", $"/api/requests/{direct}/decline", new { report = new { reason = "spam" } });
            }
        }

        var found = Assert.Single((await vera.AskAsync("GET", "/api/moderation/cases")).List("cases"));
        var details = await vera.AskAsync("GET", $"/api/moderation/cases/{found.Text("caseId")}");
        Assert.Equal(2, details.List("reports").Count);
        Assert.Equal(
            ["Buy this", "Or this"],
            details.List("evidence").Select(one => one.Text("message.text")).OfType<string>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Should_be_answered_by_those_alone_whom_it_is_to()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var request = await app.As("alice").AsksToWriteAsync("bob");
        foreach (var name in new[] { "alice", "carol" })
        {
            Assert.Equal(
                "request_not_found",
                await app.As(name).IsRefusedAsync("POST", $"/api/requests/{request}/accept", HttpStatusCode.NotFound));
            Assert.Equal(
                "request_not_found",
                await app.As(name).IsRefusedAsync("POST", $"/api/requests/{request}/decline", HttpStatusCode.NotFound, new { }));
        }

        Assert.Equal(
            "request_not_found",
            await app.As("bob").IsRefusedAsync("POST", "/api/requests/aaaaaaaaaaaaaaaaaaaaaa/accept", HttpStatusCode.NotFound));
        Assert.Single(await app.As("bob").RequestsAsync());
    }

    [Fact]
    public async Task Should_be_declined_but_not_seen_while_its_sender_blocks_whom_it_is_to()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var request = await alice.AsksToWriteAsync("bob");
        await alice.DoAsync("PUT", "/api/blocks/bob");
        Assert.Empty(await bob.RequestsAsync());
        Assert.Equal("request_not_found", await bob.IsRefusedAsync("POST", $"/api/requests/{request}/accept", HttpStatusCode.NotFound));
        await alice.DoAsync("DELETE", "/api/blocks/bob");
        Assert.Single(await bob.RequestsAsync());
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await bob.DoAsync("POST", $"/api/requests/{request}/decline", new { block = true });
        await bob.DoAsync("POST", $"/api/requests/{request}/decline", new { block = true });
        Assert.Equal("alice", Assert.Single((await bob.AskAsync("GET", "/api/blocks")).List("blocks")).Text("userId"));
        await alice.DoAsync("DELETE", "/api/blocks/bob");
        await bob.DoAsync("DELETE", "/api/blocks/alice");
        Assert.Empty(await bob.RequestsAsync());
    }

    [Fact]
    public async Task Should_not_vanish_when_an_older_request_is_cleared_away()
    {
        await using var app = await ChatApp.StartAsync();
        var requests = app.Services.GetRequiredService<ContactRequests>();
        var (alice, bob, conversation) = (new UserId("alice"), new UserId("bob"), ConversationId.New());
        await requests.NoteAsync(bob, conversation, alice, null, CancellationToken.None);
        var older = (await requests.ReadAsync(bob, conversation, CancellationToken.None))!;

        // Bob is asked again between the look for the older one and its removal.
        using (var halt = new Halt(app.Azure, "cosmos", "delete", target => target.Contains("request:", StringComparison.Ordinal)))
        {
            var removing = requests.RemoveAsync(older, CancellationToken.None);
            await halt.Reached;
            await requests.NoteAsync(bob, conversation, new UserId("carol"), null, CancellationToken.None);
            halt.Open();
            await removing;
        }

        var newer = await requests.ReadAsync(bob, conversation, CancellationToken.None);
        Assert.Equal("carol", newer?.By.Value);
        await requests.RemoveAsync(older, CancellationToken.None);
        Assert.Equal(newer, await requests.ReadAsync(bob, conversation, CancellationToken.None));
        await requests.RemoveAsync(newer!, CancellationToken.None);
        Assert.Null(await requests.ReadAsync(bob, conversation, CancellationToken.None));
    }
}
