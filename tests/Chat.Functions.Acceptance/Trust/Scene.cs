using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Scheduled;
using Xunit;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>Mallory, who wants something to reach the victim; all of it carries a mark by which it is found.</summary>
internal sealed class Scene
{
    private readonly ChatApp _app;
    private readonly JumpingClock _clock;
    private readonly string _name;
    private int _sent;

    /// <param name="app">The app.</param>
    /// <param name="clock">Its clock.</param>
    /// <param name="name">Ends the names of all who take part; letters and digits.</param>
    public Scene(ChatApp app, JumpingClock clock, string name)
    {
        (_app, _clock, _name) = (app, clock, name);
        (Mallory, Victim, Friend, Moderator) = (
            As("mallory"), As("victim"), As("friend"), new Person(app.Http, "vera", "chat.moderator", Lifetime));
        Host = new Harness.HostApp(new Person(app.Http, "app", "chat.host", Lifetime));
    }

    /// <summary>Time jumps by hours, and tokens are to last.</summary>
    private static TimeSpan Lifetime => TimeSpan.FromDays(100);

    public string Mark => $"mark{_name}z";

    public Person Mallory { get; }

    public Person Victim { get; }

    /// <summary>Somebody else.</summary>
    public Person Friend { get; }

    public Person Moderator { get; }

    public Harness.HostApp Host { get; }

    public Person As(string role) => new(_app.Http, $"{role}-{_name}", lifetime: Lifetime);

    /// <summary>The victim follows mallory, so that what she writes needs no request.</summary>
    public Task FollowAsync() => Host.FollowsAsync(Victim.Name, Mallory.Name);

    public async Task<string> DirectAsync() => (await Mallory.StartDirectAsync(Victim.Name)).ConversationId;

    /// <summary>A conversation in which mallory has asked.</summary>
    public async Task<string> AskedAsync()
    {
        var direct = await DirectAsync();
        await Mallory.SendAsync(direct, "Hello", "first");
        return direct;
    }

    /// <summary>A conversation that is open, and in which both have written.</summary>
    public async Task<string> OpenAsync()
    {
        await FollowAsync();
        var direct = await AskedAsync();
        await Victim.SendAsync(direct, "Hello yourself");
        return direct;
    }

    public Task BlockAsync() => Victim.DoAsync("PUT", $"/api/blocks/{Mallory.Name}");

    /// <summary>Tries something that may be refused, again while the app asks for that; what is answered.</summary>
    public async Task<JsonElement> TryAsync(Person person, string method, string path, object? body = null)
    {
        using var answer = await Eventually.SeesAsync(
            () => person.SendAsync(new HttpMethod(method), $"/api/{path}", body is null ? null : JsonContent.Create(body)),
            seen => seen.StatusCode != HttpStatusCode.ServiceUnavailable);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : default;
    }

    /// <summary>Tries to send; what is answered.</summary>
    public Task<JsonElement> SayAsync(string conversation, object content, Person? person = null) =>
        TryAsync(person ?? Mallory, "POST", $"conversations/{conversation}/messages", Person.Under($"say-{++_sent}", content));

    public Task<JsonElement> BatchAsync(string conversation, params string[] texts) =>
        TryAsync(Mallory, "POST", $"conversations/{conversation}/messages/batch", new
        {
            messages = texts.Select(text => new { clientMessageId = $"batch-{++_sent}", text }),
        });

    /// <summary>Tries to send what is due when a while has passed, in which something else happens.</summary>
    public async Task ScheduleAsync(string conversation, string text, Func<Task>? meanwhile = null)
    {
        await TryAsync(
            Mallory,
            "POST",
            $"conversations/{conversation}/scheduled",
            new { clientMessageId = $"later-{++_sent}", text, dueAt = _clock.GetUtcNow().AddMinutes(5) });
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        _clock.Jump(TimeSpan.FromMinutes(6));
        await Eventually.SeesAsync(
            _clock,
            () => Task.FromResult(_app.Azure.ServiceBus.Find(ScheduledDue.Queue)!.Count()),
            left => left is { Active: 0, InFlight: 0, Scheduled: 0 });
    }

    /// <summary>Tries to forward something that mallory said elsewhere.</summary>
    public async Task ForwardAsync(string conversation, string text)
    {
        var own = await GroupAsync("Own", As("helper").Name);
        var said = await SayAsync(own, new { text });
        await TryAsync(
            Mallory,
            "POST",
            $"conversations/{own}/messages/{said.Text("messageId")}/forward",
            new { clientMessageId = $"forward-{++_sent}", to = new[] { conversation } });
    }

    /// <summary>Tries to create a group of mallory's; an id that nobody has if that is refused.</summary>
    public Task<string> GroupAsync(string title, params string[] members) => GroupOfAsync(Mallory, title, members);

    public async Task<string> GroupOfAsync(Person owner, string title, params string[] members) =>
        (await TryAsync(owner, "POST", "conversations", new { kind = "group", title, members })).Text("conversationId")
            ?? "aaaaaaaaaaaaaaaaaaaaaa";

    /// <summary>A moderator bans mallory.</summary>
    public async Task BanAsync()
    {
        await Friend.AskAsync(
            "POST", "/api/reports", new { target = new { userId = Mallory.Name }, reason = "spam" }, HttpStatusCode.Accepted);
        var open = (await Moderator.AskAsync("GET", "/api/moderation/cases?limit=100")).List("cases")
            .Single(one => $"{one}".Contains($"\"{Mallory.Name}\"", StringComparison.Ordinal));
        await Moderator.DecideAsync(
            $"/api/moderation/cases/{open.Text("caseId")}", new { action = "ban", ground = "terms", rule = "Spam" });
    }

    /// <summary>All that the victim can see: lists, requests, whatever those name, mallory's profile.</summary>
    public async Task<string> SeenAsync()
    {
        await _app.HasDeliveredAsync(_clock);
        var seen = new StringBuilder();
        async Task<JsonElement> LookAsync(string path)
        {
            var answer = await TryAsync(Victim, "GET", path);
            seen.Append(answer);
            return answer;
        }

        var requests = (await LookAsync("requests?limit=100")).List("requests");
        var listed = (await LookAsync("conversations?filter=all&limit=100")).List("conversations");
        await LookAsync("sync?limit=100");
        foreach (var conversation in requests.Concat(listed).Select(one => one.Text("conversationId")))
        {
            foreach (var path in new[] { "", "/messages", "/events", "/members", "/pins" })
            {
                await LookAsync($"conversations/{conversation}{path}");
            }
        }

        seen.Append(await TryAsync(Victim, "POST", "users/profiles", new { users = new[] { Mallory.Name } }));
        return seen.ToString();
    }
}
