using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_send_stickers
{
    private const string Packs = "/api/host/sticker-packs";

    [Fact]
    public async Task Should_be_shown_as_they_were_whatever_becomes_of_their_pack()
    {
        await using var app = await ChatApp.StartAsync();
        var (host, alice, bob) = (app.AsHost().Caller, app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await host.DoAsync("PUT", $"{Packs}/cats", Pack("Cats", "https://cdn.example/wave.webp"));
        Assert.Equal("Cats", Assert.Single((await bob.AskAsync("GET", "/api/sticker-packs")).List("stickerPacks")).Text("title"));

        var sent = await alice.SayAsync(conversation, Sticker("cats", "wave"));
        var shown = """{"packId":"cats","stickerId":"wave","url":"https://cdn.example/wave.webp","description":"A cat"}""";
        Assert.Equal((shown, ""), (sent.Text("sticker"), sent.Text("text")));
        await app.HasDeliveredAsync();
        var listed = (await bob.AskAsync("GET", "/api/conversations")).List("conversations").Single();
        Assert.Equal(("", "sticker"), (listed.Text("lastMessage.preview"), listed.Text("lastMessage.attachment")));
        var forward = new { clientMessageId = "1", to = new[] { conversation } };
        var forwarded = (await bob.AskAsync("POST", sent.Path() + "/forward", forward)).List("results").Single();
        Assert.Equal(shown, forwarded.Text("message.sticker"));
        Assert.Equal("not_allowed", await alice.IsRefusedAsync("PATCH", sent.Path(), HttpStatusCode.Forbidden, new { text = "Hi" }));

        await host.DoAsync("PUT", $"{Packs}/cats", Pack("Cats and more", "https://cdn.example/other.webp"));
        Assert.Equal("Cats and more", (await host.AskAsync("GET", $"{Packs}/cats")).Text("title"));
        await host.DoAsync("DELETE", $"{Packs}/cats");
        await host.DoAsync("DELETE", $"{Packs}/cats");
        Assert.Equal("sticker_not_found", await host.IsRefusedAsync("GET", $"{Packs}/cats", HttpStatusCode.NotFound));
        Assert.Empty((await bob.AskAsync("GET", "/api/sticker-packs")).List("stickerPacks"));
        Assert.Equal(shown, (await bob.AskAsync("GET", sent.Path())).Text("sticker"));
        Assert.Equal(
            "sticker_not_found", await alice.MayNotSayAsync(conversation, Sticker("cats", "wave"), HttpStatusCode.NotFound));
        Assert.Equal("sticker_not_found", (await bob.AskAsync("POST", sent.Path() + "/forward", forward with { clientMessageId = "2" }))
            .List("results").Single().Text("problem.code"));
        Assert.Null((await alice.AskAsync("DELETE", sent.Path())).Text("sticker"));
    }

    [Fact]
    public async Task Should_be_bounded_and_come_from_the_host_app_alone()
    {
        await using var app = await ChatApp.StartAsync(settings: new Dictionary<string, string?> { ["Limits:StickerPacks"] = "1" });
        var (host, alice) = (app.AsHost().Caller, app.As("alice"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await host.DoAsync("PUT", $"{Packs}/cats", Pack("Cats", "https://cdn.example/wave.webp"));
        await host.DoAsync("PUT", $"{Packs}/cats", Pack("Cats", "https://cdn.example/wave.webp"));
        Assert.Equal("limit_reached", await host.IsRefusedAsync(
            "PUT", $"{Packs}/dogs", HttpStatusCode.Conflict, Pack("Dogs", "https://cdn.example/wave.webp")));
        Assert.Equal("not_allowed", await alice.IsRefusedAsync(
            "PUT", $"{Packs}/cats", HttpStatusCode.Forbidden, Pack("Mine", "https://mallory.example/wave.webp")));
        foreach (var url in (string[])["http://cdn.example/a", "https://me:secret@cdn.example/a", "javascript:alert(1)", "/a", ""])
        {
            Assert.Equal("malformed", await host.IsRefusedAsync("PUT", $"{Packs}/cats", HttpStatusCode.BadRequest, Pack("Cats", url)));
        }

        Assert.Equal("malformed", await host.IsRefusedAsync(
            "PUT", $"{Packs}/a.b", HttpStatusCode.BadRequest, Pack("Cats", "https://cdn.example/wave.webp")));
        foreach (var malformed in (object[])
        [
            new { sticker = new { packId = "cats", stickerId = "wave" }, text = "Hi" },
            new { sticker = new { packId = "cats", stickerId = "wave" }, location = new { latitude = 0, longitude = 0 } },
            new { sticker = new { packId = "../cats", stickerId = "wave" } },
            new { sticker = new { packId = "cats" } },
        ])
        {
            Assert.Equal("malformed", await alice.MayNotSayAsync(conversation, malformed, HttpStatusCode.BadRequest));
        }

        Assert.Equal(
            "sticker_not_found", await alice.MayNotSayAsync(conversation, Sticker("cats", "none"), HttpStatusCode.NotFound));
    }

    private static object Pack(string title, string url) =>
        new { title, stickers = new[] { new { stickerId = "wave", url, description = "A cat" } } };

    private static object Sticker(string packId, string stickerId) => new { sticker = new { packId, stickerId } };
}
