using System.Net;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance.Api;

/// <summary>Who sends the session that they were given isn't told of a past before it, by any operation and through any instance.</summary>
public sealed class When_a_replica_lags
{
    /// <summary>More writes than one example's world takes: a reader without a session mostly sees none of them.</summary>
    private const int Lag = 1000;

    /// <summary>What changes nothing in the conversation that a later request could be behind.</summary>
    private static readonly string[] WithoutSession =
    [
        "sendTyping", "changePreferences", "markUnread", "createReport", "listProfiles", "createUpload", "getMediaUrls", "unfurlCards",
        "subscribe", "watchChannel",
    ];

    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal) { ["Media:FilesEnabled"] = "true" };

    /// <summary>An instance that follows the change feed has seen what it projects.</summary>
    private static readonly Dictionary<string, string?> WithoutFeed = new(Settings, StringComparer.Ordinal)
    {
        ["AzureWebJobs.ProjectInboxes.Disabled"] = "true",
    };

    [Fact]
    public async Task Should_answer_every_operation_by_what_the_session_has_seen()
    {
        await using var app = await ChatApp.StartAsync(settings: Settings);
        await using var other = await ChatApp.StartAsync(app.Azure, WithoutFeed);
        app.Azure.Cosmos.LagReads("chat", "conversations", Lag);

        // An instance that delivers has seen what it delivers.
        using var undelivered = app.Azure.Faults.Add(new Chat.Local.Fault("servicebus", "receive", FaultKind.Fail));
        var faults = new List<string>();
        foreach (
            var operation in ApiOperation.All.Where(operation => operation.Parameters.Any(parameter => parameter.Name == Session.Header)))
        {
            foreach (var example in operation.Examples())
            {
                faults.AddRange(await TryAsync(app, other, operation, example));
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Should_take_a_session_wherever_a_conversation_is_named()
    {
        var without = ApiOperation.All.Where(operation =>
            (operation.Path.StartsWith("/conversations/{", StringComparison.Ordinal)
                || operation.Path.StartsWith("/invites/", StringComparison.Ordinal))
            && operation.Parameters.All(parameter => parameter.Name != Session.Header));

        Assert.Empty(without);
    }

    private static async Task<List<string>> TryAsync(ChatApp app, ChatApp other, ApiOperation operation, ApiRequest example)
    {
        var (world, seen) = await PrepareAsync(app, other, operation, example.Name);
        var request = await world.PlaceAsync(example);
        request = request with { Headers = request.Headers.SetItem(Session.Header, seen!.Value.Value) };

        // Lists follow the change feed meanwhile: what was true before or after is right.
        var before = operation.Method == "GET" ? (await request.SendAsync(app.Http)).Text : null;
        var answer = await request.SendAsync(other.Http);
        List<string> faults = operation.Successes.Contains(answer.Status) ? [] : [$"{operation}, {example.Name}: {answer}"];
        if (before is not null && answer.Text != before && (await request.SendAsync(app.Http)).Text is var now && answer.Text != now)
        {
            // Since the session was taken, the feed may have written what it projects.
            var newest = (await SeenAsync(app, world.Conversation))!.Value.Value;
            var again = await (request with { Headers = request.Headers.SetItem(Session.Header, newest) }).SendAsync(other.Http);
            if (again.Text != (await request.SendAsync(app.Http)).Text)
            {
                faults.Add($"{operation}, {example.Name}: {answer.Text} although it was {now}");
            }
        }

        if (operation.Method != "GET" && !answer.HasSession && !WithoutSession.Contains(operation.Id))
        {
            faults.Add($"{operation}, {example.Name}: no session in {answer}");
        }

        return faults;
    }

    /// <summary>
    /// A world that the other instance's replica knows nothing of, and the session of somebody who knows all of it. A reader that happened
    /// to see the world would see it from then on, so each try has a world of its own.
    /// </summary>
    private static async Task<(World World, Session? Seen)> PrepareAsync(ChatApp app, ChatApp other, ApiOperation operation, string example)
    {
        var (world, seen) = (default(World)!, default(Session?));
        await Eventually.SeesAsync(
            async () =>
            {
                world = await World.PrepareAsync(app, operation, example);
                seen = Session.Of(await Task.WhenAll(
                    [SeenAsync(app, world.Conversation), .. world.Others.Select(other => SeenAsync(world.OthersWriter, other))]));
                return await world.As("alice").At(other).GetAsync($"/api/conversations/{world.Conversation}");
            },
            answer => answer.StatusCode == HttpStatusCode.NotFound,
            $"a replica that knows nothing of the conversation, before {operation}");
        return (world, seen);
    }

    /// <summary>The session of somebody who knows all that was done through an instance.</summary>
    private static async Task<Session?> SeenAsync(ChatApp app, string conversation) =>
        (await app.Services.GetRequiredService<ConversationReader>()
            .ReadStoredHeadAsync(new ConversationId(conversation), null, default)).Session;
}
