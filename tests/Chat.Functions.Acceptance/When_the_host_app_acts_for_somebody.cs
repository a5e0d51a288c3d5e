using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The host app does for alice what she could do herself, and nothing else.</summary>
public class When_the_host_app_acts_for_somebody
{
    [Fact]
    public async Task Should_do_what_that_user_may_and_no_more()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob, host) = (app.As("alice"), app.As("bob"), app.AsHost());

        // A stranger asks, whoever makes the call.
        var direct = (
            await ForAsync(host, "alice", "/api/conversations", new { kind = "direct", members = new[] { "bob" } }, HttpStatusCode.Created))
            .Text("conversationId")!;
        Assert.Equal(direct, (await alice.StartDirectAsync("bob")).ConversationId);
        var messages = $"/api/conversations/{direct}/messages";
        Assert.Equal("not_a_request", await RefusalAsync(
            host, "alice", messages, new { clientMessageId = "1", text = "See https://shop.example" }, HttpStatusCode.Forbidden));
        var sent = await ForAsync(host, "alice", messages, new { clientMessageId = "1", text = "Hello" }, HttpStatusCode.Created);
        Assert.Equal("alice", sent.Text("senderId"));
        Assert.Equal(
            sent.Text("messageId"),
            (await ForAsync(host, "alice", messages, new { clientMessageId = "1", text = "Hello" }, HttpStatusCode.OK)).Text("messageId"));
        Assert.Equal("request_pending", await RefusalAsync(
            host, "alice", messages, new { clientMessageId = "2", text = "Hello?" }, HttpStatusCode.Forbidden));
        Assert.Equal("alice", Assert.Single((await bob.AskAsync("GET", "/api/requests")).List("requests")).Text("from.userId"));

        // Whom she may not reach, the host app may not reach for her.
        await app.As("carol").DoAsync("PUT", "/api/blocks/alice");
        Assert.Equal("cannot_message", await RefusalAsync(
            host, "alice", "/api/conversations", new { kind = "direct", members = new[] { "carol" } }, HttpStatusCode.Forbidden));

        // Her own roles, her own groups.
        await host.AreFriendsAsync("alice", "dave");
        var group = (await ForAsync(
            host,
            "alice",
            "/api/conversations",
            new { kind = "group", title = "Trip", members = new[] { "dave" } },
            HttpStatusCode.Created))
            .Text("conversationId")!;
        await host.AreFriendsAsync("alice", "erin");
        using (var added = await SendAsync(host, "alice", $"/api/conversations/{group}/members", new { members = new[] { "erin" } }))
        {
            Assert.Equal(HttpStatusCode.NoContent, added.StatusCode);
        }

        Assert.Equal(
            ["alice", "dave", "erin"],
            (await alice.AskAsync("GET", $"/api/conversations/{group}/members")).List("members").Select(one => one.Text("userId")));
        Assert.Equal("not_allowed", await RefusalAsync(
            host, "dave", $"/api/conversations/{group}/members", new { members = new[] { "frank" } }, HttpStatusCode.Forbidden));
        Assert.Equal("conversation_not_found", await RefusalAsync(
            host, "mallory", messages, new { clientMessageId = "1", text = "Hello" }, HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Should_be_held_by_that_users_limits_and_standing()
    {
        var settings =
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:SendsPerMinute"] = "1", ["Limits:SendBurst"] = "2" };
        await using var app = await ChatApp.StartAsync(settings: settings);
        var (alice, host, vera) = (app.As("alice"), app.AsHost(), app.AsModerator("vera"));
        var messages = $"/api/conversations/{(await alice.StartDirectAsync("bob")).ConversationId}/messages";
        await alice.AskAsync("POST", messages, new { clientMessageId = "1", text = "Hello" }, HttpStatusCode.Created);
        await ForAsync(host, "alice", messages, new { clientMessageId = "2", text = "Hello" }, HttpStatusCode.Created);
        Assert.Equal("rate_limited", await RefusalAsync(
            host, "alice", messages, new { clientMessageId = "3", text = "Hello" }, HttpStatusCode.TooManyRequests));

        await app.As("bob")
            .AskAsync("POST", "/api/reports", new { target = new { userId = "alice" }, reason = "spam" }, HttpStatusCode.Accepted);
        var open = Assert.Single((await vera.AskAsync("GET", "/api/moderation/cases")).List("cases")).Text("caseId");
        await vera.DecideAsync($"/api/moderation/cases/{open}", new { action = "ban", ground = "terms", rule = "Spam" });
        Assert.Equal(
            "banned", await RefusalAsync(host, "alice", messages, new { clientMessageId = "4", text = "Hello" }, HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task Should_be_for_the_host_app_alone_and_for_nothing_else()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, host) = (app.As("alice"), app.As("bob"), app.AsHost());
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        var (path, content) = ($"/api/conversations/{direct}", new { clientMessageId = "1", text = "Hello" });

        // Not with a user's token, be it their own name, nor with a moderator's.
        foreach (var caller in new[] { alice, bob, app.AsModerator("vera") })
        {
            Assert.Equal("not_allowed", await RefusalAsync(new(caller), "alice", $"{path}/messages", content, HttpStatusCode.Forbidden));
            Assert.Equal("not_allowed", await RefusalAsync(new(caller), "alice", "/api/unread", null, HttpStatusCode.Forbidden, "GET"));
        }

        (string Method, string Path, object? Body)[] others =
        [
            ("GET", path, null), ("GET", $"{path}/messages", null), ("DELETE", $"{path}/members/alice", null),
            ("POST", $"{path}/messages/batch", new { messages = new[] { content } }),
            ("PATCH", "/api/me/privacy", new { presence = false }), ("POST", "/api/realtime/negotiate", null),
            ("PUT", "/api/blocks/bob", null), ("GET", "/api/nowhere", null),
            (
                "POST",
                "/api/host/relationships",
                new { relationships = new[] { new { from = "alice", to = "bob", follows = true, version = 1 } } }),
        ];
        foreach (var other in others)
        {
            Assert.Equal("not_allowed", await RefusalAsync(host, "alice", other.Path, other.Body, HttpStatusCode.Forbidden, other.Method));
        }

        Assert.Equal("not_allowed", await host.Caller.MayNotSayAsync(direct, new { text = "Hello" }, HttpStatusCode.Forbidden));
        Assert.Equal("malformed", await RefusalAsync(host, "..", $"{path}/messages", content, HttpStatusCode.BadRequest));
        Assert.Equal("malformed", await RefusalAsync(host, "", $"{path}/messages", content, HttpStatusCode.BadRequest));
        Assert.Empty(await bob.HistoryAsync(direct));
    }

    private static async Task<JsonElement> ForAsync(
        Harness.HostApp host,
        string user,
        string path,
        object? body,
        HttpStatusCode expected,
        string method = "POST")
    {
        using var answer = await SendAsync(host, user, path, body, method);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{method} {path} for {user}: {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task<string> RefusalAsync(
        Harness.HostApp host,
        string user,
        string path,
        object? body,
        HttpStatusCode expected,
        string method = "POST") =>
        (await ForAsync(host, user, path, body, expected, method)).Text("code")!;

    private static Task<HttpResponseMessage> SendAsync(
        Harness.HostApp host, string user, string path, object? body, string method = "POST") =>
        Person.PatientlyAsync(() => host.Caller.SendAsync(
            new HttpMethod(method),
            path,
            body is null ? null : JsonContent.Create(body),
            request => request.Headers.TryAddWithoutValidation("On-Behalf-Of", user)));
}
