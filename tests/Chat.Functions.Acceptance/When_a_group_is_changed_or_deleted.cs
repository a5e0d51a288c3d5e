using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_group_is_changed_or_deleted
{
    private const string Picture = "https://cdn.example/trip.png?size=1%202";

    [Fact]
    public async Task Should_show_the_change_to_everyone_and_in_their_lists()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var names = Enumerable.Range(0, 40).Select(n => $"member-{n}").Append("bob");
        var group = (await alice.CreateGroupAsync("Trip", names)).ConversationId;
        await alice.SendAsync(group, "Hello");
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen?.UnreadCount == 1);
        await using var phone = await bob.ListenAsync();

        var changed = await alice.AskAsync(
            "PATCH",
            Path(group),
            new { title = "Trip to Łódź", description = "🚂", avatarUrl = Picture, joinPolicy = "approval", messageTtl = 3600 });

        foreach (
            var shown in new[] { changed, await phone.ReceivesEventAsync("conversation.updated"), await bob.AskAsync("GET", Path(group)) })
        {
            Assert.Equal(
                ("Trip to Łódź", "🚂", Picture, "approval", "since-joining", 3600),
                (
                    Text(shown, "title"),
                    Text(shown, "description"),
                    Text(shown, "avatarUrl"),
                    Text(shown, "joinPolicy"),
                    Text(shown, "historyVisibility"),
                    shown.GetProperty("messageTtl").GetInt32()));
        }

        await Eventually.SeesAsync(
            () => bob.SummaryAsync(group),
            seen => seen is { Title: "Trip to Łódź", UnreadCount: 1, LastMessage.Preview: "Hello" });
        var listed = (await bob.AskAsync("GET", "/api/conversations")).GetProperty("conversations")[0];
        Assert.Equal(Picture, Text(listed, "avatarUrl"));

        // What is so already changes nothing; null clears.
        var (before, same) = (
            await alice.LogAsync(group),
            await alice.AskAsync("PATCH", Path(group), new { title = "Trip to Łódź", messageTtl = 3600 }));
        Assert.Equal(before.Count, same.GetProperty("lastSeq").GetInt32());
        var cleared = await alice.AskAsync(
            "PATCH",
            Path(group),
            new { description = (string?)null, avatarUrl = (string?)null, joinPolicy = (string?)null, messageTtl = 0 });
        Assert.False(cleared.TryGetProperty("description", out _) || cleared.TryGetProperty("avatarUrl", out _)
            || cleared.TryGetProperty("messageTtl", out _));
        Assert.Equal("open", Text(cleared, "joinPolicy"));
        await Eventually.SeesAsync(
            () => bob.AskAsync("GET", "/api/conversations"),
            seen => !seen.GetProperty("conversations")[0].TryGetProperty("avatarUrl", out _));
    }

    [Fact]
    public async Task Should_show_its_picture_to_those_who_join_later()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, dave) = (app.As("alice"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "dave")).ConversationId;
        await Eventually.SeesAsync(() => dave.SummaryAsync(group), seen => seen is not null);
        await dave.DoAsync("DELETE", Path(group) + "/members/dave");
        await alice.AskAsync("PATCH", Path(group), new { title = "Journey", avatarUrl = Picture });

        await alice.DoAsync("POST", Path(group) + "/members", new { members = new[] { "dave", "erin" } });

        foreach (var person in new[] { dave, app.As("erin") })
        {
            var seen = await Eventually.SeesAsync(
                () => person.AskAsync("GET", "/api/conversations"),
                list => list.GetProperty("conversations") is var all && all.GetArrayLength() == 1 && all[0].TryGetProperty(
                    "avatarUrl", out _));
            Assert.Equal(
                ("Journey", Picture),
                (Text(seen.GetProperty("conversations")[0], "title"), Text(seen.GetProperty("conversations")[0], "avatarUrl")));
        }
    }

    [Fact]
    public async Task Should_let_either_of_two_set_how_long_messages_stay_and_nothing_else()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await alice.ListenAsync();

        var changed = await bob.AskAsync("PATCH", Path(direct), new { messageTtl = 60 });

        Assert.Equal(60, changed.GetProperty("messageTtl").GetInt32());
        Assert.False(changed.TryGetProperty("joinPolicy", out _));
        var told = await phone.ReceivesEventAsync("conversation.updated");
        Assert.Equal((60, "bob"), (told.GetProperty("messageTtl").GetInt32(), Text(told, "by")));
        Assert.Equal(
            "not_allowed",
            await alice.IsRefusedAsync("PATCH", Path(direct), HttpStatusCode.Forbidden, new { title = "Us", messageTtl = 60 }));
    }

    [Theory]
    [InlineData("""{"title":null}""", "/title missing")]
    [InlineData("""{"title":""}""", "/title too_short")]
    [InlineData("""{"avatarUrl":"http://example.org/a.png"}""", "/avatarUrl invalid_address")]
    [InlineData("""{"avatarUrl":"https://user:word@example.org/"}""", "/avatarUrl invalid_address")]
    [InlineData("""{"avatarUrl":"javascript:alert(1)"}""", "/avatarUrl invalid_address")]
    [InlineData("""{"avatarUrl":"https://example.org/\"onload="}""", "/avatarUrl invalid_address")]
    [InlineData(
        """{"avatarUrl":"/a.png","messageTtl":4,"historyVisibility":"some"}""", "/avatarUrl invalid_address",
        "/historyVisibility not_allowed", "/messageTtl out_of_range")]
    [InlineData(
        """{"messageTtl":7776001,"joinPolicy":"closed","description":7}""", "/description wrong_type", "/joinPolicy not_allowed",
        "/messageTtl out_of_range")]
    public async Task Should_refuse_what_is_malformed(string body, params string[] faults)
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var problem = await alice.AskAsync("PATCH", Path(group), JsonSerializer.Deserialize<JsonElement>(body), HttpStatusCode.BadRequest);
        Assert.Equal(
            faults,
            problem.GetProperty("errors").EnumerateArray().Select(fault => $"{Text(fault, "pointer")} {Text(fault, "code")}"));
        Assert.Equal(1, (await alice.ConversationAsync(group)).LastSeq);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(60)]
    public async Task Should_be_there_for_nobody_once_it_is_deleted(int others)
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var alice = app.As("alice");
        string[] names = [.. Enumerable.Range(0, others).Select(n => $"member-{n}")];
        var group = (await alice.CreateGroupAsync("Trip", names)).ConversationId;
        var bob = app.As(names[^1]);
        var sent = await bob.At(other).SendAsync(group, "Hello");
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is not null);
        await using var phone = await bob.ListenAsync();

        await alice.DoAsync("DELETE", Path(group));

        foreach (var person in new[] { alice, bob, bob.At(other) })
        {
            Assert.Equal("conversation_not_found", await person.IsRefusedAsync("GET", Path(group), HttpStatusCode.NotFound));
            Assert.Equal("conversation_not_found", await person.IsRefusedAsync("GET", Path(group) + "/messages", HttpStatusCode.NotFound));
            Assert.Equal("conversation_not_found", await person.IsRefusedAsync(
                "POST", Path(group) + "/messages", HttpStatusCode.NotFound, new { clientMessageId = "1", text = "Hello?" }));
            Assert.Equal("conversation_not_found", await person.IsRefusedAsync(
                "PATCH", $"{Path(group)}/messages/{sent.MessageId}", HttpStatusCode.NotFound, new { text = "Hello?" }));
            Assert.Equal("conversation_not_found", await person.IsRefusedAsync("DELETE", Path(group), HttpStatusCode.NotFound));
        }

        Assert.Equal("alice", Text(await phone.ReceivesEventAsync("conversation.deleted"), "by"));
        Assert.Null(await alice.SummaryAsync(group));
        foreach (var name in names)
        {
            await Eventually.SeesAsync(() => app.As(name).SummaryAsync(group), seen => seen is null);
        }
    }

    private static string Path(string conversation) => $"/api/conversations/{conversation}";

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
