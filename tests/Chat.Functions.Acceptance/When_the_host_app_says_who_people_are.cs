using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The host app tells who people are and who follows whom; nobody else does.</summary>
public class When_the_host_app_says_who_people_are
{
    [Fact]
    public async Task Should_know_a_name_by_its_newest_version()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var host = app.AsHost();
        await host.SaysAsync(
            "bob", new { ageBand = "18+", state = "active", displayName = "Bob", avatarUrl = "https://cdn.example/bob.png", version = 5 });
        await host.SaysAsync("bob", new { ageBand = "18+", state = "active", displayName = "Bobby", version = 4 });
        await host.SaysAsync("bob", new { ageBand = "18+", state = "active", displayName = "Robert", version = 5 });

        Assert.Equal(("Bob", "https://cdn.example/bob.png", 5), Profile(await ProfilesAsync(app.As("bob"), "bob")));
        await host.SaysAsync("bob", new { ageBand = "18+", state = "active", displayName = "Robert", version = 6 });
        Assert.Equal(("Robert", null, 6), Profile(await ProfilesAsync(app.As("bob"), "bob")));
    }

    [Fact]
    public async Task Should_take_no_users_word_for_it_nor_let_the_host_be_a_user()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, host) = (app.As("alice"), app.AsHost());
        var said = new { ageBand = "18+", state = "active", version = 1 };
        Assert.Equal("not_allowed", await alice.IsRefusedAsync("PUT", "/api/host/users/alice", HttpStatusCode.Forbidden, said));
        Assert.Equal("not_allowed", await alice.IsRefusedAsync("PUT", "/api/HOST/Users/alice", HttpStatusCode.Forbidden, said));
        Assert.Equal("not_allowed", await alice.IsRefusedAsync(
            "POST", "/api/host/relationships", HttpStatusCode.Forbidden, new { relationships = Array.Empty<object>() }));
        Assert.Equal("not_allowed", await new Person(app.Http, "alice", "chat.moderator")
            .IsRefusedAsync("PUT", "/api/host/users/alice", HttpStatusCode.Forbidden, said));
        Assert.Equal("not_allowed", await host.Caller.IsRefusedAsync("GET", "/api/conversations", HttpStatusCode.Forbidden));
        Assert.Equal("not_allowed", await alice.IsRefusedAsync(
            "PATCH", "/api/me/profile", HttpStatusCode.Forbidden, new { displayName = "The host" }));
    }

    [Fact]
    public async Task Should_find_the_role_in_a_list_of_roles()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/host/users/alice");
        request.Content = System.Net.Http.Json.JsonContent.Create(new { ageBand = "u16", state = "active", version = 1 });
        request.Headers.Authorization = new("Bearer", Tokens.For("app", roles: new[] { "chat.other", "chat.host" }));
        using var answer = await app.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task Should_let_users_name_themselves_only_where_everything_is_open()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await bob.SendAsync(direct, "Hello");
        await app.HasDeliveredAsync();
        await using var phone = await alice.ListenAsync();

        var changed = await bob.AskAsync("PATCH", "/api/me/profile", new { displayName = "Bob" });
        Assert.Equal(("Bob", null, 1), Profile([changed]));
        var told = await phone.ReceivesEventAsync("user.updated", data => data.Text("userId") == "bob");
        Assert.Equal("Bob", told.Text("displayName"));

        // Nothing changes, nothing is the next version.
        Assert.Equal(1, (await bob.AskAsync("PATCH", "/api/me/profile", new { displayName = "Bob" })).Number("version"));
    }

    [Fact]
    public async Task Should_tell_the_names_of_those_alone_with_whom_one_talks()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, host) = (app.As("alice"), app.AsHost());
        foreach (var name in new[] { "alice", "bob", "carol", "dave" })
        {
            await host.SaysAsync(name, displayName: name.ToUpperInvariant());
        }

        await alice.StartDirectAsync("bob");
        var group = (await alice.CreateGroupAsync("Trip", "carol")).ConversationId;
        await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/carol");

        Assert.Equal(["alice", "bob"], Names(await ProfilesAsync(alice, "alice", "bob", "carol", "dave", "nobody")));
        Assert.Equal(["carol"], Names(
            (await alice.AskAsync("POST", "/api/users/profiles", new { users = new[] { "bob", "carol", "dave" }, conversationId = group }))
                .List("profiles")));
        Assert.Equal(
            "conversation_not_found",
            await app.As("carol").IsRefusedAsync(
                "POST", "/api/users/profiles", HttpStatusCode.NotFound, new { users = new[] { "alice" }, conversationId = group }));
        Assert.Empty(await ProfilesAsync(app.As("dave"), "alice", "bob"));
    }

    [Fact]
    public async Task Should_not_tell_the_name_of_somebody_who_is_only_invited()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await app.AsHost().SaysAsync("alice", displayName: "Alice");
        await app.AsHost().SaysAsync("bob", displayName: "Bob");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        async Task<IReadOnlyList<string?>> NamesAsync() =>
            [.. (await alice.AskAsync("POST", "/api/users/profiles", new { users = new[] { "bob" }, conversationId = group }))
                .List("profiles")
                .Select(one => one.Text("displayName"))];

        Assert.Empty(await NamesAsync());
        Assert.Equal("Alice", (await bob.AskAsync("GET", "/api/requests")).List("requests").Single().Text("from.displayName"));
        await bob.DoAsync("POST", $"/api/requests/{group}/accept");
        Assert.Equal(["Bob"], await NamesAsync());
    }

    [Fact]
    public async Task Should_know_who_follows_whom_in_both_partitions_by_the_newest_version()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var host = app.AsHost();
        async Task SayAsync(bool follows, long version) =>
            await host.Caller.DoAsync(
                "POST", "/api/host/relationships", new { relationships = new[] { new { from = "alice", to = "bob", follows, version } } });

        await SayAsync(true, 3);
        await SayAsync(false, 2);
        await host.Caller.DoAsync(
            "POST",
            "/api/host/relationships",
            new { relationships = new[] { new { from = "bob", to = "alice", follows = true, version = 1 } } });
        Assert.Equal((true, true), await StoredAsync(app, "alice", "bob"));
        Assert.Equal((true, true), await StoredAsync(app, "bob", "alice"));
        await SayAsync(false, 4);
        Assert.Equal((false, true), await StoredAsync(app, "alice", "bob"));
        Assert.Equal((true, false), await StoredAsync(app, "bob", "alice"));
    }

    private static async Task<(bool Follows, bool Followed)> StoredAsync(ChatApp app, string user, string other)
    {
        var containers = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions
            .GetRequiredService<Shared.ChatContainers>(app.Services);
        var found = await containers.Users.ReadItemAsync<JsonElement>($"rel:{other}", new(user));
        return (found.Resource.GetProperty("follows").GetBoolean(), found.Resource.GetProperty("followed").GetBoolean());
    }

    private static async Task<List<JsonElement>> ProfilesAsync(Person caller, params string[] users) =>
        (await caller.AskAsync("POST", "/api/users/profiles", new { users })).List("profiles");

    private static List<string> Names(List<JsonElement> profiles) => [.. profiles.Select(profile => profile.Text("userId")!)];

    private static (string? Name, string? Picture, long Version) Profile(List<JsonElement> profiles)
    {
        var one = Assert.Single(profiles);
        return (one.Text("displayName"), one.Text("avatarUrl"), one.Number("version"));
    }
}
