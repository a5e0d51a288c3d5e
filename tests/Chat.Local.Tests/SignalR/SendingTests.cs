using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.AspNetCore.SignalR;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class SendingTests
{
    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_user_gets_it_on_every_connection_and_others_do_not(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var phone = await app.ConnectAsync("alice");
        using var laptop = await app.ConnectAsync("alice");
        using var bob = await app.ConnectAsync("bob");
        await app.UntilConnectionsAsync(3);

        await app.Hub.Clients.User("alice").Said("hi");
        await app.Hub.Clients.All.Said("all");

        Assert.Equal("Said(\"hi\")", await phone.NextCallAsync());
        Assert.Equal("Said(\"hi\")", await laptop.NextCallAsync());
        Assert.Equal("Said(\"all\")", await bob.NextCallAsync());
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task Each_audience_reaches_whom_it_names(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var alice = await app.ConnectAsync("alice");
        using var bob = await app.ConnectAsync("bob");
        await app.UntilConnectionsAsync(2);
        var (a, b) = (Id(app, "alice"), Id(app, "bob"));
        await app.Rest.AddToGroupAsync(a, "g");
        await app.Rest.AddToGroupAsync(b, "g");
        await app.Rest.AddToGroupAsync(b, "h");

        await app.Hub.Clients.Client(a).Said("client");
        await app.Hub.Clients.Clients([a, b]).Said("clients");
        await app.Hub.Clients.Users(["alice", "bob", "nobody"]).Said("users");
        await app.Hub.Clients.Group("h").Said("group");
        await app.Hub.Clients.GroupExcept("g", [b]).Said("group except");
        await app.Hub.Clients.AllExcept([a]).Said("all except");
        await app.Hub.Clients.Groups(["g", "none"]).Said("groups");

        Assert.Equal(["client", "clients", "users", "group except", "groups"], await SaidAsync(alice, 5));
        Assert.Equal(["clients", "users", "group", "all except", "groups"], await SaidAsync(bob, 5));
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task Hubs_do_not_hear_each_other(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var typed = await app.ConnectAsync("alice");
        using var plain = await app.ConnectAsync("alice", "/plain/negotiate");
        await app.UntilConnectionsAsync(1);
        await Eventually.TrueAsync(() => app.Connections("plainhub").Count == 1, () => "a connection to the second hub");

        await app.Hub.Clients.All.Said("typed");
        await app.PlainHub.Clients.User("alice").SendAsync("Two", 1, null);

        Assert.Equal("Said(\"typed\")", await typed.NextCallAsync());
        Assert.Equal("Two(1,null)", await plain.NextCallAsync());
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task Arguments_are_written_by_the_serializer_that_the_app_gives(Door door)
    {
        Happening[] events = [new("message.created", 7)];
        await using var app = await SignalRApp.StartAsync(door);
        using var alice = await app.ConnectAsync("alice");
        await using var camel = await SignalRApp.StartAsync(
            door,
            options => options.UseJsonObjectSerializer(new JsonObjectSerializer(JsonSerializerOptions.Web)));
        using var bob = await camel.ConnectAsync("bob");
        await app.UntilConnectionsAsync(1);
        await camel.UntilConnectionsAsync(1);

        await app.Hub.Clients.All.Happened(events, CancellationToken.None);
        await camel.Hub.Clients.All.Happened(events, CancellationToken.None);

        Assert.Equal("""events([{"Type":"message.created","Seq":7}])""", await alice.NextCallAsync());
        Assert.Equal("""events([{"type":"message.created","seq":7}])""", await bob.NextCallAsync());
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_send_of_more_than_1_MB_is_refused(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        var allowed = new string('x', 1_000_000);

        await app.Hub.Clients.User("alice").Said(allowed);
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => app.Hub.Clients.User("alice").Said(new string('x', 1024 * 1024)));

        Assert.Equal(
            System.Net.HttpStatusCode.RequestEntityTooLarge,
            Assert.IsType<HttpRequestException>(refusal.InnerException).StatusCode);
        Assert.Equal($"Said(\"{allowed}\")", await alice.NextCallAsync());
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task Messages_are_counted_in_2_KB_pieces_for_each_recipient_and_requests_each(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var phone = await app.ConnectAsync("alice");
        using var laptop = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(2);

        await app.Hub.Clients.User("alice").Said("short");
        await app.Hub.Clients.User("alice").Said(new string('x', 5000));
        await app.Hub.Clients.Users(["nobody", "no one"]).Said("unheard");

        var readings = app.Meter.Read().ToDictionary(reading => reading.Operation, StringComparer.Ordinal);
        Assert.Equal((2 * 1) + (2 * 3), readings["message"].Units);
        Assert.Equal((4, 0), (readings["rest"].Requests, readings["rest"].Units));
    }

    private static string Id(SignalRApp app, string user) => app.Connections().Single(connection => connection.UserId == user).Id;

    private static async Task<IReadOnlyList<string>> SaidAsync(HubClient client, int count)
    {
        var said = new List<string>();
        while (said.Count < count)
        {
            said.Add((await client.NextCallAsync())["Said(\"".Length..^"\")".Length]);
        }

        return said;
    }
}
