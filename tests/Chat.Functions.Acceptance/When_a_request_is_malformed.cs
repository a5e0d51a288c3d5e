using System.Net;
using System.Text;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Every bad input is refused as problem+json with a stable code, changes nothing and shows nothing.</summary>
public sealed class When_a_request_is_malformed : IAsyncLifetime
{
    private const string Secret = "secret-words-in-the-request";
    private ChatApp _app = null!;
    private Person _alice = null!;
    private string _conversation = null!;

    public async Task InitializeAsync()
    {
        _app = await ChatApp.StartAsync();
        _alice = _app.As("alice");
        _conversation = (await _alice.StartDirectAsync("bob")).ConversationId;
    }

    public async Task DisposeAsync()
    {
        // Nothing of all this left a trace.
        Assert.Equal(1, (await _alice.ConversationAsync(_conversation)).LastSeq);
        Assert.Single((await _alice.ConversationsAsync()).Conversations);
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"clientMessageId":"1","text":""", 400, "malformed_json")]
    [InlineData("", 400, "malformed_json")]
    [InlineData("null", 400, "malformed_json")]
    [InlineData("[]", 400, "malformed_json")]
    [InlineData("""{"clientMessageId":"1","text":"a","text":"b"}""", 400, "malformed_json")]
    [InlineData("""{"clientMessageId":"1","text":"a"} and more""", 400, "malformed_json")]
    [InlineData("{}", 400, "malformed", "/clientMessageId missing", "/text missing")]
    [InlineData("""{"clientMessageId":1,"text":["a"]}""", 400, "malformed", "/clientMessageId wrong_type", "/text wrong_type")]
    [InlineData("""{"clientMessageId":"","text":""}""", 400, "malformed", "/clientMessageId invalid_id", "/text too_short")]
    [InlineData("""{"clientMessageId":"é","text":"a"}""", 400, "malformed", "/clientMessageId invalid_id")]
    [InlineData("""{"clientMessageId":"1","text":null}""", 400, "malformed", "/text wrong_type")]
    [InlineData("""{"clientMessageId":"1","text":"a\u0000b"}""", 400, "malformed", "/text invalid_text")]
    [InlineData("""{"clientMessageId":"1","text":"a\ud800b"}""", 400, "malformed", "/text invalid_text")]
    public async Task Should_refuse_a_message_body(string body, int status, string code, params string[] faults)
    {
        var problem = await RefusedAsync(await SendAsync(HttpMethod.Post, Messages, body), status, code);
        Assert.Equal(faults, Faults(problem));
    }

    [Fact]
    public async Task Should_refuse_what_is_too_long_too_large_or_too_deep()
    {
        await RefusedAsync(
            await SendAsync(HttpMethod.Post, Messages, Body("1", new string('a', 4001))),
            400,
            "malformed",
            "/text too_long");
        await RefusedAsync(
            await SendAsync(HttpMethod.Post, Messages, Body(new string('1', 65), "a")),
            400,
            "malformed",
            "/clientMessageId invalid_id");
        await RefusedAsync(await SendAsync(HttpMethod.Post, Messages, Body("1", new string('a', 64 * 1024))), 413, "body_too_large");
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 1000)) + "1" + new string('}', 1000);
        await RefusedAsync(await SendAsync(HttpMethod.Post, Messages, deep), 400, "malformed_json");

        // The length isn't told in advance.
        var chunked = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(Body("1", new string('a', 64 * 1024)))));
        chunked.Headers.ContentType = new("application/json");
        using var answer = await _alice.SendAsync(
            HttpMethod.Post,
            Messages,
            chunked,
            request => request.Headers.TransferEncodingChunked = true);
        await RefusedAsync(answer, 413, "body_too_large");
    }

    [Fact]
    public async Task Should_refuse_bytes_that_are_not_UTF8()
    {
        var content = new ByteArrayContent([.. """{"clientMessageId":"1","text":"a"""u8, 0xff, 0xfe, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using var answer = await _alice.SendAsync(HttpMethod.Post, Messages, content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/xml")]
    public async Task Should_refuse_another_media_type(string type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body("1", "a")));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await _alice.SendAsync(HttpMethod.Post, Messages, content);
        await RefusedAsync(answer, 415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"", null)]
    [InlineData("Application/JSON; charset=UTF-8", "identity")]
    public async Task Should_take_json_however_it_is_named(string type, string? coding)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (coding is not null)
        {
            content.Headers.ContentEncoding.Add(coding);
        }

        using var answer = await _alice.SendAsync(HttpMethod.Post, Messages, content);
        Assert.Equal(["/clientMessageId missing", "/text missing"], Faults(await RefusedAsync(answer, 400, "malformed")));
    }

    [Fact]
    public async Task Should_say_that_a_member_is_there_twice()
    {
        var problem = await RefusedAsync(await SendAsync(HttpMethod.Post, Messages, """{"text":"a","text":"b"}"""), 400, "malformed_json");
        Assert.Equal("A member is there twice.", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("""{"kind":"direct","members":[]}""", "/members not_a_pair")]
    [InlineData("""{"kind":"direct","members":["alice"]}""", "/members not_a_pair")]
    [InlineData("""{"kind":"direct","members":["bob","carol"]}""", "/members not_a_pair")]
    [InlineData("""{"kind":"direct","members":["b b","bob",7]}""", "/members/0 invalid_id", "/members/2 wrong_type")]
    [InlineData("""{"kind":"direct","members":"bob"}""", "/members wrong_type")]
    [InlineData("""{"kind":"broadcast","members":["bob","carol"]}""", "/kind not_allowed")]
    [InlineData("""{"kind":"group","members":["bob"]}""", "/title missing")]
    [InlineData("""{"kind":"group","title":"","members":["bob"]}""", "/title too_short")]
    [InlineData("""{"kind":"group","title":"Me","members":["alice"]}""", "/members too_few")]
    [InlineData("""{}""", "/kind missing", "/members missing")]
    public async Task Should_refuse_a_conversation(string body, params string[] faults)
    {
        var problem = await RefusedAsync(await SendAsync(HttpMethod.Post, "/api/conversations", body), 400, "malformed");
        Assert.Equal(faults, Faults(problem));
    }

    [Fact]
    public async Task Should_refuse_more_members_than_a_group_has_and_a_title_that_is_too_long()
    {
        var members = Enumerable.Range(0, 256).Select(n => $"u{n}").ToArray();
        await RefusedAsync(
            await _alice.PostAsync("/api/conversations", new { kind = "group", title = "T", members }),
            400,
            "malformed",
            "/members too_many");
        await RefusedAsync(
            await _alice.PostAsync("/api/conversations", new { kind = "group", title = new string('t', 129), members = new[] { "bob" } }),
            400,
            "malformed",
            "/title too_long");
    }

    [Theory]
    [InlineData("limit=0", "limit out_of_range")]
    [InlineData("limit=101", "limit out_of_range")]
    [InlineData("limit=ten", "limit out_of_range")]
    [InlineData("limit=5&limit=6", "limit repeated")]
    [InlineData("afterSeq=-1", "afterSeq out_of_range")]
    [InlineData("beforeSeq=0", "beforeSeq out_of_range")]
    [InlineData("afterSeq=99999999999999999999", "afterSeq out_of_range")]
    [InlineData("afterSeq=1&beforeSeq=2", "afterSeq not_both")]
    public async Task Should_refuse_a_page(string query, string fault) =>
        await RefusedAsync(await _alice.GetAsync($"{Messages}?{query}"), 400, "malformed", fault);

    [Fact]
    public async Task Should_refuse_a_continuation_of_its_own_making() =>
        await RefusedAsync(await _alice.GetAsync("/api/conversations?continuation=nonsense!"), 400, "malformed", "continuation invalid");

    [Theory]
    [InlineData("""{"seq":2}""", "/seq out_of_range")]
    [InlineData("""{"seq":-1}""", "/seq out_of_range")]
    [InlineData("""{"seq":1.5}""", "/seq out_of_range")]
    [InlineData("""{"seq":"1"}""", "/seq wrong_type")]
    public async Task Should_refuse_a_read_marker_and_a_position_to_clear_up_to(string body, string fault)
    {
        await RefusedAsync(await SendAsync(HttpMethod.Put, $"/api/conversations/{_conversation}/read", body), 400, "malformed", fault);
        await RefusedAsync(await SendAsync(HttpMethod.Post, $"/api/conversations/{_conversation}/clear", body), 400, "malformed", fault);
    }

    [Theory]
    [InlineData(
        """{"mutedUntil":"tomorrow","pinned":1,"archived":"yes","draft":"text"}""", "/mutedUntil invalid_instant", "/pinned wrong_type",
        "/archived wrong_type", "/draft wrong_type")]
    [InlineData("""{"mutedUntil":"2030-01-01T00:00:00","draft":{}}""", "/mutedUntil invalid_instant", "/draft/text missing")]
    [InlineData("""{"mutedUntil":1893456000,"draft":{"text":null}}""", "/mutedUntil wrong_type", "/draft/text wrong_type")]
    [InlineData(
        """{"mutedUntil":"9999-12-31T23:59:59-14:00","draft":{"text":""}}""", "/mutedUntil invalid_instant", "/draft/text too_short")]
    [InlineData("""{"draft":{"text":"a\u0000b"}}""", "/draft/text invalid_text")]
    public async Task Should_refuse_preferences(string body, params string[] faults)
    {
        var problem = await RefusedAsync(
            await SendAsync(HttpMethod.Patch, $"/api/conversations/{_conversation}/preferences", body),
            400,
            "malformed");
        Assert.Equal(faults, Faults(problem));
    }

    [Fact]
    public async Task Should_refuse_a_draft_that_is_too_long_for_a_message() =>
        await RefusedAsync(
            await _alice.TryPreferAsync(_conversation, new { draft = new { text = new string('a', 4001) } }),
            400,
            "malformed",
            "/draft/text too_long");

    [Theory]
    [InlineData("filter=mine", "filter not_allowed")]
    [InlineData("filter=", "filter not_allowed")]
    [InlineData("filter=all&filter=all", "filter repeated")]
    public async Task Should_refuse_a_list(string query, string fault) =>
        await RefusedAsync(await _alice.GetAsync($"/api/conversations?{query}"), 400, "malformed", fault);

    [Theory]
    [InlineData("GET", "/api/nothing", 404, "route_not_found")]
    [InlineData("GET", "/api/", 404, "route_not_found")]
    [InlineData("DELETE", "/api/conversations", 405, "method_not_allowed", "POST, GET")]
    [InlineData("PUT", "/api/realtime/negotiate", 405, "method_not_allowed", "POST")]
    [InlineData("POST", "/api/health", 405, "method_not_allowed", "GET")]
    public async Task Should_refuse_an_unknown_route_or_method(string method, string path, int status, string code, string? allow = null)
    {
        using var answer = await _alice.SendAsync(new HttpMethod(method), path, null);
        await RefusedAsync(answer, status, code);
        Assert.Equal(allow?.Split(", ").Order(), answer.Content.Headers.Allow.Count == 0 ? null : answer.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task Should_answer_the_same_for_what_is_not_there_and_what_is_not_mine()
    {
        var mallory = _app.As("mallory");
        foreach (var id in new[] { _conversation, "aaaaaaaaaaaaaaaaaaaaaa", "odd", "..%2f..", "%E2%80%AE", new string('x', 500) })
        {
            var path = $"/api/conversations/{id}";
            await RefusedAsync(await mallory.GetAsync(path), 404, "conversation_not_found");
            await RefusedAsync(await mallory.GetAsync(path + "/messages"), 404, "conversation_not_found");
            await RefusedAsync(await mallory.PutAsync(path + "/read", new { seq = 1 }), 404, "conversation_not_found");
            await RefusedAsync(await mallory.TrySendAsync(id, Secret), 404, "conversation_not_found");
            await RefusedAsync(await mallory.TryPreferAsync(id, new { pinned = true }), 404, "conversation_not_found");
            await RefusedAsync(await mallory.PostAsync(path + "/clear", new { seq = 1 }), 404, "conversation_not_found");
            await RefusedAsync(await mallory.PostAsync(path + "/unread", new { }), 404, "conversation_not_found");
        }
    }

    [Fact]
    public async Task Should_refuse_every_call_without_a_good_token_but_health()
    {
        (string? Token, string Code)[] tokens =
        [
            (null, "token_missing"),
            ("nonsense", "token_invalid"),
            (Tokens.For("alice", lifetime: TimeSpan.FromMinutes(-10)), "token_expired"),
            (Tokens.For("alice", audience: "another"), "token_invalid"),
            (Tokens.For("alice", issuer: "another"), "token_invalid"),
            (Tokens.For("alice", key: "another key, which has more than 32 bytes"), "token_invalid"),
            (Tokens.For("odd user"), "token_invalid"),
            (
                "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSIsImlzcyI6ImNoYXQtbG9jYWwiLCJhdWQiOiJjaGF0IiwiZXhwIjo5OTk5OTk5OTk5fQ.",
                "token_invalid"),
        ];
        (string Method, string Path)[] calls =
        [
            ("GET", "/api/conversations"), ("POST", "/api/conversations"), (
                "GET",
                $"/api/conversations/{_conversation}"), ("GET", Messages), ("POST", Messages),
            ("PUT", $"/api/conversations/{_conversation}/read"), (
                "POST",
                "/api/realtime/negotiate"), ("GET", "/api/nothing"), ("GET", "/api/unread"),
            ("PATCH", $"/api/conversations/{_conversation}/preferences"), ("POST", $"/api/conversations/{_conversation}/clear"), (
                "POST",
                $"/api/conversations/{_conversation}/unread"),
        ];
        foreach (var (token, code) in tokens)
        {
            foreach (var (method, path) in calls)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                if (token is not null)
                {
                    request.Headers.Authorization = new("Bearer", token);
                }

                using var answer = await _app.Http.SendAsync(request);
                await RefusedAsync(answer, 401, code);
                Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
            }
        }

        Assert.Equal(HttpStatusCode.OK, (await _app.Http.GetAsync("/api/health")).StatusCode);
        await Eventually.SeesAsync(() => _app.Http.GetAsync("/api/health/ready"), answer => answer.StatusCode == HttpStatusCode.OK);
    }

    private string Messages => $"/api/conversations/{_conversation}/messages";

    private static string Body(string clientMessageId, string text) => JsonSerializer.Serialize(new { clientMessageId, text });

    private static async Task<JsonElement> RefusedAsync(HttpResponseMessage answer, int status, string code, string? fault = null)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.RequestMessage}: {(int)answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((status, code), (problem.GetProperty("status").GetInt32(), problem.GetProperty("code").GetString()));
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        if (fault is not null)
        {
            Assert.Equal([fault], Faults(problem));
        }

        return problem;
    }

    private static List<string> Faults(JsonElement problem) =>
        problem.TryGetProperty("errors", out var errors)
            ? [.. errors.EnumerateArray()
                .Select(error => $"{error.GetProperty("pointer").GetString()} {error.GetProperty("code").GetString()}")]
            : [];

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string body) =>
        Person.PatientlyAsync(() => _alice.SendAsync(method, path, new StringContent(body, Encoding.UTF8, "application/json")));
}
