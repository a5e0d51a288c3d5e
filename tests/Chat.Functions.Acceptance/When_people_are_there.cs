using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_are_there
{
    [Fact]
    public async Task Should_show_it_to_those_who_share_a_conversation()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await alice.StartDirectAsync("bob");
        await bob.ConversationsAsync();
        var away = await Eventually.SeesAsync(() => PresenceAsync(alice, "bob,mallory"), seen => seen.Single().GetProperty("lastSeenAt").ValueKind == JsonValueKind.String);
        Assert.Equal(("bob", false), (away[0].GetProperty("userId").GetString(), away[0].GetProperty("online").GetBoolean()));

        await using (await bob.ListenAsync())
        {
            // What SignalR said is kept for 15 s.
            clock.Jump(TimeSpan.FromSeconds(16));
            await Eventually.SeesAsync(() => PresenceAsync(alice, "bob"), seen => seen.Single().GetProperty("online").GetBoolean());
        }

        await Eventually.SeesAsync(clock, () => PresenceAsync(alice, "bob"), seen => !seen.Single().GetProperty("online").GetBoolean());
    }

    [Fact]
    public async Task Should_show_group_members_to_each_other_and_to_nobody_else()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        Assert.Equal(["bob", "carol"], Names(await PresenceAsync(alice, "bob,carol,dave", group)));
        Assert.Empty(await PresenceAsync(bob, "alice,carol"));
        Assert.Equal("conversation_not_found", await app.As("mallory").IsRefusedAsync("GET", $"/api/presence?users=alice&conversationId={group}", HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Should_show_nothing_unless_both_show_theirs()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await alice.StartDirectAsync("bob");
        await bob.AskAsync("PATCH", "/api/me/privacy", new { presence = false });
        clock.Jump(TimeSpan.FromMinutes(1));
        Assert.Empty(await PresenceAsync(alice, "bob"));
        Assert.Empty(await PresenceAsync(bob, "alice"));
    }

    [Fact]
    public async Task Should_refuse_too_many_and_what_are_no_users()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        Assert.Equal("malformed", await alice.IsRefusedAsync("GET", "/api/presence", HttpStatusCode.BadRequest));
        Assert.Equal("malformed", await alice.IsRefusedAsync("GET", "/api/presence?users=a,,b", HttpStatusCode.BadRequest));
        Assert.Equal("malformed", await alice.IsRefusedAsync("GET", $"/api/presence?users={string.Join(',', Enumerable.Range(0, 51))}", HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Should_tell_the_others_who_types_and_store_nothing()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await using var phone = await bob.ListenAsync();
        foreach (var one in new[] { conversation, group })
        {
            await TypesAsync(alice, one, true);
            await TypesAsync(alice, one, true);
            await TypesAsync(alice, one, false);
            await Eventually.HoldsAsync(phone.Events, all => all.Count(seen => IsTyping(seen, "typing.stopped", one)) == 1);
            Assert.Single(phone.Events(), seen => IsTyping(seen, "typing.started", one));
        }

        Assert.Equal(1, (await bob.ConversationAsync(conversation)).LastSeq);
        Assert.Equal(HttpStatusCode.NotFound, (await app.As("mallory").PostAsync($"/api/conversations/{group}/typing", new { typing = true })).StatusCode);
    }

    private static bool IsTyping(JsonElement one, string type, string conversation) =>
        one.GetProperty("type").GetString() == type && one.GetProperty("conversationId").GetString() == conversation && one.GetProperty("data").GetProperty("userId").GetString() == "alice";

    private static async Task TypesAsync(Person person, string conversation, bool typing) =>
        Assert.Equal(HttpStatusCode.NoContent, (await person.PostAsync($"/api/conversations/{conversation}/typing", new { typing })).StatusCode);

    private static async Task<List<JsonElement>> PresenceAsync(Person person, string users, string? conversation = null) =>
        [.. (await person.AskAsync("GET", $"/api/presence?users={users}{(conversation is null ? "" : "&conversationId=" + conversation)}")).GetProperty("presence").EnumerateArray()];

    private static IEnumerable<string> Names(List<JsonElement> presence) => presence.Select(one => one.GetProperty("userId").GetString()!).Order();
}
