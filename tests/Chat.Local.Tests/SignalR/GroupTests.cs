using Chat.Local.SignalR;
using Chat.Local.Store;
using Chat.Local.Tests.Store;
using Microsoft.Azure.SignalR.Management;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class GroupTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_user_in_a_group_is_in_it_with_the_connections_there_are_and_those_to_come(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var before = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        await app.Hub.UserGroups.AddToGroupAsync("alice", "g", Hour);
        using var after = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(2);

        await app.Hub.Clients.Group("g").Said("hi");

        Assert.Equal("Said(\"hi\")", await before.NextCallAsync());
        Assert.Equal("Said(\"hi\")", await after.NextCallAsync());
        Assert.True(await app.Rest.IsUserInGroupAsync("alice", "g"));
        Assert.True(await app.Rest.GroupExistsAsync("g"));
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task When_the_time_is_over_connections_to_come_do_not_join_and_those_there_stay(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var before = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        await app.Hub.UserGroups.AddToGroupAsync("alice", "g", TimeSpan.FromSeconds(20));
        await app.Hub.UserGroups.AddToGroupAsync("bob", "g", TimeSpan.FromSeconds(20));
        await before.SendAsync("""{"type":6}""");

        app.Clock.Advance(TimeSpan.FromSeconds(20));
        using var after = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(2);
        await app.Hub.Clients.Group("g").Said("group");
        await app.Hub.Clients.All.Said("all");

        Assert.Equal("Said(\"group\")", await before.NextCallAsync());
        Assert.Equal("Said(\"all\")", await after.NextCallAsync());
        Assert.True(await app.Rest.IsUserInGroupAsync("alice", "g"));
        Assert.False(await app.Rest.IsUserInGroupAsync("bob", "g"));
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task With_no_time_at_all_only_the_connections_there_are_join(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var before = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        await app.Hub.UserGroups.AddToGroupAsync("alice", "g", TimeSpan.Zero);
        await app.Hub.UserGroups.AddToGroupAsync("alice", "kept", Hour);
        await app.Hub.UserGroups.AddToGroupAsync("alice", "kept", TimeSpan.Zero);
        using var after = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(2);

        await app.Hub.Clients.Group("g").Said("group");
        await app.Hub.Clients.Group("kept").Said("kept");

        Assert.Equal("Said(\"group\")", await before.NextCallAsync());
        Assert.Equal("Said(\"kept\")", await after.NextCallAsync());
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task Without_a_time_only_the_latest_hundred_groups_are_kept(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        await app.Hub.UserGroups.AddToGroupAsync("alice", "timed", Hour);
        await app.Rest.AddUserToGroupAsync("alice", "oldest");
        await app.Rest.AddUserToGroupAsync("alice", "renewed");
        for (var i = 0; i < 98; i++)
        {
            await app.Rest.AddUserToGroupAsync("alice", $"g{i}");
        }

        await app.Rest.AddUserToGroupAsync("alice", "renewed");
        Assert.True(await app.Rest.IsUserInGroupAsync("alice", "oldest"));
        await app.Rest.AddUserToGroupAsync("alice", "latest");

        Assert.False(await app.Rest.IsUserInGroupAsync("alice", "oldest"));
        Assert.True(await app.Rest.IsUserInGroupAsync("alice", "renewed"));
        Assert.True(await app.Rest.IsUserInGroupAsync("alice", "latest"));
        Assert.True(await app.Rest.IsUserInGroupAsync("alice", "timed"));
    }

    [Fact]
    public async Task What_users_were_added_to_lives_on_over_a_restart_until_its_time()
    {
        using var directory = new TemporaryDirectory();
        var clock = new TestClock();
        async Task<List<bool>> RunAsync(Func<UserGroupManager, RestDoor, Task> change)
        {
            await using var store = await LocalStore.OpenAsync(directory.Path, reset: false, TimeProvider.System);
            await using var service = new SignalRService(store, new Meter(clock), new Faults(), clock);
            var rest = new RestDoor(service, clock);
            await change((await service.OpenHubAsync(clock)).UserGroups, rest);
            return
            [
                await rest.IsUserInGroupAsync("alice", "timed"),
                await rest.IsUserInGroupAsync("alice", "untimed"),
                await rest.IsUserInGroupAsync("alice", "removed"),
            ];
        }

        await RunAsync(async (groups, rest) =>
        {
            await groups.AddToGroupAsync("alice", "timed", Hour);
            await rest.AddUserToGroupAsync("alice", "untimed");
            await groups.AddToGroupAsync("alice", "removed", Hour);
            await groups.RemoveFromGroupAsync("alice", "removed");
        });
        Assert.Equal([true, true, false], await RunAsync((_, _) => Task.CompletedTask));
        clock.Advance(Hour);
        Assert.Equal([false, true, false], await RunAsync((_, _) => Task.CompletedTask));
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_user_who_is_removed_is_out_with_every_connection_and_stays_out(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var before = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        await app.Hub.UserGroups.AddToGroupAsync("alice", "one", Hour);
        await app.Hub.UserGroups.AddToGroupAsync("alice", "two", Hour);
        await app.Hub.UserGroups.AddToGroupAsync("alice", "three", Hour);

        await app.Hub.UserGroups.RemoveFromGroupAsync("alice", "one");
        Assert.False(await app.Rest.IsUserInGroupAsync("alice", "one"));
        Assert.True(await app.Rest.IsUserInGroupAsync("alice", "two"));
        await app.Hub.UserGroups.RemoveFromAllGroupsAsync("alice");
        using var after = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(2);
        await app.Hub.Clients.Groups(["one", "two", "three"]).Said("groups");
        await app.Hub.Clients.All.Said("all");

        Assert.Equal("Said(\"all\")", await before.NextCallAsync());
        Assert.Equal("Said(\"all\")", await after.NextCallAsync());
        Assert.False(await app.Rest.IsUserInGroupAsync("alice", "two"));
        Assert.False(await app.Rest.GroupExistsAsync("two"));
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_connection_s_groups_are_its_own_and_end_with_it(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var alice = await app.ConnectAsync("alice");
        using var bob = await app.ConnectAsync("bob");
        await app.UntilConnectionsAsync(2);
        foreach (var connection in app.Connections())
        {
            await app.Rest.AddToGroupAsync(connection.Id, "g");
            await app.Rest.AddToGroupAsync(connection.Id, "h");
        }

        await bob.CloseAsync();
        await app.UntilConnectionsAsync(1);
        var group = app.Service.Read().Single(hub => hub.Name == "testhub").Groups.Single(group => group.Name == "g");
        Assert.Equal([app.Connections().Single().Id], group.ConnectionIds);

        await app.Rest.RemoveFromGroupAsync(group.ConnectionIds[0], "g");
        Assert.False(await app.Rest.GroupExistsAsync("g"));
        await app.Rest.RemoveFromAllGroupsAsync(group.ConnectionIds[0]);
        Assert.False(await app.Rest.GroupExistsAsync("h"));
        await app.Rest.AddToGroupAsync("nobody", "g");
        Assert.False(await app.Rest.GroupExistsAsync("g"));
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_group_s_name_has_at_most_1024_characters(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);

        await app.Hub.UserGroups.AddToGroupAsync("alice", new string('g', 1024), Hour);
        var refusal = await Assert.ThrowsAnyAsync<Exception>(
            () => app.Hub.UserGroups.AddToGroupAsync("alice", new string('g', 1025), Hour));

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, Assert.IsType<HttpRequestException>(refusal.InnerException).StatusCode);
    }
}
