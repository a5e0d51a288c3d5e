using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_somebody_is_mentioned
{
    [Fact]
    public async Task Should_show_it_in_their_list_until_they_have_read_it()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var sent = await alice.SayAsync(
            group,
            new { text = "👍 @bob, come", mentions = new[] { new { userId = "bob", offset = 2, length = 4 } } });
        var mention = Assert.Single(sent.List("mentions"));
        Assert.Equal(("bob", 2, 4), (mention.Text("userId"), mention.Number("offset"), mention.Number("length")));
        await alice.SendAsync(group, "Or not");

        await app.HasDeliveredAsync();
        Assert.True(await IsMentionedAsync(bob, group, 2));
        Assert.False(await IsMentionedAsync(carol, group, 2));
        Assert.False(await IsMentionedAsync(alice, group, 0));
        await bob.MarkReadAsync(group, sent.Number("seq"));
        Assert.False(await IsMentionedAsync(bob, group, 1));

        await alice.SayAsync(group, new { text = "Everyone!", mentionsAll = true });
        await app.HasDeliveredAsync();
        Assert.True(await IsMentionedAsync(bob, group, 2));
        Assert.True(await IsMentionedAsync(carol, group, 3));
        Assert.False(await IsMentionedAsync(alice, group, 0));
    }

    [Fact]
    public async Task Should_move_with_the_text_when_that_is_edited()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var sent = await alice.SayAsync(
            conversation,
            new { text = "@bob", mentions = new[] { new { userId = "bob", offset = 0, length = 4 } } });
        var moved = await alice.AskAsync(
            "PATCH",
            sent.Path(),
            new { text = "Hi @bob", mentions = new[] { new { userId = "bob", offset = 3, length = 4 } } });
        Assert.Equal(3, moved.List("mentions")[0].Number("offset"));
        Assert.Null((await alice.AskAsync("PATCH", sent.Path(), new { text = "Hi" })).At("mentions"));
    }

    [Fact]
    public async Task Should_stay_when_who_is_mentioned_has_left_and_the_text_is_edited()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol", "dave")).ConversationId;
        var sent = await alice.SayAsync(
            group,
            new { text = "@bob cmoe", mentions = new[] { new { userId = "bob", offset = 0, length = 4 } } });
        foreach (var gone in new[] { "bob", "dave" })
        {
            await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/{gone}");
        }

        var edited = await alice.AskAsync(
            "PATCH",
            sent.Path(),
            new { text = "Yes, @bob come", mentions = new[] { new { userId = "bob", offset = 5, length = 4 } } });
        Assert.Equal("bob", edited.List("mentions")[0].Text("userId"));

        // Who is named for the first time is a member.
        var named = new { text = "@dave come", mentions = new[] { new { userId = "dave", offset = 0, length = 5 } } };
        Assert.Equal("malformed", await alice.IsRefusedAsync("PATCH", sent.Path(), HttpStatusCode.BadRequest, named));
        await alice.AskAsync(
            "PATCH",
            sent.Path(),
            new { text = "@carol come", mentions = new[] { new { userId = "carol", offset = 0, length = 6 } } });
        Assert.Equal("malformed", await alice.IsRefusedAsync(
            "PATCH",
            sent.Path(),
            HttpStatusCode.BadRequest,
            new { text = "@bob come", mentions = new[] { new { userId = "bob", offset = 0, length = 4 } } }));
    }

    [Fact]
    public async Task Should_be_told_until_read_although_it_was_edited_away_or_taken_back()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var mention = new { text = "@bob", mentions = new[] { new { userId = "bob", offset = 0, length = 4 } } };
        var (first, second) = (await alice.SayAsync(group, mention), await alice.SayAsync(group, mention));
        await alice.AskAsync("PATCH", first.Path(), new { text = "Nobody" });
        await alice.AskAsync("DELETE", second.Path());
        await alice.SendAsync(group, "So what?");
        await app.HasDeliveredAsync();
        Assert.True(await IsMentionedAsync(bob, group, 3));
        Assert.DoesNotContain(
            (await bob.AskAsync("GET", $"/api/conversations/{group}/messages")).List("messages"),
            message => message.At("mentions") is not null);
    }

    [Theory]
    [InlineData("""[{"userId":"bob","offset":0,"length":5}]""", "out_of_range")]
    [InlineData("""[{"userId":"bob","offset":0,"length":0}]""", "out_of_range")]
    [InlineData("""[{"userId":"bob","offset":9223372036854775807,"length":1}]""", "out_of_range")]
    [InlineData("""[{"userId":"bob","offset":0,"length":2},{"userId":"alice","offset":1,"length":1}]""", "overlapping")]
    [InlineData("""[{"userId":"mallory","offset":0,"length":2}]""", "not_a_member")]
    [InlineData("""[{"userId":"b b","offset":0,"length":2}]""", "invalid_id")]
    [InlineData("""[7]""", "wrong_type")]
    [InlineData("\"bob\"", "wrong_type")]
    public async Task Should_be_refused_when_it_is_not_in_the_text_or_not_a_member(string mentions, string fault)
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var refusal = await alice.AskAsync(
            "POST",
            $"/api/conversations/{conversation}/messages",
            new { clientMessageId = "1", text = "👍@b!", mentions = JsonSerializer.Deserialize<JsonElement>(mentions) },
            HttpStatusCode.BadRequest);
        Assert.Contains(refusal.List("errors"), error => error.Text("code") == fault);
    }

    [Fact]
    public async Task Should_mention_everyone_only_by_a_groups_owner_or_admins()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        Assert.Equal("not_allowed", await bob.MayNotSayAsync(group, new { text = "x", mentionsAll = true }, HttpStatusCode.Forbidden));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        Assert.Equal("not_allowed", await alice.MayNotSayAsync(direct, new { text = "x", mentionsAll = true }, HttpStatusCode.Forbidden));
    }

    /// <summary>Whether their list says so, once delivery has come that far.</summary>
    private static async Task<bool> IsMentionedAsync(Person person, string conversation, long unread)
    {
        var seen = await Eventually.SeesAsync(
            async () =>
                (await person.AskAsync("GET", "/api/conversations"))
                    .List("conversations")
                    .Find(one => one.Text("conversationId") == conversation),
            entry => entry.ValueKind == JsonValueKind.Object && entry.At("lastMessage")?.ValueKind == JsonValueKind.Object
                && entry.Number("unreadCount") == unread);
        return seen.At("isMentioned")!.Value.GetBoolean();
    }
}
