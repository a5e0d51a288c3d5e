using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;

namespace Chat.Functions.Acceptance.Api;

/// <summary>
/// What an example of openapi.yaml finds when it is sent: alice's group with bob and carol, and a message of hers. She is the one
/// who sends it.
/// </summary>
internal sealed class World
{
    /// <summary>
    /// What has to have happened before an operation's examples, where that isn't enough: a line for an operation, or for one of
    /// its examples (<c>operation/example</c>).
    /// </summary>
    public static readonly Dictionary<string, Func<World, Task>> Before = new(StringComparer.Ordinal)
    {
        ["listConversations"] = world => world.As("alice").CreateGroupAsync("Another", "bob"),
        ["listReactions"] = world => Task.WhenAll(world.ReactsAsync("bob"), world.ReactsAsync("carol")),
        ["removeReaction"] = world => world.ReactsAsync("alice"),
        ["listInviteLinks"] = world => world.InvitesAsync(),
        ["deleteInviteLink"] = world => world.InvitesAsync(),
        ["joinByInvite"] = world => world.InvitesAsync(),
        ["joinByInvite/Chat-Session"] = async world =>
        {
            await world.AskedAsync();
            world.Caller = "dave";
        },
        ["listJoinRequests"] = world => world.AskedAsync("dave", "erin"),
        ["approveJoinRequest"] = world => world.AskedAsync("dave"),
        ["rejectJoinRequest"] = world => world.AskedAsync("dave"),
        ["listMessages"] = world => world.SaysEverythingAsync(),
        ["forwardMessage"] = async world =>
        {
            var other = (await world.As("alice").CreateGroupAsync("Another", "bob")).ConversationId;
            world.Values["to"] = () => other;
        },
        ["listReplies"] = async world =>
        {
            await world.SaysAsync(new { text = "Hi", threadId = world.Message });
            await world.SaysAsync(new { text = "Hi again", threadId = world.Message });
        },
        ["unpinMessage"] = world => world.PinsAsync(),
        ["listPins"] = world => world.PinsAsync(),
        ["voteInPoll"] = async world =>
        {
            var poll = await world.SaysAsync(
                new { poll = new { question = "When?", options = Enumerable.Range(1, 10).Select(day => $"Day {day}"), multiple = true } });
            world.Values["messageId"] = () => poll;
        },
        ["completeUpload"] = world => world.UploadsAsync(),
        ["sendMessage/photo"] = world => world.UploadsAsync(),
        ["getMediaUrls"] = async world =>
        {
            await world.UploadsAsync();
            var photo = await world.SaysAsync(new { attachments = new[] { new { mediaId = world.Values["mediaId"]() } } });
            world.Values["messageId"] = () => photo;
        },
        ["signOut"] = world =>
        {
            // Alice's devices are to hear of what the others do.
            world.Caller = "dave";
            return Task.CompletedTask;
        },
        ["changePrivacy"] = world =>
        {
            // Strangers are to reach alice all the while.
            world.Caller = "dave";
            return Task.CompletedTask;
        },
        ["listRequests"] = async world =>
        {
            await world.AsksAsync("dave");
            await world.AsksAsync("erin");
        },
        ["acceptRequest"] = world => world.AsksAsync("dave"),
        ["declineRequest"] = world => world.AsksAsync("erin"),
        ["listBlocks"] = world => world.AboutTwoAsync("blocks"),
        ["listMutes"] = world => world.AboutTwoAsync("mutes"),
        ["listRestrictions"] = world => world.AboutTwoAsync("restrictions"),

        // Not one of those who talk in all the other worlds.
        ["blockUser"] = world => world.NamesAsync($"nobody-{Guid.NewGuid():N}"),
        ["restrictUser"] = world => world.NamesAsync($"nobody-{Guid.NewGuid():N}"),
        ["listCases"] = async world =>
        {
            await world.ReportsAsync("alice");
            await world.ReportsAsync("bob", "carol");
        },
        ["getCase"] = world => world.ReportsAsync("alice"),
        ["claimCase"] = world => world.ReportsAsync("alice"),
        ["decideCase"] = world => world.ReportsAsync("alice"),
        ["listDecisions"] = world => world.DecidesAsync(),
        ["appealDecision"] = world => world.DecidesAsync(),
        ["listScheduled"] = world => world.SchedulesAsync(),
        ["cancelScheduled"] = world => world.SchedulesAsync(),
    };

    /// <summary>What tells the events that no example causes: a line for an event.</summary>
    public static readonly Dictionary<string, Func<World, Task>> ToldBy = new(StringComparer.Ordinal)
    {
        // Whoever wrote the example's message has read it, mostly before the example says so.
        ["receipt.read"] = world => world.As("bob").MarkReadAsync(world.Conversation, 1),
        ["member.left"] = world => world.As("alice").DoAsync("DELETE", $"/api/conversations/{world.Conversation}/members/alice"),
    };

    private readonly ChatApp _app;

    private World(ChatApp app, string conversation, string message)
    {
        _app = OthersWriter = app;
        (Conversation, Message) = (conversation, message);
        Values = new(StringComparer.Ordinal)
        {
            ["conversationId"] = () => conversation,
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

    private Task PinsAsync() => As("alice").DoAsync("PUT", $"/api/conversations/{Conversation}/messages/{Message}/pin");

    /// <summary>Alice says something; its id.</summary>
    private async Task<string> SaysAsync(object content) =>
        (await As("alice").SayAsync(Conversation, content)).GetProperty("messageId").GetString()!;

    /// <summary>Alice uploads a photo.</summary>
    private async Task UploadsAsync()
    {
        using var uploads = new Uploads(_app.Azure);
        var media = await uploads.UploadAsync(As("alice"), Conversation);
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
