using Chat.Local.SignalR;
using Chat.Local.Store;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class RestRequestTests
{
    [Fact]
    public async Task Requests_are_those_of_the_package()
    {
        await using var service = new SignalRService(
            LocalStore.InMemory(),
            new Meter(TimeProvider.System),
            new Faults(),
            TimeProvider.System);
        using var requests = new Recorder();
        var hub = await service.OpenHubAsync(
            TimeProvider.System,
            "Endpoint=http://signalr.example;Port=8888;AccessKey=abc;Version=1.0;",
            requests);

        await hub.Clients.All.Said("hi");
        await hub.Clients.User("auth0|1 é").Said("hi");
        await hub.Clients.GroupExcept("a/b?#", ["c 1", "c2"]).Said("hi");
        await hub.Clients.Client("c").Said("hi");
        await hub.UserGroups.AddToGroupAsync("urn:a:b+=", "g", TimeSpan.FromSeconds(90.7));
        await hub.UserGroups.RemoveFromAllGroupsAsync("u");
        await hub.UserGroups.RemoveFromGroupAsync("u", "g");
        await hub.ClientManager.UserExistsAsync("me@example.com");

        Assert.Equal(
            [
                "POST /:send",
                "POST /users/auth0%7C1%20%C3%A9/:send",
                "POST /groups/a%2Fb%3F%23/:send&excluded=c%201&excluded=c2",
                "POST /connections/c/:send",
                "PUT /users/urn%3Aa%3Ab%2B%3D/groups/g&ttl=90",
                "DELETE /users/u/groups",
                "DELETE /users/u/groups/g",
                "HEAD /users/me%40example.com",
            ],
            requests.Lines);
    }

    [Theory]
    [InlineData(Door.InProcess, ".")]
    [InlineData(Door.InProcess, "..")]
    [InlineData(Door.Port, ".")]
    [InlineData(Door.Port, "..")]
    public async Task Is_refused_when_it_would_arrive_as_another(Door door, string name)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);

        Func<Func<Task>, Task> refuses = door == Door.InProcess
            ? Assert.ThrowsAsync<InvalidOperationException>
            : Assert.ThrowsAnyAsync<Exception>;

        await refuses(() => app.Hub.Clients.User(name).Said("to one"));
        await refuses(() => app.Hub.Clients.Group(name).Said("to one"));
        await refuses(() => app.Hub.Clients.Client(name).Said("to one"));
        await refuses(() => app.Hub.Clients.Users(["bob", name]).Said("to one"));
        await refuses(() => app.Hub.UserGroups.AddToGroupAsync(name, "g", TimeSpan.FromHours(1)));
        await refuses(() => app.Hub.UserGroups.AddToGroupAsync("alice", name, TimeSpan.FromHours(1)));
        await refuses(() => app.Hub.UserGroups.RemoveFromGroupAsync("alice", name));
        await refuses(() => app.Hub.UserGroups.RemoveFromAllGroupsAsync(name));
        await refuses(() => app.Hub.ClientManager.UserExistsAsync(name));

        await app.Hub.Clients.User("alice").Said("heard");
        Assert.Equal("Said(\"heard\")", await alice.NextCallAsync());
    }

    /// <summary>Answers everything with 200 and notes what came: the path behind the hub's, and the query behind the version.</summary>
    private sealed class Recorder : HttpMessageHandler
    {
        private const string Hub = "http://signalr.example:8888/api/hubs/testhub";
        private const string Version = "?api-version=2022-06-01";

        public List<string> Lines { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var url = request.RequestUri!.AbsoluteUri;
            Assert.StartsWith(Hub, url, StringComparison.Ordinal);
            Assert.Contains(Version, url, StringComparison.Ordinal);
            Lines.Add($"{request.Method} {url[Hub.Length..].Replace(Version, "", StringComparison.Ordinal)}");
            var token = new JsonWebToken(request.Headers.Authorization!.Parameter);
            Assert.Equal(
                url.Replace(
                    ":8888",
                    "",
                    StringComparison.Ordinal)[..(url.IndexOf(Version, StringComparison.Ordinal) - ":8888".Length)] + Version,
                token.Audiences.Single());
            if (request.Content is { } content)
            {
                Assert.Equal(
                    ("application/json; charset=utf-8", """{"Target":"Said","Arguments":["hi"]}"""),
                    ($"{content.Headers.ContentType}", await content.ReadAsStringAsync(cancellationToken)));
            }

            return new HttpResponseMessage();
        }
    }
}
