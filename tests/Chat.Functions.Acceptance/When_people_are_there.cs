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
        await bob.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "Hello");
        var away = await Eventually.SeesAsync(
            () => PresenceAsync(alice, "bob,mallory"),
            seen => seen.Single().GetProperty("lastSeenAt").ValueKind == JsonValueKind.String);
        Assert.Equal(0, away[0].GetProperty("lastSeenAt").GetDateTimeOffset().ToUnixTimeSeconds() % 300);
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
        Assert.Equal(
            "conversation_not_found",
            await app.As("mallory").IsRefusedAsync("GET", $"/api/presence?users=alice&conversationId={group}", HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Should_show_nothing_unless_both_show_theirs()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "Hello");
        await bob.SendAsync(conversation, "Hello yourself");
        Assert.Single(await PresenceAsync(alice, "bob"));
        await bob.AskAsync("PATCH", "/api/me/privacy", new { presence = false });
        clock.Jump(TimeSpan.FromMinutes(1));
        Assert.Empty(await PresenceAsync(alice, "bob"));
        Assert.Empty(await PresenceAsync(bob, "alice"));
    }

    [Fact]
    public async Task Should_tell_a_stranger_nothing_until_they_have_an_answer()
    {
        await using var app = await ChatApp.StartAsync();
        var (mallory, bob) = (app.As("mallory"), app.As("bob"));
        var conversation = (await mallory.StartDirectAsync("bob")).ConversationId;
        var asked = await mallory.SendAsync(conversation, "Who are you?");
        await using var phone = await mallory.ListenAsync();
        await using var tablet = await bob.ListenAsync();
        await TypesAsync(bob, conversation, true);
        await bob.DoAsync("PUT", $"/api/conversations/{conversation}/delivered", new { seq = asked.Seq });
        await bob.MarkReadAsync(conversation, asked.Seq);

        Assert.Empty(await PresenceAsync(mallory, "bob"));
        Assert.Empty(await PresenceAsync(mallory, "bob", conversation));
        Assert.Equal((0, 0), await ReceiptOfBobAsync());

        // Whoever has written shows themselves to the other.
        Assert.Equal(["mallory"], Names(await PresenceAsync(bob, "mallory")));
        await tablet.ReceivesEventAsync("receipt.read");

        var answer = await bob.SendAsync(conversation, "Bob");
        await phone.ReceivesAsync(conversation, "Bob");
        Assert.DoesNotContain(phone.Events(), one => one.GetProperty("type").GetString() is { } type
            && (type.StartsWith("typing.", StringComparison.Ordinal) || type.StartsWith("receipt.", StringComparison.Ordinal)));
        Assert.Equal(["bob"], Names(await PresenceAsync(mallory, "bob")));
        Assert.Equal(["bob"], Names(await PresenceAsync(mallory, "bob", conversation)));
        Assert.Equal((answer.Seq, answer.Seq), await ReceiptOfBobAsync());

        // That stays so when others write last.
        await mallory.SendAsync(conversation, "Thank you");
        await TypesAsync(bob, conversation, true);
        await phone.ReceivesEventAsync("typing.started");
        Assert.Equal(["bob"], Names(await PresenceAsync(mallory, "bob")));
        await bob.MarkReadAsync(conversation, answer.Seq + 1);
        await phone.ReceivesEventAsync("receipt.read", data => data.GetProperty("userId").GetString() == "bob");

        async Task<(long Delivered, long Read)> ReceiptOfBobAsync() =>
            (await mallory.AskAsync("GET", $"/api/conversations/{conversation}/receipts")).GetProperty("receipts").EnumerateArray()
                .Where(one => one.GetProperty("userId").GetString() == "bob")
                .Select(one => (one.GetProperty("deliveredSeq").GetInt64(), one.GetProperty("readSeq").GetInt64()))
                .Single();
    }

    [Fact]
    public async Task Should_refuse_too_many_and_what_are_no_users()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        Assert.Equal("malformed", await alice.IsRefusedAsync("GET", "/api/presence", HttpStatusCode.BadRequest));
        Assert.Equal("malformed", await alice.IsRefusedAsync("GET", "/api/presence?users=a,,b", HttpStatusCode.BadRequest));
        Assert.Equal("malformed", await alice.IsRefusedAsync(
            "GET", $"/api/presence?users={string.Join(',', Enumerable.Range(0, 51))}", HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Should_tell_the_others_who_types_and_store_nothing()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await alice.SendAsync(conversation, "Hello");
        await using var phone = await bob.ListenAsync();
        await using var own = await alice.ListenAsync();
        foreach (var one in new[] { conversation, group })
        {
            var begin = TimeProvider.System.GetTimestamp();
            await TypesAsync(alice, one, true);
            await TypesAsync(alice, one, true);
            await TypesAsync(alice, one, false);
            await Eventually.HoldsAsync(phone.Events, all => all.Count(seen => IsTyping(seen, "typing.stopped", one)) == 1);

            // It is told again after 2 s.
            var most = 1 + (int)(TimeProvider.System.GetElapsedTime(begin).TotalSeconds / 2);
            Assert.InRange(phone.Events().Count(seen => IsTyping(seen, "typing.started", one)), 1, most);
        }

        Assert.Equal(2, (await bob.ConversationAsync(conversation)).LastSeq);

        // Whoever types isn't told of it: what was sent before the marker came before it.
        await alice.SendAsync(group, "marker");
        await own.ReceivesEventAsync("message.created", message => message.GetProperty("text").GetString() == "marker");
        Assert.DoesNotContain(own.Events(), seen => seen.GetProperty("type").GetString()!.StartsWith("typing.", StringComparison.Ordinal));
        await app.As("mallory").IsRefusedAsync(
            "POST", $"/api/conversations/{group}/typing", HttpStatusCode.NotFound, new { typing = true });
    }

    private static bool IsTyping(JsonElement one, string type, string conversation) =>
        one.GetProperty("type").GetString() == type
            && one.GetProperty("conversationId").GetString() == conversation
            && one.GetProperty("data").GetProperty("userId").GetString() == "alice";

    private static Task TypesAsync(Person person, string conversation, bool typing) =>
        person.DoAsync("POST", $"/api/conversations/{conversation}/typing", new { typing });

    private static async Task<List<JsonElement>> PresenceAsync(Person person, string users, string? conversation = null) =>
        [.. (await person.AskAsync("GET", $"/api/presence?users={users}{(conversation is null ? "" : "&conversationId=" + conversation)}"))
            .GetProperty("presence")
            .EnumerateArray()];

    private static IEnumerable<string> Names(List<JsonElement> presence) =>
        presence.Select(one => one.GetProperty("userId").GetString()!).Order();
}
