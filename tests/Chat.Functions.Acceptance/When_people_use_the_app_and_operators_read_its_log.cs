using System.Net;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_use_the_app_and_operators_read_its_log
{
    private static readonly Dictionary<string, string?> Verbose = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = "Information",
    };

    [Fact]
    public async Task Should_name_nobody_and_quote_nothing()
    {
        using var log = new CapturedLog();
        await using var app = await ChatApp.StartAsync(settings: Verbose, log: log);
        var (alice, bob) = (app.As("alice-in-the-log"), app.As("bob-in-the-log"));
        var direct = (await alice.StartDirectAsync(bob.Name)).ConversationId;
        var group = (await alice.CreateGroupAsync("secret-title", bob.Name, "carol-in-the-log")).ConversationId;
        await using (var phone = await bob.ListenAsync())
        {
            await alice.SendAsync(group, "secret-text");
            await alice.SendAsync(direct, "secret-text");
            await phone.ReceivesAsync(group, "secret-text");
            await phone.ReceivesAsync(direct, "secret-text");
        }

        await bob.ConversationsAsync();
        await bob.MessagesAsync(direct);
        await bob.SyncAsync(null);
        await alice.AskAsync("GET", $"/api/presence?users={bob.Name}&conversationId={group}");
        await app.As("mallory-in-the-log").IsRefusedAsync("GET", $"/api/conversations/{group}", HttpStatusCode.NotFound);

        Assert.DoesNotContain(
            log.Lines,
            line => line.Contains("in-the-log", StringComparison.Ordinal) || line.Contains("secret-", StringComparison.Ordinal));
        Assert.DoesNotContain(
            log.Lines,
            line => line.Contains(direct, StringComparison.Ordinal) || line.Contains(group, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_name_no_user_when_SignalR_fails()
    {
        using var log = new CapturedLog();
        await using var app = await ChatApp.StartAsync(settings: Verbose, log: log);
        var (alice, bob) = (app.As("alice-in-the-log"), app.As("bob-in-the-log"));
        var direct = (await alice.StartDirectAsync(bob.Name)).ConversationId;
        using (app.Azure.Faults.Add(new Fault("signalr", "*", FaultKind.ResetBefore)))
        {
            var group = (await alice.CreateGroupAsync("Trip", bob.Name, "carol-in-the-log")).ConversationId;
            await alice.SendAsync(direct, "Hello");
            await Eventually.SeesAsync(() => bob.SummaryAsync(direct), seen => seen is { LastMessage.Preview: "Hello" });
            await alice.PreferAsync(direct, new { pinned = true });
            await alice.AskAsync(
                "GET",
                $"/api/presence?users={bob.Name}&conversationId={group}",
                expected: HttpStatusCode.ServiceUnavailable);
        }

        Assert.Contains(log.Lines, line => line.Contains("RealtimeException", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("in-the-log", StringComparison.Ordinal));
    }

    /// <summary>A member's document has the user's id in its own, and so in the address of each request for it.</summary>
    [Fact]
    public async Task Should_name_no_user_when_Cosmos_DB_fails()
    {
        using var log = new CapturedLog();
        await using var app = await ChatApp.StartAsync(log: log);
        var (alice, bob) = (app.As("alice-in-the-log"), app.As("bob-in-the-log"));
        var group = (await alice.CreateGroupAsync("Trip", bob.Name, "carol-in-the-log")).ConversationId;
        await app.HasDeliveredAsync();
        await using var second = await ChatApp.StartAsync(app.Azure, settings: Verbose, log: log);
        using (app.Azure.Faults.Add(Unreachable("*")))
        {
            using var sent = await second.As(alice.Name).TrySendAsync(group, "Hello");
            using var page = await second.As(bob.Name).SendAsync(HttpMethod.Get, $"api/conversations/{group}/messages", null);
        }

        Assert.DoesNotContain(log.Lines, line => line.Contains("in-the-log", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("CosmosException: status 503", StringComparison.Ordinal));
    }

    private static Fault Unreachable(string operation) => new("cosmos", operation, FaultKind.Fail)
    {
        Target = target => target.Contains("/u:", StringComparison.Ordinal),
    };
}
