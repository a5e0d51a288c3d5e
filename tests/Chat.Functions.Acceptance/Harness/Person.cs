using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A user of the app: what people do, in words, over real HTTP.</summary>
internal sealed class Person(HttpClient http, string name, string? role = null, TimeSpan? lifetime = null)
{
    private readonly string _token = Tokens.For(name, lifetime: lifetime, roles: role);

    public string Name => name;

    /// <summary>The same person, through another instance of the app.</summary>
    public Person At(ChatApp other) => new(other.Http, name, role);

    /// <summary>The same person, through the backend that was started again.</summary>
    public Person At(Backend other) => new(other.Http, name, role);

    /// <summary>Begins a direct conversation.</summary>
    public async Task<ConversationJson> StartDirectAsync(string other) =>
        await ReadAsync<ConversationJson>(
            await PatientlyAsync(() => PostAsync("/api/conversations", new { kind = "direct", members = new[] { other } })));

    /// <summary>Creates a group.</summary>
    public Task<ConversationJson> CreateGroupAsync(string title, params IEnumerable<string> members) =>
        CreateAsync("group", title, members);

    /// <summary>Creates a channel.</summary>
    public Task<ConversationJson> CreateChannelAsync(string title, params IEnumerable<string> members) =>
        CreateAsync("channel", title, members);

    /// <summary>Tries again under the same key while the app asks for that, as clients do.</summary>
    private async Task<ConversationJson> CreateAsync(string kind, string title, IEnumerable<string> members)
    {
        var key = Guid.NewGuid().ToString("N");
        return await ReadAsync<ConversationJson>(await PatientlyAsync(() => SendAsync(
            HttpMethod.Post,
            "/api/conversations",
            JsonContent.Create(new { kind, title, members }),
            request => request.Headers.Add("Idempotency-Key", key))));
    }

    /// <summary>Follows a channel; the subscription.</summary>
    public Task<JsonElement> FollowAsync(string channel, object? wishes = null) =>
        AskAsync("PUT", $"/api/channels/{channel}/subscription", wishes ?? new { }, HttpStatusCode.Created);

    public Task UnfollowAsync(string channel) => DoAsync("DELETE", $"/api/channels/{channel}/subscription");

    /// <summary>The channels that the person follows, as their list has them.</summary>
    public async Task<List<JsonElement>> FollowedAsync() =>
        (await AskAsync("GET", "/api/conversations?filter=channels")).List("conversations");

    /// <summary>Sends, and tries again under the same id while the app asks for that, as clients do.</summary>
    public async Task<MessageJson> SendAsync(string conversation, string text, string? clientMessageId = null)
    {
        clientMessageId ??= Guid.NewGuid().ToString("N");
        return await ReadAsync<MessageJson>(await PatientlyAsync(() => TrySendAsync(conversation, text, clientMessageId)));
    }

    public Task<HttpResponseMessage> TrySendAsync(string conversation, string text, string? clientMessageId = null) =>
        PostAsync(
            $"/api/conversations/{conversation}/messages", new { clientMessageId = clientMessageId ?? Guid.NewGuid().ToString("N"), text });

    /// <summary>Sends a message that says more than a text; the message as it is on the wire.</summary>
    public Task<JsonElement> SayAsync(string conversation, object content) =>
        AskAsync(
            "POST", $"/api/conversations/{conversation}/messages", Under(Guid.NewGuid().ToString("N"), content), HttpStatusCode.Created);

    /// <summary>Sends a message that is refused; the code of the refusal.</summary>
    public Task<string> MayNotSayAsync(string conversation, object content, HttpStatusCode expected) =>
        IsRefusedAsync("POST", $"/api/conversations/{conversation}/messages", expected, Under(Guid.NewGuid().ToString("N"), content));

    /// <summary>Writes to somebody who doesn't know the person; the conversation, which is a request.</summary>
    public async Task<string> AsksToWriteAsync(string other)
    {
        var conversation = (await StartDirectAsync(other)).ConversationId;
        await SendAsync(conversation, "Hello, it's me", "first");
        return conversation;
    }

    /// <summary>The requests to the person that aren't answered.</summary>
    public async Task<List<JsonElement>> RequestsAsync(string query = "") =>
        (await AskAsync("GET", $"/api/requests?{query}")).List("requests");

    public async Task<MessagesJson> MessagesAsync(string conversation, string query = "") =>
        await ReadAsync<MessagesJson>(await PatientlyAsync(() => GetAsync($"/api/conversations/{conversation}/messages?{query}")));

    /// <summary>The whole history, page by page.</summary>
    public async Task<List<MessageJson>> HistoryAsync(string conversation, int limit = 100)
    {
        var messages = new List<MessageJson>();
        for (MessagesJson? page = null; page is not { HasMore: false };)
        {
            page = await MessagesAsync(conversation, $"limit={limit}&afterSeq={page?.ToSeq ?? 0}");
            messages.AddRange(page.Messages);
        }

        return messages;
    }

    public async Task<ConversationJson> ConversationAsync(string conversation) =>
        await ReadAsync<ConversationJson>(await PatientlyAsync(() => GetAsync($"/api/conversations/{conversation}")));

    /// <summary>A page of the person's list.</summary>
    public async Task<SummariesJson> ConversationsAsync(string query = "") =>
        await ReadAsync<SummariesJson>(await PatientlyAsync(() => GetAsync($"/api/conversations?{query}")));

    /// <summary>The person's own entry of a conversation, or null while there is none.</summary>
    public async Task<SummaryJson?> SummaryAsync(string conversation) =>
        (await ConversationsAsync()).Conversations.SingleOrDefault(summary => summary.ConversationId == conversation);

    public Task MarkReadAsync(string conversation, long seq) => DoAsync("PUT", $"/api/conversations/{conversation}/read", new { seq });

    /// <summary>
    /// Asks for something and takes the answer as it is on the wire; the status is what the story expects. Tries again while the
    /// app asks for that, unless the story expects it.
    /// </summary>
    public async Task<JsonElement> AskAsync(string method, string path, object? body = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var tries = 0;
        Task<HttpResponseMessage> TryAsync()
        {
            tries++;
            return SendAsync(new HttpMethod(method), path, Content(body));
        }

        var answer = expected == HttpStatusCode.ServiceUnavailable ? await TryAsync() : await PatientlyAsync(TryAsync);

        // What was answered 503 may have been stored, and is there already then.
        var isThere = tries > 1 && expected == HttpStatusCode.Created && answer.StatusCode == HttpStatusCode.OK;
        return await ReadAsync<JsonElement>(answer, isThere ? HttpStatusCode.OK : expected);
    }

    /// <summary>Asks for what is refused; the code of the refusal.</summary>
    public async Task<string> IsRefusedAsync(string method, string path, HttpStatusCode expected, object? body = null) =>
        (await AskAsync(method, path, body, expected)).GetProperty("code").GetString()!;

    /// <summary>Does something that is answered without content.</summary>
    public async Task DoAsync(string method, string path, object? body = null)
    {
        var tries = 0;
        using var answer = await PatientlyAsync(() =>
        {
            tries++;
            return SendAsync(new HttpMethod(method), path, Content(body));
        });

        // What was answered 503 may have been taken away, and isn't there any more then.
        Assert.True(
            answer.StatusCode == HttpStatusCode.NoContent
                || (method == "DELETE" && answer.StatusCode == HttpStatusCode.NotFound && tries > 1),
            $"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>The whole log, page by page.</summary>
    public async Task<List<JsonElement>> LogAsync(string conversation)
    {
        var events = new List<JsonElement>();
        for (JsonElement? page = null; page?.GetProperty("hasMore").GetBoolean() != false;)
        {
            page = await AskAsync(
                "GET", $"/api/conversations/{conversation}/events?limit=100&afterSeq={page?.GetProperty("toSeq").GetInt64() ?? 0}");
            events.AddRange(page.Value.GetProperty("events").EnumerateArray());
        }

        return events;
    }

    /// <summary>Changes how the person has a conversation in their own list.</summary>
    public async Task<PreferencesJson> PreferAsync(string conversation, object change) =>
        await ReadAsync<PreferencesJson>(await PatientlyAsync(() => TryPreferAsync(conversation, change)));

    public Task<HttpResponseMessage> TryPreferAsync(string conversation, object change) =>
        SendAsync(HttpMethod.Patch, $"/api/conversations/{conversation}/preferences", JsonContent.Create(change));

    public Task ClearAsync(string conversation, long seq) => DoAsync("POST", $"/api/conversations/{conversation}/clear", new { seq });

    public Task MarkUnreadAsync(string conversation) => DoAsync("POST", $"/api/conversations/{conversation}/unread");

    public async Task<UnreadJson> UnreadAsync() => await ReadAsync<UnreadJson>(await PatientlyAsync(() => GetAsync("/api/unread")));

    /// <summary>Asks for what has changed since a cursor, or for everything without one.</summary>
    public async Task<SyncJson> SyncAsync(string? cursor, int? limit = null) =>
        await ReadAsync<SyncJson>(await PatientlyAsync(() => GetAsync(
            $"/api/sync?{(cursor is null ? "" : $"cursor={Uri.EscapeDataString(cursor)}&")}{(limit is null ? "" : $"limit={limit}")}")));

    /// <summary>All of the person's conversations, archived ones too, page by page.</summary>
    public async Task<List<SummaryJson>> AllConversationsAsync(int limit = 100)
    {
        var all = new List<SummaryJson>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = await ConversationsAsync(
                $"filter=all&limit={limit}{(continuation.Length > 0 ? $"&continuation={continuation}" : "")}");
            all.AddRange(page.Conversations);
            continuation = page.Continuation;
        }

        return all;
    }

    /// <summary>The ids of the person's conversations, as a list with this filter shows them.</summary>
    public async Task<List<string>> ListedAsync(string filter = "")
    {
        var page = await ConversationsAsync(filter.Length > 0 ? $"filter={filter}" : "");
        return [.. page.Conversations.Select(summary => summary.ConversationId)];
    }

    /// <summary>Connects through negotiate, as any SignalR client does, and listens.</summary>
    public async Task<EventStream> ListenAsync()
    {
        var negotiated = await ReadAsync<JsonElement>(await PatientlyAsync(() => SendAsync(
            HttpMethod.Post, "/api/realtime/negotiate?negotiateVersion=1", new StringContent("", Encoding.UTF8, "text/plain"))));
        return await EventStream.ConnectAsync(
            negotiated.GetProperty("url").GetString()!, negotiated.GetProperty("accessToken").GetString()!);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<HttpResponseMessage> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body));

    public Task<HttpResponseMessage> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, JsonContent.Create(body));

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        change?.Invoke(request);
        return http.SendAsync(request);
    }

    /// <summary>A message's content with the id that its sender chose.</summary>
    public static JsonNode Under(string clientMessageId, object content)
    {
        var message = JsonSerializer.SerializeToNode(content)!;
        message["clientMessageId"] = clientMessageId;
        return message;
    }

    /// <summary>Decides a case, as somebody who has just looked at it.</summary>
    /// <param name="path">The case's address.</param>
    /// <param name="decision">What is decided.</param>
    public async Task<JsonElement> DecideAsync(string path, object decision)
    {
        var body = JsonSerializer.SerializeToNode(decision)!;
        body["version"] = (await AskAsync("GET", path)).GetProperty("case").GetProperty("version").GetInt32();
        return await AskAsync("POST", path + "/decision", body, HttpStatusCode.Created);
    }

    /// <summary>
    /// Asks again while the app asks for that, as clients do, and where the worker's package has nothing to say but 500: it waits but some
    /// seconds for a call's other half.
    /// </summary>
    public static Task<HttpResponseMessage> PatientlyAsync(Func<Task<HttpResponseMessage>> ask) =>
        Eventually.SeesAsync(
            ask,
            answer => answer.StatusCode != HttpStatusCode.ServiceUnavailable
                && !(answer.StatusCode == HttpStatusCode.InternalServerError && answer.Content.Headers.ContentLength == 0),
            "an answer");

    private static JsonContent? Content(object? body) => body is null ? null : JsonContent.Create(body);

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, HttpStatusCode? expected = null)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(
                expected is null ? answer.IsSuccessStatusCode : answer.StatusCode == expected,
                $"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} {text}");
            return JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!;
        }
    }
}
