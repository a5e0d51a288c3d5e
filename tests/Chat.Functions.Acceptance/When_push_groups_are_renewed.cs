using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>
/// Whoever is signed in and a member gets a group's pushes, and nobody else, whichever instances they go through and wherever one of them
/// dies.
/// </summary>
public class When_push_groups_are_renewed
{
    private static readonly Dictionary<string, string?> WithoutRenewal = new(StringComparer.Ordinal)
    {
        ["AzureWebJobs.RenewPushGroups.Disabled"] = "true",
    };

    /// <summary>An instance that learns of nothing by delivering it.</summary>
    private static readonly Dictionary<string, string?> WithoutDelivery = new(StringComparer.Ordinal)
    {
        ["AzureWebJobs.ProjectInboxes.Disabled"] = "true",
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
        await app.HasDeliveredAsync();
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

    [Fact]
    public async Task Should_take_places_away_when_a_sign_out_comes_before_the_renewal_looks()
    {
        await using var app = await ChatApp.StartAsync(settings: WithoutRenewal);
        await using var renewer = await ChatApp.StartAsync(app.Azure, WithoutDelivery);
        var bob = app.As("bob");
        await MakeDueAsync(app, await InAGroupAsync(app));
        using var looking = new Halt(app.Azure, "cosmos", "read", target => target.Contains("bob/connections", StringComparison.Ordinal));
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await looking.Reached;

        await bob.DoAsync("POST", "/api/realtime/sign-out");
        looking.Open();

        await NothingIsLeftAsync(app.Azure);
        Assert.Empty(Places(app.Azure));
    }

    [Fact]
    public async Task Should_bring_places_back_that_were_made_while_a_sign_out_took_all_away()
    {
        await using var app = await ChatApp.StartAsync();
        var bob = app.As("bob");
        await InAGroupAsync(app);
        using var leaving = new Halt(app.Azure, "signalr", "group-remove", target => target == "bob");
        var signOut = bob.DoAsync("POST", "/api/realtime/sign-out");
        await leaving.Reached;
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await NothingIsLeftAsync(app.Azure);
        leaving.Open();
        await signOut;
        Assert.Empty(Places(app.Azure));

        await bob.AskAsync("POST", "/api/realtime/negotiate");

        await Eventually.HoldsAsync(() => Places(app.Azure), places => places.Count == 1);
    }

    [Fact]
    public async Task Should_renew_what_becomes_due_while_another_renewal_ends()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(settings: WithoutRenewal, time: clock);
        await using var renewer = await ChatApp.StartAsync(app.Azure, WithoutDelivery);
        var bob = app.As("bob");
        var group = await InAGroupAsync(app);
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        using var joining = new Halt(app.Azure, "signalr", "group-add", _ => true);
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await joining.Reached;
        using var ending = new Halt(app.Azure, "cosmos", "patch", target => target.Contains("bob/connections", StringComparison.Ordinal));
        joining.Open();
        await ending.Reached;
        await MakeDueAsync(app, group);

        // Beyond the time within which they are one message.
        clock.Jump(TimeSpan.FromSeconds(11));
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await Eventually.HoldsAsync(
            app.Azure.ServiceBus.Find("pushgroups")!.Count,
            count => count is { Active: 0, Scheduled: 0, InFlight: 1 });
        ending.Open();

        await NothingIsLeftAsync(app.Azure);
        var inbox = app.Services.GetRequiredService<InboxProjection>();
        Assert.NotEqual(0, (await inbox.ReadAsync(new UserId("bob"), new ConversationId(group), default))!.PushUntil);
    }

    [Fact]
    public async Task Should_bring_places_back_to_whoever_is_back_although_looking_for_them_failed()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var bob = app.As("bob");
        await InAGroupAsync(app);
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        using var joining = new Halt(app.Azure, "signalr", "group-add", _ => true);
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await joining.Reached;
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        await using var phone = await bob.ListenAsync();
        await Eventually.HoldsAsync(
            app.Azure.ServiceBus.Find("pushgroups")!.Count,
            count => count is { Active: 0, Scheduled: 0, InFlight: 1 });
        Assert.Single(Places(app.Azure));

        // It finds the sign-out, and takes away what came after it, too.
        using var failing = app.Azure.Faults.Add(new Fault("cosmos", "query", FaultKind.Fail)
        {
            Times = 1,
            Status = 500,
            Target = target => target.StartsWith("users/bob", StringComparison.Ordinal),
        });
        joining.Open();

        await Eventually.HoldsAsync(() => Places(app.Azure), places => places.Count == 0);
        await Eventually.SeesAsync(clock, () => Task.FromResult(Places(app.Azure)), places => places.Count == 1);
    }

    [Fact]
    public async Task Should_bring_none_to_a_member_whose_list_shows_the_removal_late()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = await InAGroupAsync(app);
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        await using var phone = await alice.ListenAsync();
        using var joining = new Halt(app.Azure, "signalr", "group-add", _ => true);
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await joining.Reached;
        using var listing = new Halt(
            app.Azure,
            "cosmos",
            "patch",
            target => target.StartsWith("users/bob/inbox", StringComparison.Ordinal),
            int.MaxValue);
        using (app.Azure.Faults.Add(new Fault("signalr", "group-remove", FaultKind.Fail)))
        {
            await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
            await listing.Reached;
        }

        // The rest comes first.
        await Eventually.SeesAsync(
            clock,
            () => Task.FromResult(phone.Events()),
            events => events.Any(one => one.GetProperty("type").GetString() == "member.removed"));
        joining.Open();
        await Eventually.HoldsAsync(() => Places(app.Azure), places => places.Count == 1);
        listing.Open();

        await Eventually.SeesAsync(clock, () => Task.FromResult(Places(app.Azure)), places => places.Count == 0);
    }

    [Fact]
    public async Task Should_take_a_place_away_that_was_made_after_a_removal_by_an_instance_that_died()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure, WithoutRenewal);
        var renewer = await ChatApp.StartAsync(azure, WithoutDelivery);
        var bob = app.As("bob");
        var group = await InAGroupAsync(app);
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        using var joining = new Halt(azure, "signalr", "group-add", _ => true);
        await bob.AskAsync("POST", "/api/realtime/negotiate");
        await joining.Reached;
        await app.As("alice").DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
        await app.HasDeliveredAsync();
        using var noting = new Halt(azure, "cosmos", "patch", target => target.StartsWith("users/bob/inbox", StringComparison.Ordinal));
        joining.Open();
        await noting.Reached;
        await renewer.KillAsync();
        Assert.NotEmpty(Places(azure));

        await using var next = await ChatApp.StartAsync(azure);
        await Eventually.SeesAsync(clock, () => Task.FromResult(Places(azure)), places => places.Count == 0);

        // Once: the tombstone isn't due any more.
        await Eventually.SeesAsync(clock, async () => await PushUntilAsync(app, group), until => until is null);
        await renewer.DisposeAsync();
    }

    private static async Task<long?> PushUntilAsync(ChatApp app, string group) =>
        (await app.Services.GetRequiredService<InboxProjection>()
            .ReadAsync(new UserId("bob"), new ConversationId(group), default))!.PushUntil;

    private static async Task<string> InAGroupAsync(ChatApp app)
    {
        var group = (await app.As("alice").CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync();
        return group;
    }

    /// <summary>A place that isn't known to last.</summary>
    private static async Task MakeDueAsync(ChatApp app, string group) => await app.Services.GetRequiredService<ChatContainers>().Users
        .PatchItemAsync<JsonElement>($"inbox:{group}", new PartitionKey("bob"), [PatchOperation.Set("/pushUntil", 0)]);

    private static async Task NothingIsLeftAsync(LocalAzure azure) =>
        await Eventually.HoldsAsync(azure.ServiceBus.Find("pushgroups")!.Count, count => count is { Active: 0, Scheduled: 0, InFlight: 0 });

    private static List<string> Places(LocalAzure azure) =>
        [.. azure.SignalR.Read().SelectMany(hub => hub.Users).Where(one => one.UserId == "bob").SelectMany(one => one.Groups)];
}
