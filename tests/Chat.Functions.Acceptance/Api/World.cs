using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Acceptance.Harness;

namespace Chat.Functions.Acceptance.Api;

/// <summary>What an example of openapi.yaml finds when it is sent: alice's group with bob and carol, and a message of hers. She is the one who sends it.</summary>
internal sealed class World
{
    /// <summary>What has to have happened before an operation's examples, where that isn't enough: a line for an operation.</summary>
    public static readonly IReadOnlyDictionary<string, Func<World, Task>> Before = new Dictionary<string, Func<World, Task>>(StringComparer.Ordinal)
    {
        ["listConversations"] = world => world.As("alice").CreateGroupAsync("Another", "bob"),
        ["listReactions"] = world => Task.WhenAll(world.ReactsAsync("bob"), world.ReactsAsync("carol")),
        ["removeReaction"] = world => world.ReactsAsync("alice"),
    };

    /// <summary>What tells the events that no example causes: a line for an event.</summary>
    public static readonly IReadOnlyDictionary<string, Func<World, Task>> ToldBy = new Dictionary<string, Func<World, Task>>(StringComparer.Ordinal)
    {
        ["member.joined"] = world => world.As("alice").CreateGroupAsync("Crowd", ["bob", "carol", .. Enumerable.Range(0, 90).Select(n => $"member-{n}")]),
    };

    private readonly ChatApp _app;

    private World(ChatApp app, string conversation, string message)
    {
        _app = app;
        (Conversation, Message) = (conversation, message);
        Values = new(StringComparer.Ordinal)
        {
            ["conversationId"] = () => conversation,
            ["messageId"] = () => message,
            ["clientMessageId"] = () => Guid.NewGuid().ToString("N"),
        };
    }

    public string Conversation { get; }

    public string Message { get; }

    /// <summary>Who sends the examples.</summary>
    public string Caller { get; set; } = "alice";

    /// <summary>What stands in this world for the documented examples of parameters and members of bodies, by their names.</summary>
    public Dictionary<string, Func<string>> Values { get; }

    public static async Task<World> PrepareAsync(ChatApp app, ApiOperation? operation = null)
    {
        var alice = app.As("alice");
        var conversation = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var message = (await alice.SendAsync(conversation, "Hello")).MessageId;
        var world = new World(app, conversation, message);
        if (operation is not null && Before.TryGetValue(operation.Id, out var happens))
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

        return example.Operation.NeedsToken ? request with { Headers = request.Headers.SetItem("Authorization", $"Bearer {Tokens.For(Caller)}") } : request;
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
            ?? throw new InvalidOperationException($"{example.Operation} has but one item to list: add a line to {nameof(World)}.{nameof(Before)} that makes more.");
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

            Place(node![name]);
        }
    }

    private Task<JsonElement> ReactsAsync(string user) =>
        As(user).AskAsync("PUT", $"/api/conversations/{Conversation}/messages/{Message}/reactions/{Uri.EscapeDataString("👍")}");
}
