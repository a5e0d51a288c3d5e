using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_look_at_what_they_shared
{
    private const string Link = "Look: https://example.com/";

    [Fact]
    public async Task Should_be_listed_by_kind_and_page_by_page_the_newest_first()
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        foreach (var n in Enumerable.Range(1, 5))
        {
            await alice.SayAsync(conversation, new { text = $"{Link}{n}" });
            await bob.SayAsync(conversation, new { text = $"Only words {n}" });
        }

        var photo = await uploads.ShareAsync(bob, conversation);

        Assert.Equal([5, 4, 3, 2, 1], await AllAsync(alice, conversation, limit: 2));
        var page = await PageAsync(bob, conversation, "link&limit=2");
        Assert.True(page.At("hasMore")!.Value.GetBoolean());
        Assert.Equal(page.List("messages")[^1].Number("seq"), page.Number("fromSeq"));
        Assert.Equal(photo.Number("seq"), page.Number("toSeq"));
        var media = await PageAsync(bob, conversation, "media");
        Assert.Equal(photo.Text("messageId"), Assert.Single(media.List("messages")).Text("messageId"));
        Assert.Equal((1, false), (media.Number("fromSeq"), media.At("hasMore")!.Value.GetBoolean()));
        Assert.Empty((await PageAsync(bob, conversation, "voice")).List("messages"));

        foreach (var malformed in (string[])["", "kind=", "kind=text", "kind=link&kind=media", "kind=link&beforeSeq=0"])
        {
            Assert.Equal("malformed", await alice.IsRefusedAsync("GET", Shared(conversation, malformed), HttpStatusCode.BadRequest));
        }

        Assert.Equal(
            "conversation_not_found",
            await app.As("mallory").IsRefusedAsync("GET", Shared(conversation, "kind=link"), HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Should_leave_out_what_isnt_there_for_the_caller_any_more()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "mallory")).ConversationId;
        var sent = new List<JsonElement>();
        foreach (var n in Enumerable.Range(1, 5))
        {
            sent.Add(await alice.SayAsync(group, new { text = $"{Link}{n}" }));
        }

        await app.As("mallory").SayAsync(group, new { text = $"{Link}6" });
        await bob.DoAsync("PUT", "/api/blocks/mallory");
        await bob.ClearAsync(group, sent[0].Number("seq"));
        await bob.DoAsync("DELETE", sent[1].Path() + "?scope=me");
        await alice.AskAsync("DELETE", sent[2].Path());
        await alice.AskAsync("PATCH", sent[3].Path(), new { text = "No link any more" });
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "carol" } });
        await alice.AskAsync("PATCH", $"/api/conversations/{group}", new { messageTtl = 600 });
        await alice.SayAsync(group, new { text = $"{Link}7" });

        Assert.Equal([7, 5], await AllAsync(bob, group, limit: 1));
        Assert.Equal([7, 6, 5, 2, 1], await AllAsync(alice, group));
        Assert.Equal([7], await AllAsync(carol, group));

        var words = await alice.SayAsync(group, new { text = "Only words" });
        await alice.AskAsync("PATCH", words.Path(), new { text = $"{Link}8" });
        Assert.Equal([8, 7], await AllAsync(carol, group));
        clock.Jump(TimeSpan.FromSeconds(601));
        Assert.Empty(await AllAsync(carol, group));
        await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
        Assert.Equal(
            "conversation_not_found", await bob.IsRefusedAsync("GET", Shared(group, "kind=link"), HttpStatusCode.NotFound));
    }

    private static string Shared(string conversation, string query) => $"/api/conversations/{conversation}/shared?{query}";

    private static Task<JsonElement> PageAsync(Person person, string conversation, string query) =>
        person.AskAsync("GET", Shared(conversation, $"kind={query}"));

    /// <summary>What the links end with, page by page.</summary>
    private static async Task<List<int>> AllAsync(Person person, string conversation, int limit = 100)
    {
        var all = new List<int>();
        for (JsonElement? page = null; page?.At("hasMore")!.Value.GetBoolean() != false;)
        {
            var before = page is { } last ? $"&beforeSeq={last.Number("fromSeq")}" : "";
            page = await PageAsync(person, conversation, $"link&limit={limit}{before}");
            all.AddRange(page.Value.List("messages").Select(message => message.Text("text")![^1] - '0'));
        }

        return all;
    }
}
