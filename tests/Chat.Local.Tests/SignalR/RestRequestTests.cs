using Chat.Local.SignalR;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class RestRequestTests
{
    [Fact]
    public void Has_the_path_that_the_package_writes()
    {
        Assert.Equal("/:send", RestRequest.Send(new Address(Audience.All, "hub")).Path);
        Assert.Equal("/users/auth0%7C1%20%C3%A9/:send", RestRequest.Send(new Address(Audience.User, "auth0|1 é")).Path);
        Assert.Equal("/groups/a%2Fb%3F%23/:send", RestRequest.Send(new Address(Audience.Group, "a/b?#")).Path);
        Assert.Equal("/connections/c/:send", RestRequest.Send(new Address(Audience.Connection, "c")).Path);
        Assert.Equal("/users/me%40example.com", RestRequest.Exists("user-exists", new Address(Audience.User, "me@example.com")).Path);
        Assert.Equal("/users/urn%3Aa%3Ab%2B%3D/groups/g", RestRequest.UserInGroup("group-add", "urn:a:b+=", "g").Path);
        Assert.Equal("/users/u/groups", RestRequest.UserOutOfAllGroups("u").Path);
        Assert.Equal("/groups/g/connections/c", RestRequest.ConnectionInGroup("group-add", "c", "g").Path);
        Assert.Equal("/connections/c/groups", RestRequest.ConnectionOutOfAllGroups("c").Path);
        Assert.Equal("/connections/c", RestRequest.Close("c").Path);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task Is_refused_when_it_would_arrive_as_another(string name)
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.Clients.User(name).Said("to one"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.Clients.Group(name).Said("to one"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.Clients.Client(name).Said("to one"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.Clients.Users(["bob", name]).Said("to one"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.UserGroups.AddToGroupAsync(name, "g", TimeSpan.FromHours(1)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.UserGroups.AddToGroupAsync("alice", name));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.UserGroups.RemoveFromGroupAsync("alice", name));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.UserGroups.RemoveFromAllGroupsAsync(name));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.UserGroups.IsUserInGroup("alice", name));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.Groups.AddToGroupAsync(name, "g"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.ClientManager.UserExistsAsync(name));
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Hub.ClientManager.CloseConnectionAsync(name));

        await app.Hub.Clients.User("alice").Said("heard");
        Assert.Equal("Said(\"heard\")", await alice.NextCallAsync());
    }
}
