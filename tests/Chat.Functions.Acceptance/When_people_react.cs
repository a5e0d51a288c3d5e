using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_react
{
    [Fact]
    public async Task Should_show_how_many_and_who_and_whether_I_did()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var sent = await alice.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "Hello");

        var answer = await bob.AskAsync("PUT", Reaction(sent, "👍"));
        await bob.AskAsync("PUT", Reaction(sent, "❤️"));
        await alice.AskAsync("PUT", Reaction(sent, "❤️"));

        Assert.True(Summary(answer, "👍").GetProperty("mine").GetBoolean());
        var seen = await alice.AskAsync("GET", Path(sent));
        Assert.Equal(["👍", "❤️"], Keys(seen));
        Assert.False(Summary(seen, "👍").GetProperty("mine").GetBoolean());
        Assert.Equal(
            (2, true),
            (Summary(seen, "❤️").GetProperty("count").GetInt32(), Summary(seen, "❤️").GetProperty("mine").GetBoolean()));
        Assert.Equal(["bob", "alice"], Summary(seen, "❤️").GetProperty("users").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task Should_tell_everyone_when_one_is_added_and_when_it_is_removed()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await alice.ListenAsync();
        var sent = await alice.SendAsync(conversation, "Hello");

        await bob.AskAsync("PUT", Reaction(sent, "👍"));
        Assert.Equal(("👍", "bob", sent.MessageId), Told(await phone.ReceivesEventAsync("reaction.added")));

        await bob.AskAsync("DELETE", Reaction(sent, "👍"));
        Assert.Equal(("👍", "bob", sent.MessageId), Told(await phone.ReceivesEventAsync("reaction.removed")));

        static (string?, string?, string?) Told(JsonElement data) =>
            (data.GetProperty("key").GetString(), data.GetProperty("by").GetString(), data.GetProperty("messageId").GetString());
    }

    [Fact]
    public async Task Should_change_nothing_when_one_is_added_or_removed_again()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var sent = await alice.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "Hello");

        await bob.AskAsync("PUT", Reaction(sent, "👍"));
        var added = await bob.AskAsync("PUT", Reaction(sent, "👍"));
        Assert.Equal((1, sent.Seq + 1), (Summary(added, "👍").GetProperty("count").GetInt32(), added.GetProperty("updatedSeq").GetInt64()));

        await bob.AskAsync("DELETE", Reaction(sent, "👍"));
        var removed = await bob.AskAsync("DELETE", Reaction(sent, "👍"));
        Assert.Empty(Keys(removed));
        Assert.Equal(sent.Seq + 2, removed.GetProperty("updatedSeq").GetInt64());
    }

    [Fact]
    public async Task Should_list_who_reacted_with_what()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var sent = await alice.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "Hello");
        await bob.AskAsync("PUT", Reaction(sent, "👍"));
        await bob.AskAsync("PUT", Reaction(sent, "❤️"));
        await alice.AskAsync("PUT", Reaction(sent, "❤️"));
        await bob.AskAsync("DELETE", Reaction(sent, "👍"));

        var all = (await bob.AskAsync("GET", Path(sent) + "/reactions")).GetProperty("reactions").EnumerateArray();
        Assert.Equal(
            [("alice", "❤️"), ("bob", "❤️")],
            all.Select(one => (one.GetProperty("userId").GetString(), one.GetProperty("keys")[0].GetString())));
    }

    [Fact]
    public async Task Should_not_react_to_what_was_taken_back_whatever_was_there_before()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var sent = await alice.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "Hello");
        await bob.AskAsync("PUT", Reaction(sent, "👍"));
        await alice.AskAsync("DELETE", Path(sent));
        var before = await alice.AskAsync("GET", Path(sent));

        foreach (var key in new[] { "👍", "❤️" })
        {
            Assert.Equal("message_unsent", await bob.IsRefusedAsync("PUT", Reaction(sent, key), HttpStatusCode.Conflict));
            await bob.AskAsync("DELETE", Reaction(sent, key));
        }

        Assert.Equal($"{before}", $"{await alice.AskAsync("GET", Path(sent))}");
    }

    [Fact]
    public async Task Should_stay_exact_when_a_whole_group_reacts_at_once()
    {
        await using var app = await ChatApp.StartAsync();
        var names = Enumerable.Range(0, 256).Select(n => $"member-{n:000}").ToList();
        var owner = app.As(names[0]);
        var group = (await owner.CreateGroupAsync("Crowd", names.Skip(1))).ConversationId;
        var sent = await owner.SendAsync(group, "Vote");
        await Task.WhenAll(names.Select(name => Eventually.SeesAsync(
            () => app.As(name).PutAsync(Reaction(sent, "👍"), new { }),
            answer => answer.StatusCode != HttpStatusCode.ServiceUnavailable)));

        var summary = Summary(await app.As(names[200]).AskAsync("GET", Path(sent)), "👍");
        Assert.Equal((256, 5, true), (
            summary.GetProperty("count").GetInt32(),
            summary.GetProperty("users").GetArrayLength(),
            summary.GetProperty("mine").GetBoolean()));
        var listed = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            var page = await owner.AskAsync(
                "GET",
                $"{Path(sent)}/reactions?limit=100{(continuation.Length > 0 ? "&continuation=" + continuation : "")}");
            listed.AddRange(page.GetProperty("reactions").EnumerateArray().Select(one => one.GetProperty("userId").GetString()!));
            continuation = page.GetProperty("continuation").GetString();
        }

        Assert.Equal(names, listed);
        Assert.Equal(256, (await owner.LogAsync(group)).Count(one => one.GetProperty("type").GetString() == "reaction.added"));
    }

    [Theory]
    [InlineData("👨‍👩‍👧‍👦")]
    [InlineData("🇳🇱")]
    [InlineData("👍🏽")]
    [InlineData("1️⃣")]
    [InlineData(":party_parrot:")]
    public async Task Should_take_any_one_emoji_or_name(string key)
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var sent = await alice.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "Hello");
        Assert.Equal(1, Summary(await alice.AskAsync("PUT", Reaction(sent, key)), key).GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("👍", "👍\uFE0F")]
    [InlineData("\u2764", "\u2764\uFE0F")]
    [InlineData("#\u20E3", "#\uFE0F\u20E3")]
    [InlineData("\u2764\u200D🔥", "\u2764\uFE0F\u200D🔥")]
    [InlineData("🏳\u200D🌈", "🏳\uFE0F\u200D🌈")]
    [InlineData("🕵\uFE0F\u200D\u2642", "🕵\u200D\u2642\uFE0F")]
    [InlineData("🏴\u200D\u2620", "🏴\u200D\u2620\uFE0F")]
    [InlineData("\u261D🏽", "\u261D\uFE0F🏽")]
    public async Task Should_count_an_emoji_once_however_it_is_spelt(string one, string other)
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var sent = await alice.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "Hello");
        await alice.AskAsync("PUT", Reaction(sent, one));
        await bob.AskAsync("PUT", Reaction(sent, other));
        var seen = await alice.AskAsync("PUT", Reaction(sent, other));
        Assert.Equal(2, Assert.Single(seen.GetProperty("reactions").EnumerateArray()).GetProperty("count").GetInt32());

        await alice.AskAsync("DELETE", Reaction(sent, other));
        var after = await bob.AskAsync("DELETE", Reaction(sent, one));
        Assert.Empty(after.GetProperty("reactions").EnumerateArray());
    }

    [Fact]
    public async Task Should_refuse_what_is_no_emoji_and_what_is_too_much()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?> { ["Limits:ReactionsPerUser"] = "2", ["Limits:ReactionKeys"] = "3" });
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var sent = await alice.SendAsync((await alice.StartDirectAsync("bob")).ConversationId, "Hello");
        string[] keys = ["a", "👍👍", "1", ":", "::", ":Name:", "👍 ", "©x", "🇳", "❤\uFE0F\uFE0F", "❤\uFE0E", "👍\u0301", "🏽"];
        foreach (var key in keys)
        {
            Assert.Equal("malformed", await alice.IsRefusedAsync("PUT", Reaction(sent, key), HttpStatusCode.BadRequest));
        }

        await alice.AskAsync("PUT", Reaction(sent, ":a:"));
        await alice.AskAsync("PUT", Reaction(sent, ":b:"));
        Assert.Equal("limit_reached", await alice.IsRefusedAsync("PUT", Reaction(sent, ":c:"), HttpStatusCode.Conflict));
        await bob.AskAsync("PUT", Reaction(sent, ":c:"));
        Assert.Equal("limit_reached", await bob.IsRefusedAsync("PUT", Reaction(sent, ":d:"), HttpStatusCode.Conflict));
        await bob.AskAsync("PUT", Reaction(sent, ":a:"));
    }

    private static IEnumerable<string?> Keys(JsonElement message) =>
        message.GetProperty("reactions").EnumerateArray().Select(one => one.GetProperty("key").GetString());

    private static JsonElement Summary(JsonElement message, string key) =>
        message.GetProperty("reactions").EnumerateArray().Single(one => one.GetProperty("key").GetString() == key);

    private static string Path(MessageJson message) => $"/api/conversations/{message.ConversationId}/messages/{message.MessageId}";

    private static string Reaction(MessageJson message, string key) => $"{Path(message)}/reactions/{Uri.EscapeDataString(key)}";
}
