using System.Net;
using Chat.Functions.Acceptance.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>The host app finds GIFs; one that is chosen is sent as a card.</summary>
public class When_people_search_for_gifs
{
    [Fact]
    public async Task Should_be_found_by_the_host_app_and_sent_as_cards()
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOfGifs, time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));

        // What many like, then a search and where it goes on. Nobody else's question is asked again within a minute.
        await alice.AskAsync("GET", "/api/gifs");
        var found = await alice.AskAsync("GET", "/api/gifs?q=%20caf%C3%A9%20%26%20cat%20&limit=2");
        await bob.AskAsync("GET", "/api/gifs?q=caf%C3%A9%20%26%20cat&limit=2");
        await alice.AskAsync("GET", $"/api/gifs?q=caf%C3%A9%20%26%20cat&limit=2&cursor={found.Text("cursor")}");
        Assert.Equal([("", "24", null), ("café & cat", "2", null), ("café & cat", "2", "2")], host.Searches.Distinct());
        var gif = Assert.Single(found.List("gifs"));
        Assert.Equal(HookReceiver.Gif, gif.ToString());

        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var card = new { type = "gif", id = gif.Text("id"), title = gif.Text("title"), thumbnailUrl = gif.Text("url") };
        var message = await alice.SayAsync(conversation, new { cards = new[] { card } });
        Assert.Equal("https://gifs.example/7.gif", (await bob.AskAsync("GET", message.Path())).List("cards")[0].Text("thumbnailUrl"));
        var elsewhere = new { cards = new[] { card with { thumbnailUrl = "https://evil.example/7.gif" } } };
        Assert.Equal("malformed", await alice.MayNotSayAsync(conversation, elsewhere, HttpStatusCode.BadRequest));

        // Whatever else comes is no answer, and after five of those it isn't asked for a while.
        Func<HttpContext, Task>[] misbehaviours =
        [
            http => Task.Run(() => http.Response.StatusCode = 500),
            http => Task.Run(() => http.Response.Redirect("/gifs?elsewhere")),
            http => http.Response.WriteAsync("<html></html>"),
            http => http.Response.WriteAsJsonAsync(new { gifs = Array.Empty<object>(), more = new string('x', 65_536) }),
            async http =>
            {
                clock.Jump(TimeSpan.FromSeconds(3));
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            },
        ];
        foreach (var (n, misbehaves) in misbehaviours.Index())
        {
            host.Misbehaves = misbehaves;
            Assert.Equal("unavailable", await RefusedAsync(alice, $"q={n}", HttpStatusCode.ServiceUnavailable));
        }

        var asked = host.Searches.Count;
        host.Misbehaves = null;
        Assert.Equal("unavailable", await RefusedAsync(alice, "q=5", HttpStatusCode.ServiceUnavailable));
        Assert.Equal(asked, host.Searches.Count);
        clock.Jump(TimeSpan.FromSeconds(16));
        await alice.AskAsync("GET", "/api/gifs?q=5");
    }

    private static Task<string> RefusedAsync(Person person, string query, HttpStatusCode expected) =>
        person.IsRefusedAsync("GET", $"/api/gifs?{query}", expected);
}
