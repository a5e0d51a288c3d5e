using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_collect_together
{
    [Fact]
    public async Task Should_be_in_one_order_for_all_whoever_changes_it_at_the_same_time()
    {
        await using var app = await ChatApp.StartAsync();
        var people = new[] { app.As("alice"), app.As("bob"), app.As("carol") };
        var group = (await people[0].CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var path = $"/api/conversations/{group}/collections/rome";
        await people[0].DoAsync("PUT", path, new { title = "Rome" });
        var links = new List<string>();
        for (var n = 0; n < 12; n++)
        {
            links.Add((await people[n % 3].SayAsync(group, new { text = $"https://example.com/{n}" })).Text("messageId")!);
        }

        // All at once: each adds four, and puts others' in front or behind the first.
        await Task.WhenAll(links.Select((link, n) => people[n % 3].DoAsync("PUT", $"{path}/items/{link}", new { })));
        var random = new Random(1);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(n =>
        {
            var (item, other) = (links[random.Next(12)], links[random.Next(12)]);
            object where = n % 5 == 0 ? new { first = true } : new { after = other };
            return n % 7 == 0
                ? people[n % 3].DoAsync("DELETE", $"{path}/items/{item}")
                : people[n % 3].DoAsync("PUT", $"{path}/items/{item}", where);
        }));

        var items = await ItemsAsync(people[0], path, limit: 5);
        Assert.Equal(items.Distinct(), items);
        Assert.Equal(items, await ItemsAsync(people[1], path, limit: 100));
        Assert.Equal(items, Replayed(await people[2].LogAsync(group)));
    }

    [Fact]
    public async Task Should_show_what_messages_show_and_as_long()
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var (all, path) = ($"/api/conversations/{group}/collections", $"/api/conversations/{group}/collections/rome");
        await bob.DoAsync("PUT", path, new { title = "Rome" });
        await bob.DoAsync("PUT", path, new { title = "Rome" });
        var photo = await uploads.ShareAsync(alice, group);
        var media = photo.List("attachments")[0].Text("mediaId")!;
        var link = await bob.SayAsync(group, new { text = "https://example.com" });
        foreach (var item in new[] { $"{photo.Text("messageId")}.{media}", link.Text("messageId") })
        {
            await bob.DoAsync("PUT", $"{path}/items/{item}", new { });
            await alice.DoAsync("PUT", $"{path}/items/{item}", new { });
        }

        var shown = (await alice.AskAsync("GET", path + "/items")).List("items");
        Assert.Equal([media, null], shown.Select(item => item.At("message.attachments")?[0].Text("mediaId")));
        Assert.Equal("https://example.com", shown[1].Text("message.text"));
        Assert.NotNull((await Uploads.AddressAsync(bob, shown[0].At("message")!.Value)).Text("url"));

        // Who joins later sees the list, and not what was said before.
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "carol" } });
        Assert.Equal("Rome", Assert.Single((await carol.AskAsync("GET", all)).List("collections")).Text("title"));
        Assert.All((await carol.AskAsync("GET", path + "/items")).List("items"), item => Assert.Null(item.At("message")));
        Assert.Equal("message_not_found", await carol.IsRefusedAsync(
            "PUT", $"{path}/items/{photo.Text("messageId")}", HttpStatusCode.NotFound, new { }));

        await alice.AskAsync("DELETE", photo.Path());
        await Eventually.SeesAsync(uploads.BlobsAsync, blobs => blobs.Count == 0);
        shown = (await bob.AskAsync("GET", path + "/items")).List("items");
        Assert.Equal([false, true], shown.Select(item => item.At("message") is not null));
        await carol.DoAsync("DELETE", $"{path}/items/{shown[0].Text("itemId")}");
        await carol.DoAsync("DELETE", $"{path}/items/{shown[0].Text("itemId")}");
        Assert.Single(await ItemsAsync(bob, path, limit: 10));

        Assert.Equal("not_allowed", await carol.IsRefusedAsync("DELETE", path, HttpStatusCode.Forbidden));
        await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/carol");
        Assert.Equal("conversation_not_found", await carol.IsRefusedAsync("GET", path + "/items", HttpStatusCode.NotFound));
        Assert.Equal("conversation_not_found", await carol.IsRefusedAsync("GET", all, HttpStatusCode.NotFound));
        await bob.DoAsync("DELETE", path);
        await bob.DoAsync("DELETE", path);
        Assert.Equal("collection_not_found", await bob.IsRefusedAsync("GET", path + "/items", HttpStatusCode.NotFound));
        Assert.Equal("collection_not_found", await bob.IsRefusedAsync(
            "PUT", $"{path}/items/{link.Text("messageId")}", HttpStatusCode.NotFound, new { }));
    }

    [Fact]
    public async Task Should_be_bounded_and_refuse_what_is_no_item()
    {
        var few = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Limits:Collections"] = "2",
            ["Limits:CollectionItems"] = "2",
        };
        await using var app = await ChatApp.StartAsync(settings: few);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var all = $"/api/conversations/{conversation}/collections";
        foreach (var name in new[] { "a", "b" })
        {
            await alice.DoAsync("PUT", $"{all}/{name}", new { title = name });
        }

        Assert.Equal("limit_reached", await bob.IsRefusedAsync("PUT", $"{all}/c", HttpStatusCode.Conflict, new { title = "c" }));
        await bob.DoAsync("PUT", $"{all}/b", new { title = "Renamed" });
        Assert.Equal("malformed", await bob.IsRefusedAsync("PUT", $"{all}/a.b", HttpStatusCode.BadRequest, new { title = "c" }));
        Assert.Equal("malformed", await bob.IsRefusedAsync("PUT", $"{all}/a", HttpStatusCode.BadRequest, new { title = "" }));

        var links = new List<string>();
        foreach (var n in new[] { 1, 2, 3 })
        {
            links.Add((await bob.SayAsync(conversation, new { text = $"https://example.com/{n}" })).Text("messageId")!);
        }

        await alice.DoAsync("PUT", $"{all}/a/items/{links[0]}", new { });
        await alice.DoAsync("PUT", $"{all}/a/items/{links[1]}", new { after = links[2] });
        Assert.Equal("limit_reached", await bob.IsRefusedAsync("PUT", $"{all}/a/items/{links[2]}", HttpStatusCode.Conflict, new { }));
        await bob.DoAsync("PUT", $"{all}/a/items/{links[1]}", new { first = true });
        Assert.Equal([links[1], links[0]], await ItemsAsync(alice, $"{all}/a", limit: 1));
        var words = (await bob.SayAsync(conversation, new { text = "Only words" })).Text("messageId");
        await bob.DoAsync("DELETE", $"{all}/a/items/{links[0]}");
        Assert.Equal("not_allowed", await bob.IsRefusedAsync("PUT", $"{all}/a/items/{words}", HttpStatusCode.Forbidden, new { }));
        foreach (var (item, code) in new[] { ("none", "message_not_found"), ($"{links[0]}.aaaaaaaaaaaaaaaaaaaaaa", "media_not_found") })
        {
            Assert.Equal(code, await bob.IsRefusedAsync("PUT", $"{all}/a/items/{item}", HttpStatusCode.NotFound, new { }));
        }

        foreach (var malformed in (object[])[new { after = "none" }, new { first = true, after = links[0] }, new { first = 1 }])
        {
            Assert.Equal("malformed", await bob.IsRefusedAsync(
                "PUT", $"{all}/a/items/{links[0]}", HttpStatusCode.BadRequest, malformed));
        }

        Assert.Equal(
            "malformed", await bob.IsRefusedAsync("GET", $"{all}/a/items?continuation=%20", HttpStatusCode.BadRequest));
    }

    /// <summary>What is in a collection, page by page.</summary>
    private static async Task<List<string>> ItemsAsync(Person person, string path, int limit)
    {
        var items = new List<string>();
        for (string? continuation = ""; continuation is not null;)
        {
            var next = continuation.Length > 0 ? $"&continuation={continuation}" : "";
            var page = await person.AskAsync("GET", $"{path}/items?limit={limit}{next}");
            items.AddRange(page.List("items").Select(item => item.Text("itemId")!));
            continuation = page.Text("continuation");
        }

        return items;
    }

    /// <summary>The order that follows from the events alone.</summary>
    private static List<string> Replayed(IEnumerable<JsonElement> log)
    {
        var items = new List<string>();
        foreach (var one in log.Where(one => one.Text("type")!.StartsWith("collection.item.", StringComparison.Ordinal)))
        {
            var item = one.Text("data.itemId")!;
            items.Remove(item);
            if (one.Text("type") == "collection.item.placed")
            {
                items.Insert(one.Text("data.after") is { } after ? items.IndexOf(after) + 1 : 0, item);
            }
        }

        return items;
    }
}
