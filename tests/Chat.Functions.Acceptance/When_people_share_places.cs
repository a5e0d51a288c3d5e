using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_share_places
{
    private static readonly object Exact = new { location = new { latitude = 52.51627349, longitude = -0.0000001, exact = true } };

    [Fact]
    public async Task Should_be_rounded_unless_given_exactly_and_passed_on_rounded()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await bob.ListenAsync();

        var rounded = await alice.SayAsync(conversation, new { location = new { latitude = 52.51627349, longitude = 13.37775 } });
        Assert.Equal("""{"latitude":52.516,"longitude":13.378}""", rounded.Text("location"));
        Assert.Equal(rounded.Text("location"), (await phone.ReceivesEventAsync("message.created")).Text("location"));
        await app.HasDeliveredAsync();
        var listed = (await bob.AskAsync("GET", "/api/conversations")).List("conversations").Single();
        Assert.Equal(("", "location"), (listed.Text("lastMessage.preview"), listed.Text("lastMessage.attachment")));

        // A retry is told by what is stored: what was more exact isn't kept.
        var again = new { clientMessageId = "1", location = new { latitude = 1.00049, longitude = 2.0 } };
        var path = $"/api/conversations/{conversation}/messages";
        await alice.AskAsync("POST", path, again, HttpStatusCode.Created);
        await alice.AskAsync("POST", path, again with { location = new { latitude = 1.0, longitude = 2.0 } });
        Assert.Equal("client_message_id_reused", await alice.IsRefusedAsync(
            "POST", path, HttpStatusCode.Conflict, again with { location = new { latitude = 1.001, longitude = 2.0 } }));

        var exact = await alice.SayAsync(conversation, Exact);
        Assert.Equal("""{"latitude":52.516273,"longitude":0,"exact":true}""", exact.Text("location"));
        var forward = new { clientMessageId = "2", to = new[] { conversation } };
        var forwarded = (await bob.AskAsync("POST", exact.Path() + "/forward", forward)).List("results").Single();
        Assert.Equal("""{"latitude":52.516,"longitude":0}""", forwarded.Text("message.location"));
        Assert.Equal("Here I am", (await alice.AskAsync("PATCH", exact.Path(), new { text = "Here I am" })).Text("text"));
        Assert.Null((await alice.AskAsync("DELETE", exact.Path())).Text("location"));
        Assert.Null((await bob.AskAsync("GET", exact.Path())).Text("location"));

        foreach (var malformed in (object[])
        [
            new { location = new { latitude = 90.001, longitude = 0 } },
            new { location = new { latitude = 0, longitude = -180.001 } },
            new { location = new { latitude = "0", longitude = 0 } },
            new { location = new { latitude = 0 } },
            new { location = "here" },
            new { location = new { latitude = 0, longitude = 0 }, poll = new { question = "Where?", options = new[] { "a", "b" } } },
            new { location = new { latitude = 0, longitude = 0 }, attachments = new[] { new { mediaId = "aaaaaaaaaaaaaaaaaaaaaa" } } },
        ])
        {
            Assert.Equal("malformed", await alice.MayNotSayAsync(conversation, malformed, HttpStatusCode.BadRequest));
        }
    }

    [Fact]
    public async Task Should_reach_no_stranger_and_neither_come_from_a_minor_nor_go_to_one()
    {
        await using var app = await ChatApp.StartAsync();
        var strict = await app.StrictAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var stranger = strict.As("stranger");
        var asking = (await stranger.StartDirectAsync("alice")).ConversationId;
        Assert.Equal("not_a_request", await stranger.MayNotSayAsync(asking, Exact, HttpStatusCode.Forbidden));

        await app.AsHost().SaysAsync("alice", "18+");
        await app.AsHost().SaysAsync("tim", "16-17");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var place = await alice.SayAsync(group, Exact);
        var direct = (await bob.StartDirectAsync("tim")).ConversationId;
        await bob.SendAsync(direct, "Hello");
        foreach (var person in new[] { bob, app.As("tim") })
        {
            Assert.Equal("not_allowed", await person.MayNotSayAsync(direct, Exact, HttpStatusCode.Forbidden));
        }

        // To the byte as for what has nothing to do with anybody's age.
        var channel = (await app.AsPublisher("bob").CreateChannelAsync("News")).ConversationId;
        var said = Person.Under("0", Exact);
        var (toMinor, inChannel) = (
            await bob.AskAsync("POST", $"/api/conversations/{direct}/messages", said, HttpStatusCode.Forbidden),
            await bob.AskAsync("POST", $"/api/conversations/{channel}/messages", said, HttpStatusCode.Forbidden));
        Assert.Equal(inChannel.ToString(), toMinor.ToString());

        var forward = new { clientMessageId = "1", to = new[] { direct } };
        var forwarded = (await bob.AskAsync("POST", place.Path() + "/forward", forward)).List("results").Single();
        Assert.Equal("not_allowed", forwarded.Text("problem.code"));
        var later = Person.Under("2", new { location = new { latitude = 1, longitude = 2 } });
        later["dueAt"] = TimeProvider.System.GetUtcNow().AddHours(1);
        Assert.Equal(
            "not_allowed",
            await bob.IsRefusedAsync("POST", $"/api/conversations/{direct}/scheduled", HttpStatusCode.Forbidden, later));

        // Who is a minor joins, and nobody shows places there any more; what was shown stays, and is answered again.
        var path = $"/api/conversations/{group}/messages";
        var retried = Person.Under("3", Exact);
        await alice.AskAsync("POST", path, retried, HttpStatusCode.Created);
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "tim" } });
        Assert.Equal("not_allowed", await alice.MayNotSayAsync(group, Exact, HttpStatusCode.Forbidden));
        await alice.AskAsync("POST", path, retried);
        Assert.Equal("conversation_not_found", await app.As("mallory").MayNotSayAsync(group, Exact, HttpStatusCode.NotFound));
        await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/tim");
        await alice.SayAsync(group, Exact);
    }
}
