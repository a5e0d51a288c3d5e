using System.Security.Claims;
using Microsoft.AspNetCore.SignalR.Protocol;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class KeepAliveTests
{
    [Fact]
    public async Task A_client_is_pinged_and_closed_when_it_stays_silent()
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);

        app.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.IsType<PingMessage>(await alice.NextAsync(pings: true));
        app.Clock.Advance(TimeSpan.FromSeconds(15));

        var close = Assert.IsType<CloseMessage>(await alice.NextAsync());
        Assert.True(close.AllowReconnect);
        Assert.Null(await alice.NextAsync());
    }

    [Fact]
    public async Task A_client_that_is_heard_of_stays()
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);

        for (var i = 0; i < 4; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(15));
            await alice.SendAsync("""{"type":6}""");
            await alice.SendAsync("""{"type":1,"invocationId":"heard","target":"A","arguments":[]}""");
            Assert.IsType<CompletionMessage>(await alice.NextAsync());
        }
    }

    [Fact]
    public async Task A_connection_ends_with_its_users_authentication_when_the_app_says_so()
    {
        await using var app = await SignalRApp.StartAsync();
        var end = app.Clock.GetUtcNow().AddSeconds(10).ToUnixTimeSeconds();
        using var bounded = await HubClient.ConnectAsync(
            await app.NegotiateAsync("alice", new Claim("asrs.s.coae", "true"), new Claim("asrs.s.aeo", $"{end}")));
        using var unbounded = await HubClient.ConnectAsync(await app.NegotiateAsync("bob", new Claim("asrs.s.aeo", $"{end}")));
        await app.UntilConnectionsAsync(2);

        app.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.True(Assert.IsType<CloseMessage>(await bounded.NextAsync()).AllowReconnect);
        Assert.Null(await bounded.NextAsync());
        await unbounded.SendAsync("""{"type":1,"invocationId":"heard","target":"A","arguments":[]}""");
        Assert.IsType<CompletionMessage>(await unbounded.NextAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_shake_hands_is_dropped()
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await HubClient.OpenAsync(await app.NegotiateAsync("alice"));

        app.Clock.Advance(TimeSpan.FromSeconds(15));

        Assert.Null(await alice.NextAsync(pings: true));
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_and_holds_nobody_up()
    {
        await using var app = await SignalRApp.StartAsync();
        using var slow = await app.ConnectAsync("slow");
        using var quick = await app.ConnectAsync("quick");
        await app.UntilConnectionsAsync(2);
        var large = new string('x', 1_000_000);

        // More than the network's own buffers hold.
        for (var i = 0; i < 40; i++)
        {
            await app.Hub.Clients.All.Said(large);
            Assert.Equal(large.Length + "Said(\"\")".Length, (await quick.NextCallAsync()).Length);
        }

        await Eventually.TrueAsync(
            () => app.Connections().All(connection => connection.UserId == "quick"),
            () => $"only the quick client; connected are {string.Join(", ", app.Connections().Select(connection => connection.UserId))}");
    }

    [Fact]
    public async Task The_app_closes_a_connection_with_its_reason()
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        var id = app.Connections().Single().Id;
        Assert.True(await app.Rest.ConnectionExistsAsync(id));

        await app.Rest.CloseConnectionAsync(id, "signed out");

        var close = Assert.IsType<CloseMessage>(await alice.NextAsync());
        Assert.Equal("signed out", close.Error);
        Assert.True(close.AllowReconnect);
        Assert.Null(await alice.NextAsync());
        await alice.CloseAsync();
        await app.UntilConnectionsAsync(0);
        Assert.False(await app.Rest.ConnectionExistsAsync(id));
        await app.Rest.CloseConnectionAsync(id);
    }

    [Fact]
    public async Task A_client_that_does_not_take_the_good_bye_is_dropped()
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);

        await app.Rest.CloseConnectionAsync(app.Connections().Single().Id);
        app.Clock.Advance(TimeSpan.FromSeconds(5));

        await app.UntilConnectionsAsync(0);
    }
}
