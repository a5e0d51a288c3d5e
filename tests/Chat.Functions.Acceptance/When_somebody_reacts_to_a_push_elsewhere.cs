using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// What was pushed carries the session: whoever sends it along finds what they were told of, although another instance takes the request
/// and its replica is behind.
/// </summary>
public class When_somebody_reacts_to_a_push_elsewhere
{
    private const int Lag = 1000;

    [Fact]
    public async Task Should_find_what_they_were_told_of()
    {
        await using var app = await ChatApp.StartAsync();
        app.Azure.Cosmos.LagReads("chat", "conversations", Lag);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await using var phone = await bob.ListenAsync();
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "carol" } });
        var sent = await alice.SendAsync(group, "Hello");
        await phone.ReceivesAsync(group, "Hello");
        var session = SessionOf(phone.Events(), group, sent.Seq);

        // An instance that has seen nothing yet, and delivers nothing.
        using var undelivered = app.Azure.Faults.Add(new Fault("servicebus", "receive", FaultKind.Fail));
        var path = $"/api/conversations/{group}";
        await DoesAsync("PUT", $"{path}/messages/{sent.MessageId}/reactions/:ok:", null, HttpStatusCode.OK);
        await DoesAsync(
            "POST",
            $"{path}/messages",
            new { clientMessageId = "1", text = "Hi", replyTo = sent.MessageId },
            HttpStatusCode.Created);
        await DoesAsync(
            "POST",
            $"{path}/messages",
            new { clientMessageId = "2", text = "@carol", mentions = new[] { new { userId = "carol", offset = 0, length = 6 } } },
            HttpStatusCode.Created);
        await DoesAsync("PUT", $"{path}/read", new { seq = sent.Seq }, HttpStatusCode.NoContent);
        await DoesAsync("PUT", $"{path}/delivered", new { seq = sent.Seq }, HttpStatusCode.NoContent);
        await DoesAsync("POST", $"{path}/clear", new { seq = sent.Seq }, HttpStatusCode.NoContent);

        async Task DoesAsync(string method, string address, object? body, HttpStatusCode expected)
        {
            await using var fresh = await ChatApp.StartAsync(app.Azure);
            using var answer = await Person.PatientlyAsync(() => bob.At(fresh).SendAsync(
                new HttpMethod(method),
                address,
                body is null ? null : JsonContent.Create(body),
                request => request.Headers.Add("Chat-Session", session)));

            // What a fresh instance answers too late is there already when it is asked again.
            Assert.True(
                answer.StatusCode == expected || (expected == HttpStatusCode.Created && answer.StatusCode == HttpStatusCode.OK),
                $"{method} {address}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task Should_find_who_asks_to_join()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        await using var phone = await alice.ListenAsync();
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var path = $"/api/conversations/{group}";
        await alice.AskAsync("PATCH", path, new { joinPolicy = "approval" });
        var code = (await alice.AskAsync("POST", $"{path}/invite-links", new { }, HttpStatusCode.Created)).Text("code");
        app.Azure.Cosmos.LagReads("chat", "conversations", Lag);
        await app.As("dave").AskAsync("POST", $"/api/invites/{code}/join", expected: HttpStatusCode.Accepted);
        await phone.ReceivesEventAsync("member.requested");
        var session = phone.Events().Single(one => one.Text("type") == "member.requested").Text("session")!;

        using var undelivered = app.Azure.Faults.Add(new Fault("servicebus", "receive", FaultKind.Fail));
        await using var other = await ChatApp.StartAsync(app.Azure);
        using var approved = await Person.PatientlyAsync(() => alice.At(other).SendAsync(
            HttpMethod.Post,
            $"{path}/join-requests/dave/approve",
            null,
            request => request.Headers.Add("Chat-Session", session)));
        Assert.Equal(HttpStatusCode.NoContent, approved.StatusCode);
    }

    [Theory]
    [InlineData("0:-1#999999999")]
    [InlineData("7:-1#1,0:-1#999999999")]
    [InlineData("not a session")]
    [InlineData("1:2:3")]
    public async Task Should_be_answered_all_the_same_with_a_session_that_nobody_gave(string session)
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        using var sent = await Person.PatientlyAsync(() => alice.SendAsync(
            HttpMethod.Post,
            $"/api/conversations/{conversation}/messages",
            JsonContent.Create(new { clientMessageId = "1", text = "Hi" }),
            Add));
        using var read = await Person.PatientlyAsync(() => alice.SendAsync(
            HttpMethod.Put,
            $"/api/conversations/{conversation}/read",
            JsonContent.Create(new { seq = 2 }),
            Add));
        using var nothing = await Person.PatientlyAsync(() => alice.SendAsync(
            HttpMethod.Put,
            $"/api/conversations/{conversation}/messages/{new string('a', 22)}/pin",
            null,
            Add));

        Assert.Equal(
            (HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.NotFound),
            (sent.StatusCode, read.StatusCode, nothing.StatusCode));

        void Add(HttpRequestMessage request) => request.Headers.TryAddWithoutValidation("Chat-Session", session);
    }

    private static string SessionOf(List<JsonElement> events, string conversation, long seq) =>
        events.First(one => one.Text("conversationId") == conversation && one.GetProperty("seq").GetInt64() == seq).Text("session")!;
}
