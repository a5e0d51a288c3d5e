using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>A mute is the muting one's own: their devices know of it, and nothing else changes.</summary>
public class When_somebody_mutes_somebody
{
    [Fact]
    public async Task Should_tell_their_own_devices_alone_and_reach_them_as_before()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        await using var phone = await alice.ListenAsync();
        await using var his = await bob.ListenAsync();
        await alice.DoAsync("PUT", "/api/mutes/bob");
        await alice.DoAsync("PUT", "/api/mutes/bob");
        var first = await phone.ReceivesEventAsync(
            "mute.updated",
            data => data.Text("userId") == "bob" && data.At("isMuted")!.Value.GetBoolean());
        await bob.SendAsync(direct, "Hello");
        await phone.ReceivesAsync(direct, "Hello");
        await app.HasDeliveredAsync();
        Assert.Equal(
            (1, "Hello"),
            ((await alice.SummaryAsync(direct))!.UnreadCount, (await alice.SummaryAsync(direct))!.LastMessage!.Preview));
        Assert.Equal("bob", Assert.Single((await alice.AskAsync("GET", "/api/mutes")).List("mutes")).Text("userId"));
        Assert.Empty((await bob.AskAsync("GET", "/api/mutes")).List("mutes"));

        await alice.DoAsync("DELETE", "/api/mutes/bob");
        await alice.DoAsync("DELETE", "/api/mutes/bob");
        await phone.ReceivesEventAsync(
            "mute.updated",
            data => !data.At("isMuted")!.Value.GetBoolean() && data.Number("version") > first.Number("version"));
        Assert.Empty((await alice.AskAsync("GET", "/api/mutes")).List("mutes"));
        Assert.DoesNotContain(await his.EventsBeforeNowAsync(bob, direct), one => one.Text("type") == "mute.updated");
    }

    [Theory]
    [InlineData("mutes", "Limits:Mutes")]
    [InlineData("restrictions", "Limits:Restrictions")]
    public async Task Should_list_many_page_by_page_and_no_more_than_there_may_be(string what, string limit)
    {
        await using var app = await ChatApp.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { [limit] = "3" });
        var alice = app.As("alice");
        foreach (var name in new[] { "dave", "bob", "carol" })
        {
            await alice.DoAsync("PUT", $"/api/{what}/{name}");
        }

        var first = await alice.AskAsync("GET", $"/api/{what}?limit=2");
        Assert.Equal(["bob", "carol"], first.List(what).Select(one => one.Text("userId")));
        var second = await alice.AskAsync("GET", $"/api/{what}?limit=2&continuation={first.Text("continuation")}");
        Assert.Equal(["dave"], second.List(what).Select(one => one.Text("userId")));
        Assert.Null(second.Text("continuation"));
        Assert.Equal("limit_reached", await alice.IsRefusedAsync("PUT", $"/api/{what}/erin", HttpStatusCode.Conflict));
        await alice.DoAsync("PUT", $"/api/{what}/bob");
        await alice.DoAsync("DELETE", $"/api/{what}/bob");
        await alice.DoAsync("PUT", $"/api/{what}/erin");
        Assert.Equal("malformed", await alice.IsRefusedAsync("PUT", $"/api/{what}/alice", HttpStatusCode.BadRequest));
        Assert.Equal("malformed", await alice.IsRefusedAsync("PUT", $"/api/{what}/%2A", HttpStatusCode.BadRequest));
    }
}
