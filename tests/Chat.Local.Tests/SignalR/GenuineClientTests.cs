using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Xunit;

namespace Chat.Local.Tests.SignalR;

/// <summary>The clients that people install, in each protocol and over each transport.</summary>
public class GenuineClientTests
{
    private static readonly Happening[] Events = [new("message.created", 7)];

    public static TheoryData<string, string, HttpTransportType> Clients
    {
        get
        {
            var clients = new TheoryData<string, string, HttpTransportType>();
            foreach (var platform in new[] { ".NET", "JavaScript" })
            {
                foreach (var transport in new[]
                {
                    HttpTransportType.WebSockets,
                    HttpTransportType.ServerSentEvents,
                    HttpTransportType.LongPolling,
                })
                {
                    clients.Add(platform, "json", transport);
                    if (transport != HttpTransportType.ServerSentEvents)
                    {
                        clients.Add(platform, "messagepack", transport);
                    }
                }
            }

            return clients;
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task They_receive_in_order_whatever_is_sent_to_their_user_group_or_connection_and_leave(
        string platform,
        string protocol,
        HttpTransportType transport)
    {
        await using var app = await SignalRApp.StartAsync();
        await app.Hub.UserGroups.AddToGroupAsync("alice", "g", TimeSpan.FromHours(1));
        await using var client = await GenuineClient.StartAsync(app, platform, protocol, transport);
        Assert.Null(client.Refusal);
        Assert.Equal(client.ConnectionId, app.Connections().Single().Id);
        var said = Enumerable.Range(0, 300).Select(n => $"message {n}").ToList();

        await app.Hub.Clients.Group("g").Happened(Events, CancellationToken.None);
        await app.Hub.Clients.Client(client.ConnectionId).Said("to the connection");
        foreach (var what in said)
        {
            await app.Hub.Clients.User("alice").Said(what);
        }

        await app.Hub.Clients.User("alice").Said(new string('x', 900_000));
        await app.Hub.Clients.All.Said("bye");

        Assert.Equal(JsonSerializer.Serialize(Events), await client.NextLineAsync());
        foreach (var what in said.Prepend("to the connection").Concat(["900000", "bye", "closed: without an error"]))
        {
            Assert.Equal(what, await client.NextLineAsync());
        }

        await app.UntilConnectionsAsync(0);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task They_are_told_why_the_app_closes_their_connection(string platform, string protocol, HttpTransportType transport)
    {
        await using var app = await SignalRApp.StartAsync();
        await using var client = await GenuineClient.StartAsync(app, platform, protocol, transport);
        Assert.Null(client.Refusal);

        await app.Rest.CloseConnectionAsync(client.ConnectionId, "signed out");

        var line = await client.NextLineAsync();
        Assert.StartsWith("closed: ", line, StringComparison.Ordinal);
        Assert.EndsWith(": signed out", line, StringComparison.Ordinal);
        await app.UntilConnectionsAsync(0);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task They_come_back_when_the_network_breaks_and_are_in_their_users_groups_again(
        string platform,
        string protocol,
        HttpTransportType transport)
    {
        await using var app = await SignalRApp.StartAsync();
        await app.Hub.UserGroups.AddToGroupAsync("alice", "g", TimeSpan.FromHours(1));
        await using var client = await GenuineClient.StartAsync(app, platform, protocol, transport, reconnects: true);
        Assert.Null(client.Refusal);
        using (app.Faults.Add(new Fault("signalr", "send-user", FaultKind.Kill)))
        {
            await app.Hub.Clients.User("alice").Said("lost");
        }

        var line = await client.NextLineAsync();
        Assert.StartsWith("reconnected: ", line, StringComparison.Ordinal);
        Assert.NotEqual($"reconnected: {client.ConnectionId}", line);
        await app.Hub.Clients.Group("g").Said("hi");
        var said = await client.NextLineAsync();

        // A client may be back before what broke its connection is sent on.
        Assert.Equal("hi", said == "lost" ? await client.NextLineAsync() : said);
    }

    [Theory]
    [InlineData(".NET")]
    [InlineData("JavaScript")]
    public async Task Server_sent_events_carry_no_MessagePack(string platform)
    {
        await using var app = await SignalRApp.StartAsync();

        await using var client = await GenuineClient.StartAsync(app, platform, "messagepack", HttpTransportType.ServerSentEvents);

        Assert.NotNull(client.Refusal);
        Assert.Empty(app.Connections());
    }
}
