using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Chat.Functions.Streaks;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Acceptance.Api;

/// <summary>
/// What an example of openapi.yaml finds when it is sent: alice's group with bob and carol, and a message of hers. She is the one
/// who sends it.
/// </summary>
internal sealed partial class World
{
    private readonly ChatApp _app;

    private World(ChatApp app, string conversation, string message)
    {
        _app = OthersWriter = app;
        (Conversation, Message) = (conversation, message);
        Values = new(StringComparer.Ordinal)
        {
            ["conversationId"] = () => conversation,
            ["conversations"] = () => Values!["conversationId"](),
            ["messageId"] = () => message,
            ["messageIds"] = () => message,
            ["clientMessageId"] = () => Guid.NewGuid().ToString("N"),
            ["replyTo"] = () => message,
            ["threadId"] = () => message,
            ["expiresAt"] = Tomorrow,
            ["closesAt"] = Tomorrow,
            ["dueAt"] = Tomorrow,
        };
    }

    public string Conversation { get; }

    public string Message { get; }

    /// <summary>Further conversations that an example names.</summary>
    public IEnumerable<string> Others =>
        ((string[])["to", "conversationId"]).Where(Values.ContainsKey).Select(name => Values[name]()).Where(other => other != Conversation);

    /// <summary>The instance through which <see cref="Others"/> were written.</summary>
    public ChatApp OthersWriter { get; private set; }

    /// <summary>Who sends the examples.</summary>
    public string Caller { get; set; } = "alice";

    /// <summary>What stands in this world for the documented examples of parameters and members of bodies, by their names.</summary>
    public Dictionary<string, Func<string>> Values { get; }

    public static async Task<World> PrepareAsync(ChatApp app, ApiOperation? operation = null, string? example = null)
    {
        var alice = app.As("alice");
        var conversation = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var message = (await alice.SendAsync(conversation, "Hello")).MessageId;
        var world = new World(app, conversation, message);
        if (operation is not null
            && (Before.TryGetValue($"{operation.Id}/{example}", out var happens) || Before.TryGetValue(operation.Id, out happens)))
        {
            await happens(world);
        }

        return world;
    }

    public Person As(string user) => _app.As(user);

    /// <summary>An example as it is sent in this world.</summary>
    public async Task<ApiRequest> PlaceAsync(ApiRequest example)
    {
        var request = example with { Body = Place(example.Body) };
        foreach (var parameter in example.Operation.Parameters.Where(parameter => IsGiven(example, parameter)))
        {
            request = parameter.Name == "continuation" ? request.With(parameter, await ContinuationAsync(example))
                : Values.TryGetValue(parameter.Name, out var own) ? request.With(parameter, own())
                : request;
        }

        return example.Operation.NeedsToken
            ? request with { Headers = request.Headers.SetItem("Authorization", $"Bearer {TokenFor(request)}") }
            : request;
    }

    private static bool IsGiven(ApiRequest request, ApiParameter parameter) => parameter.In switch
    {
        "path" => request.Path.ContainsKey(parameter.Name),
        "query" => request.Query.Exists(other => other.Name == parameter.Name),
        _ => request.Headers.ContainsKey(parameter.Name),
    };

    /// <summary>Where the list goes on after its first item.</summary>
    private async Task<string> ContinuationAsync(ApiRequest example)
    {
        var first = await PlaceAsync(example with { Query = [("limit", "1")] });
        return (await first.SendAsync(_app.Http)).Json.GetProperty("continuation").GetString()
            ?? throw new InvalidOperationException(
                $"{example.Operation} has but one item to list: add a line to {nameof(World)}.{nameof(Before)} that makes more.");
    }

    private byte[]? Place(byte[]? body)
    {
        var json = body is null ? null : JsonNode.Parse(body);
        Place(json);
        return json is null ? null : JsonSerializer.SerializeToUtf8Bytes(json);
    }

    private void Place(JsonNode? node)
    {
        foreach (var item in node as JsonArray ?? [])
        {
            Place(item);
        }

        foreach (var (name, value) in (node as JsonObject ?? []).ToList())
        {
            if (value?.GetValueKind() == JsonValueKind.String && Values.TryGetValue(name, out var own))
            {
                node![name] = own();
            }

            if (value is JsonArray { Count: > 0 } array && array[0]?.GetValueKind() == JsonValueKind.String
                && Values.TryGetValue(name, out var item))
            {
                node![name] = new JsonArray(item());
            }

            Place(node![name]);
        }
    }

    private string TokenFor(ApiRequest request) =>
        IsHost(request) ? Tokens.For("app", roles: "chat.host")
            : request.Operation.Path.StartsWith("/moderation/", StringComparison.Ordinal) ? Tokens.For("vera", roles: "chat.moderator")
            : request.Operation.Id == "createConversation" ? Tokens.For(Caller, roles: "chat.publisher")
            : Tokens.For(Caller);

    private static bool IsHost(ApiRequest request) =>
        request.Operation.Path.StartsWith("/host/", StringComparison.Ordinal) || request.Headers.ContainsKey("On-Behalf-Of");

    private static string Tomorrow() =>
        TimeProvider.System.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private Task<JsonElement> ReactsAsync(string user) =>
        As(user).AskAsync("PUT", $"/api/conversations/{Conversation}/messages/{Message}/reactions/{Uri.EscapeDataString("👍")}");

    /// <summary>Somebody says something, and others report it.</summary>
    private async Task ReportsAsync(string sender, string reporter = "bob")
    {
        var said = await As(sender).SendAsync(Conversation, "Nonsense");
        var messageIds = new[] { said.MessageId, (await As(sender).SendAsync(Conversation, "More of it")).MessageId };
        await As(reporter).AskAsync(
            "POST",
            "/api/reports",
            new { target = new { conversationId = Conversation, messageIds }, reason = "harassment" },
            HttpStatusCode.Accepted);
        var caseId = OpaqueId.Hash("case", "messages", Conversation, sender);
        Values["caseId"] = () => caseId;
    }

    /// <summary>Alice was warned.</summary>
    private async Task DecidesAsync()
    {
        await ReportsAsync("alice");
        var decided = await _app.AsModerator("vera").AskAsync(
            "POST", $"/api/moderation/cases/{Values["caseId"]()}/decision",
            new { version = 1, action = "warn", ground = "terms", rule = "No harassment" }, HttpStatusCode.Created);
        var decisionId = decided.GetProperty("decisionId").GetString()!;
        Values["decisionId"] = () => decisionId;
    }

    /// <summary>Somebody has a channel.</summary>
    private async Task ChannelAsync(string owner = "dave")
    {
        var channel = (await _app.AsPublisher(owner).CreateChannelAsync("News")).ConversationId;
        Values["conversationId"] = () => channel;
    }

    /// <summary>Dave has a channel that takes comments, and posts in it; Alice follows it.</summary>
    private async Task PostsAsync()
    {
        await ChannelAsync();
        var channel = Values["conversationId"]();
        await _app.As("dave").AskAsync("PATCH", $"/api/conversations/{channel}", new { comments = true });
        await _app.As("alice").FollowAsync(channel);
        var post = (await _app.As("dave").SendAsync(channel, "Hello")).MessageId;
        Values["messageId"] = () => post;
    }

    /// <summary>The host app registers a pack that no other example is about.</summary>
    private Task RegistersAsync()
    {
        var packId = $"cats-{Guid.NewGuid():N}";
        Values["packId"] = () => packId;
        return _app.AsHost().Caller.DoAsync(
            "PUT",
            $"/api/host/sticker-packs/{packId}",
            new { title = "Cats", stickers = new[] { new { stickerId = "wave", url = "https://cdn.example/cats/wave.webp" } } });
    }

    /// <summary>Alice and somebody else, in a conversation that no other example is about.</summary>
    private async Task InDirectAsync()
    {
        var direct = (await As("alice").StartDirectAsync($"ben-{Guid.NewGuid():N}")).ConversationId;
        Values["conversationId"] = () => direct;
    }

    /// <summary>The two wrote on five days in a row until three days ago.</summary>
    private async Task LosesStreakAsync()
    {
        await InDirectAsync();
        var day = (int)(_app.Azure.Time.GetUtcNow().ToUnixTimeSeconds() / 86_400) - 3;
        await _app.Services.GetRequiredService<ChatContainers>().Conversations.PatchItemStreamAsync(
            "head",
            new PartitionKey(Values["conversationId"]()),
            [PatchOperation.Set("/streak", new Streak { Days = 5, DoneDay = day, LastDayA = day, LastDayB = day, RestoresLeft = 3 })]);
    }

    /// <summary>Alice makes the collection of the examples, with two links in it.</summary>
    private async Task CollectsAsync()
    {
        var path = $"/api/conversations/{Conversation}/collections/rome";
        await As("alice").DoAsync("PUT", path, new { title = "Rome" });
        foreach (var name in (string[])["after", "itemId"])
        {
            var item = await SaysAsync(new { text = "https://example.com" });
            await As("alice").DoAsync("PUT", $"{path}/items/{item}", new { first = true });
            Values[name] = () => item;
        }
    }

    private Task PinsAsync() => As("alice").DoAsync("PUT", $"/api/conversations/{Conversation}/messages/{Message}/pin");

    /// <summary>Alice says something; its id.</summary>
    private async Task<string> SaysAsync(object content) =>
        (await As("alice").SayAsync(Conversation, content)).GetProperty("messageId").GetString()!;

    /// <summary>Alice uploads a photo.</summary>
    private async Task UploadsAsync(bool isReady = false)
    {
        using var uploads = new Uploads(_app.Azure);
        var media = await (isReady
            ? uploads.UploadedAsync(As("alice"), Conversation)
            : uploads.UploadAsync(As("alice"), Conversation));
        Values["mediaId"] = () => media;
    }

    /// <summary>Messages of every kind.</summary>
    private async Task SaysEverythingAsync()
    {
        await SaysAsync(
            new { text = "Hello yourself, @bob", replyTo = Message, mentions = new[] { new { userId = "bob", offset = 16, length = 4 } } });
        await SaysAsync(new { text = "@all come!", threadId = Message, mentionsAll = true });
        await SaysAsync(new { poll = new { question = "When?", options = new[] { "Monday", "Tuesday" }, closesAt = Tomorrow() } });
        await As("alice").AskAsync("POST", $"/api/conversations/{Conversation}/messages/{Message}/forward", Person.Under(
            Guid.NewGuid().ToString("N"), new { to = new[] { Conversation } }));
        await UploadsAsync();
        await SaysAsync(new { attachments = new[] { new { mediaId = Values["mediaId"]() } } });
        await SaysAsync(new { cards = new[] { new { type = "video", id = "v-2", title = "Trams", thumbnailUrl = "https://a.example/" } } });
        await As("alice").AskAsync("PATCH", $"/api/conversations/{Conversation}", new { messageTtl = 86400 });
        await SaysAsync(new { text = "Until tomorrow" });
    }

    private async Task InvitesAsync()
    {
        var link = await As("alice").AskAsync("POST", $"/api/conversations/{Conversation}/invite-links", new { }, HttpStatusCode.Created);
        var (linkId, code) = (link.GetProperty("linkId").GetString()!, link.GetProperty("code").GetString()!);
        Values["linkId"] = () => linkId;
        Values["code"] = () => code;
    }

    /// <summary>Some have asked to join, where an admin decides.</summary>
    private async Task AskedAsync(params IEnumerable<string> users)
    {
        await As("alice").AskAsync("PATCH", $"/api/conversations/{Conversation}", new { joinPolicy = "approval" });
        await InvitesAsync();
        foreach (var user in users)
        {
            await As(user).AskAsync("POST", $"/api/invites/{Values["code"]()}/join", expected: HttpStatusCode.Accepted);
        }
    }

    /// <summary>Somebody whom alice doesn't know asks to write to her, where first contact isn't open.</summary>
    private async Task AsksAsync(string name)
    {
        OthersWriter = await _app.StrictAsync();
        var stranger = OthersWriter.As($"{name}-{Guid.NewGuid():N}");
        var conversation = (await stranger.StartDirectAsync("alice")).ConversationId;
        await stranger.SendAsync(conversation, "Hello, alice");
        Values["conversationId"] = () => conversation;
    }

    /// <summary>Alice blocks, mutes or restricts two.</summary>
    private async Task AboutTwoAsync(string what)
    {
        await As("alice").DoAsync("PUT", $"/api/{what}/mallory");
        await As("alice").DoAsync("PUT", $"/api/{what}/malcolm");
    }

    private Task NamesAsync(string user)
    {
        Values["userId"] = () => user;
        return Task.CompletedTask;
    }

    /// <summary>The host app asks for somebody's erasure.</summary>
    private async Task ErasesAsync()
    {
        await NamesAsync($"nobody-{Guid.NewGuid():N}");
        await _app.AsHost().Caller.AskAsync("DELETE", $"/api/host/users/{Values["userId"]()}", null, HttpStatusCode.Accepted);
    }

    private async Task SchedulesAsync()
    {
        var content = new { poll = new { question = "When?", options = new[] { "Monday", "Tuesday" } }, dueAt = Tomorrow() };
        var scheduled = await As("alice").AskAsync(
            "POST",
            $"/api/conversations/{Conversation}/scheduled",
            Person.Under(Guid.NewGuid().ToString("N"), content),
            HttpStatusCode.Created);
        var id = scheduled.GetProperty("scheduledId").GetString()!;
        Values["scheduledId"] = () => id;
    }
}
