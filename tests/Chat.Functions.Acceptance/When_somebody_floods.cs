using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The rates at which one user may call, which others don't notice.</summary>
public class When_somebody_floods
{
    private static readonly Dictionary<string, string?> SixtyAndOneAMinute =
        new(StringComparer.Ordinal) { ["Limits:SendBurst"] = "60", ["Limits:SendsPerMinute"] = "1" };

    [Fact]
    public async Task Should_accept_what_people_write_and_refuse_the_rest_without_reading_or_writing_anything()
    {
        await using var app = await ChatApp.StartAsync(settings: SixtyAndOneAMinute);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(conversation, "The first pays for what the others find.");
        var statuses = new List<HttpStatusCode>();
        foreach (var answers in Enumerable.Range(0, 300).Chunk(50))
        {
            statuses.AddRange(await Task.WhenAll(answers.Select(async n =>
            {
                using var answer = await alice.TrySendAsync(conversation, $"{n}");
                return answer.StatusCode;
            })));
        }

        // One more for each minute that the story takes. Of what is let in, a busy machine may take too long for some.
        Assert.InRange(statuses.Count(status => status != HttpStatusCode.TooManyRequests), 60, 65);
        Assert.All(statuses, status => Assert.True(
            status is HttpStatusCode.Created or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, $"{status}"));
        await app.HasDeliveredAsync();

        statuses.Clear();
        var free = 0;
        for (var n = 0; n < 20; n++)
        {
            var before = Requests(app);
            using var answer = await alice.SendAsync(
                HttpMethod.Post, $"/api/conversations/{conversation}/messages", new StringContent("no JSON"));
            statuses.Add(answer.StatusCode);
            free += Requests(app) == before ? 1 : 0;
        }

        // What an instance asks by time may fall into some of them.
        Assert.InRange(free, 15, 20);

        // Perhaps one came a minute after the last that was accepted.
        Assert.InRange(statuses.Count(status => status == HttpStatusCode.TooManyRequests), 19, 20);
        Assert.Equal(conversation, (await bob.SendAsync(conversation, "Are you all right?")).ConversationId);
    }

    [Fact]
    public async Task Should_say_which_limit_it_is_and_when_to_come_again()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(
            await LocalAzure.StartAsync(directory: null, time: clock),
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Limits:SendBurst"] = "2",
                ["Limits:SendsPerMinute"] = "1",
                ["Limits:PresencePerMinute"] = "1",
                ["Limits:GifSearchesPerMinute"] = "1",
                ["Limits:LookupsPerMinute"] = "2",
            });
        await using var azure = app.Azure;
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "one", "1");
        await alice.SendAsync(conversation, "two", "2");

        using var refused = await alice.TrySendAsync(conversation, "two", "2");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("\"sendsPerMinute\";q=2;w=120", refused.Headers.GetValues("RateLimit-Policy").Single());
        var wait = (int)refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        Assert.InRange(wait, 1, 60);
        Assert.Equal($"\"sendsPerMinute\";r=0;t={wait}", refused.Headers.GetValues("RateLimit").Single());
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ("rate_limited", "sendsPerMinute", 1), (problem.Text("code"), problem.Text("limit.name"), problem.Number("limit.value")));

        await alice.AskAsync("GET", "/api/presence?users=bob");
        Assert.Equal("rate_limited", await alice.IsRefusedAsync("GET", "/api/presence?users=bob", HttpStatusCode.TooManyRequests));
        Assert.Equal("gifs_disabled", await alice.IsRefusedAsync("GET", "/api/gifs", HttpStatusCode.Forbidden));
        Assert.Equal("rate_limited", await alice.IsRefusedAsync("GET", "/api/gifs", HttpStatusCode.TooManyRequests));

        // What the screen looks up counts together, and completing uploads with what is sent.
        const string None = "aaaaaaaaaaaaaaaaaaaaaa";
        var photo = new { conversationId = conversation, messageId = None, mediaId = None, variant = "320" };
        await alice.AskAsync("POST", "/api/media/urls", new { items = new[] { photo } });
        var card = new { conversationId = conversation, messageId = None, index = 0 };
        await alice.AskAsync("POST", "/api/cards/unfurl", new { items = new[] { card } });
        foreach (var (path, body, limit) in new (string, object?, string)[]
        {
            ("/api/media/urls", new { }, "lookupsPerMinute"),
            ("/api/cards/unfurl", new { }, "lookupsPerMinute"),
            ($"/api/media/uploads/{None}/complete", null, "sendsPerMinute"),
        })
        {
            var much = await alice.AskAsync("POST", path, body, HttpStatusCode.TooManyRequests);
            Assert.Equal(limit, much.Text("limit.name"));
        }

        // The repeat comes to its answer.
        clock.Jump(TimeSpan.FromMinutes(1));
        Assert.Equal("two", (await alice.SendAsync(conversation, "two", "2")).Text);
        Assert.Equal(2, (await alice.HistoryAsync(conversation)).Count);
    }

    [Fact]
    public async Task Should_count_each_message_of_a_batch_and_each_target()
    {
        await using var app = await ChatApp.StartAsync(settings: SixtyAndOneAMinute);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var other = (await alice.StartDirectAsync("carol")).ConversationId;
        var sent = await bob.SendAsync(conversation, "Pass it on");
        object Batch(int from, int count) =>
            new { messages = Enumerable.Range(from, count).Select(n => new { clientMessageId = $"{n}", text = $"{n}" }) };

        await alice.AskAsync("POST", $"/api/conversations/{conversation}/messages/batch", Batch(0, 50));
        var forward = new { clientMessageId = "forward", to = new[] { conversation, other } };
        await alice.AskAsync("POST", $"/api/conversations/{conversation}/messages/{sent.MessageId}/forward", forward);

        // Eight are left: fifty don't fit, and none of them is sent.
        Assert.Equal("rate_limited", await alice.IsRefusedAsync(
            "POST", $"/api/conversations/{conversation}/messages/batch", HttpStatusCode.TooManyRequests, Batch(50, 50)));
        Assert.Equal(52, (await alice.HistoryAsync(conversation)).Count);
        var last = await alice.SendAsync(conversation, "Still here");
        await alice.AskAsync("PATCH", $"/api/conversations/{conversation}/messages/{last.MessageId}", new { text = "Still here!" });
        await alice.AskAsync("PUT", $"/api/conversations/{conversation}/messages/{last.MessageId}/reactions/{Uri.EscapeDataString("👍")}");
        Assert.Equal("rate_limited", await alice.IsRefusedAsync(
            "POST", $"/api/conversations/{conversation}/messages/batch", HttpStatusCode.TooManyRequests, Batch(100, 9)));
    }

    [Fact]
    public async Task Should_count_whatever_is_pushed_to_everybody()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Limits:SendBurst"] = "10",
            ["Limits:SendsPerMinute"] = "1",
            ["Trust:Mode"] = "open",
        };
        await using var app = await ChatApp.StartAsync(settings: settings);
        var alice = app.As("alice");
        var group = $"/api/conversations/{(await alice.CreateGroupAsync("Trip", "bob")).ConversationId}";
        var sent = (await alice.SayAsync(group["/api/conversations/".Length..], new { text = "Hello" })).Path();
        (string Method, string Path, object? Body)[] calls =
        [
            ("PATCH", group, new { title = "Journey" }),
            ("PUT", $"{sent}/pin", null),
            ("DELETE", $"{sent}/pin", null),
            ("PATCH", $"{group}/members/bob", new { role = "admin" }),
            ("POST", $"{group}/owner", new { userId = "nobody" }),
            ("POST", $"{group}/invite-links", new { }),
            ("DELETE", $"{group}/invite-links/none", null),
            ("PATCH", "/api/me/profile", new { displayName = "Alice" }),
        ];

        // With the message they are nine, so that one more is left.
        foreach (var (method, path, body) in calls)
        {
            using var answer = await alice.SendAsync(new HttpMethod(method), path, body is null ? null : JsonContent.Create(body));
            Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode);
        }

        await alice.AskAsync("PATCH", group, new { title = "Trip" });
        foreach (var (method, path, body) in calls)
        {
            Assert.Equal("rate_limited", await alice.IsRefusedAsync(method, path, HttpStatusCode.TooManyRequests, body));
        }
    }

    [Fact]
    public async Task Should_refuse_reports_before_anything_is_read_for_them()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:ReportsPerMinute"] = "1" });
        var alice = app.As("alice");
        var report = new { target = new { userId = "bob" }, reason = "spam" };
        await alice.AskAsync("POST", "/api/reports", report, HttpStatusCode.Accepted);

        // What the first one left to the queue goes on meanwhile.
        await Eventually.SeesAsync(
            async () =>
            {
                var before = Requests(app);
                var refusal = await alice.AskAsync("POST", "/api/reports", report, HttpStatusCode.TooManyRequests);
                Assert.Equal(("rate_limited", "reportsPerMinute"), (refusal.Text("code"), refusal.Text("limit.name")));
                return Requests(app) - before;
            },
            requests => requests == 0);
    }

    [Fact]
    public async Task Should_count_whom_they_block_and_whom_not_any_more()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Limits:SendBurst"] = "2",
                ["Limits:SendsPerMinute"] = "1",
            });
        var alice = app.As("alice");
        await alice.DoAsync("PUT", "/api/blocks/bob");
        await alice.DoAsync("DELETE", "/api/blocks/bob");
        Assert.Equal("rate_limited", await alice.IsRefusedAsync("PUT", "/api/blocks/carol", HttpStatusCode.TooManyRequests));
        Assert.Equal("rate_limited", await alice.IsRefusedAsync("DELETE", "/api/blocks/bob", HttpStatusCode.TooManyRequests));
    }

    private static long Requests(ChatApp app) =>
        app.Azure.Meter.Read()
            .Where(
                reading => reading.Service is "cosmos" or "servicebus" && reading.Operation is not ("changefeed" or "lease" or "receive"))
            .Sum(reading => reading.Requests);
}
