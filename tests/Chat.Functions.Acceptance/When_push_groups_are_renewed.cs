using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// Whoever is signed in and a member gets a group's pushes, and nobody else, whichever instances they go through and wherever one of them dies.
/// </summary>
public class When_push_groups_are_renewed
{
    private static readonly Dictionary<string, string?> WithoutRenewal = new(StringComparer.Ordinal) { ["AzureWebJobs.RenewPushGroups.Disabled"] = "true" };

    /// <summary>An instance that learns of nothing by delivering it.</summary>
    private static readonly Dictionary<string, string?> WithoutDelivery = new(StringComparer.Ordinal)
    {
        ["AzureWebJobs.RelayCommitted.Disabled"] = "true",
        ["AzureWebJobs.DeliverEntries.Disabled"] = "true",
        ["AzureWebJobs.FanOutToMembers.Disabled"] = "true",
    };

    [Fact]
    public async Task Should_take_places_away_that_were_made_after_a_sign_out_by_an_instance_that_died()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure, WithoutRenewal);
        var renewer = await ChatApp.StartAsync(azure);
        var bob = app.As("bob");
        await InAGroupAsync(app);
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        using var joining = new Halt(azure, "signalr", "group-add", _ => true);
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await joining.Reached;
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        using var ending = new Halt(azure, "cosmos", "patch", target => target.Contains("bob/connections", StringComparison.Ordinal));
        joining.Open();
        await ending.Reached;
        await renewer.KillAsync();
        Assert.NotEmpty(Places(azure));

        await using var next = await ChatApp.StartAsync(azure);
        await Eventually.SeesAsync(clock, () => Task.FromResult(Places(azure)), places => places.Count == 0);
        await renewer.DisposeAsync();
    }

    [Fact]
    public async Task Should_keep_no_other_renewals_waiting()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure);
        var bob = app.As("bob");
        await InAGroupAsync(app);
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        using var joining = new Halt(azure, "signalr", "group-add", _ => true);
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await joining.Reached;

        // Beyond the time within which they are one message.
        for (var n = 0; n < 3; n++)
        {
            clock.Jump(TimeSpan.FromSeconds(11));
            await bob.AskAsync("POST", "/api/realtime/negotiate");
        }

        var queue = azure.ServiceBus.Find("pushgroups")!;
        await Eventually.HoldsAsync(queue.Count, count => count is { Active: 0, Scheduled: 0, InFlight: 1 });
        joining.Open();
        await Eventually.HoldsAsync(() => Places(azure), places => places.Count == 1);
    }

    [Fact]
    public async Task Should_bring_pushes_to_a_member_whom_a_lagging_replica_does_not_show()
    {
        await using var app = await ChatApp.StartAsync(settings: WithoutRenewal);
        await using var renewer = await ChatApp.StartAsync(app.Azure, WithoutDelivery);
        app.Azure.Cosmos.LagReads("chat", "conversations", 1000);
        var bob = app.As("bob");
        await InAGroupAsync(app);
        await bob.DoAsync("POST", "/api/realtime/sign-out");

        await bob.AskAsync("POST", "/api/realtime/negotiate");

        await Eventually.HoldsAsync(() => Places(app.Azure), places => places.Count == 1);
    }

    [Fact]
    public async Task Should_bring_none_to_a_member_who_is_removed_meanwhile()
    {
        await using var app = await ChatApp.StartAsync(settings: WithoutRenewal);
        await using var renewer = await ChatApp.StartAsync(app.Azure, WithoutDelivery);
        app.Azure.Cosmos.LagReads("chat", "conversations", 1000);
        var bob = app.As("bob");
        var group = await InAGroupAsync(app);
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        using var joining = new Halt(app.Azure, "signalr", "group-add", _ => true);
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await joining.Reached;
        await app.As("alice").DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
        await app.HasDeliveredAsync(group);
        joining.Open();

        var queue = app.Azure.ServiceBus.Find("pushgroups")!;
        await Eventually.HoldsAsync(queue.Count, count => count is { Active: 0, Scheduled: 0, InFlight: 0 });
        Assert.Empty(Places(app.Azure));
    }

    [Fact]
    public async Task Should_bring_pushes_after_a_sign_out_that_a_lagging_replica_does_not_show()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure, WithoutRenewal.Concat(WithoutDelivery).ToDictionary());
        var bob = app.As("bob");
        var group = await InAGroupAsync(app);
        app.Azure.Cosmos.LagReads("chat", "users", 1000);
        await bob.DoAsync("POST", "/api/realtime/sign-out");

        await using var phone = await bob.At(other).ListenAsync();

        await Eventually.HoldsAsync(() => Places(app.Azure), places => places.Count == 1);
        await app.As("alice").SendAsync(group, "Welcome back");
        await phone.ReceivesAsync(group, "Welcome back");
    }

    private static async Task<string> InAGroupAsync(ChatApp app)
    {
        var group = (await app.As("alice").CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync(group);
        return group;
    }

    private static List<string> Places(LocalAzure azure) =>
        [.. azure.SignalR.Read().SelectMany(hub => hub.Users).Where(one => one.UserId == "bob").SelectMany(one => one.Groups)];
}
