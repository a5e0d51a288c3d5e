using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_messages_are_pinned
{
    [Fact]
    public async Task Should_be_listed_for_everyone_until_unpinned_or_taken_back()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await bob.ListenAsync();
        var (one, two) = (await alice.SayAsync(conversation, new { text = "one" }), await bob.SayAsync(conversation, new { text = "two" }));

        await PinAsync("PUT", alice, one.Path());
        await PinAsync("PUT", bob, two.Path());
        await PinAsync("PUT", bob, two.Path());
        Assert.Equal(["two", "one"], await PinnedAsync(alice, conversation));
        Assert.Equal(("alice", one.Text("messageId")), await PushAsync(phone, "message.pinned", "alice"));

        await PinAsync("DELETE", bob, one.Path());
        await PinAsync("DELETE", bob, one.Path());
        Assert.Equal(["two"], await PinnedAsync(alice, conversation));
        Assert.Equal(("bob", one.Text("messageId")), await PushAsync(phone, "message.unpinned", "bob"));

        await bob.AskAsync("DELETE", two.Path());
        Assert.Empty(await PinnedAsync(alice, conversation));
        Assert.Equal("message_unsent", await alice.IsRefusedAsync("PUT", two.Path() + "/pin", HttpStatusCode.Conflict));
        Assert.Equal(["message.pinned", "message.pinned", "message.unpinned"], (await alice.LogAsync(conversation))
            .Select(entry => entry.Text("type")!)
            .Where(type => type.Contains("pinned", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Should_be_bounded_and_for_a_groups_owner_and_admins()
    {
        await using var app = await ChatApp.StartAsync(settings: new Dictionary<string, string?> { ["Limits:Pins"] = "2" });
        var (alice, bob, mallory) = (app.As("alice"), app.As("bob"), app.As("mallory"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var sent = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => bob.SayAsync(group, new { text = $"{n}" })));
        Assert.Equal("not_allowed", await bob.IsRefusedAsync("PUT", sent[0].Path() + "/pin", HttpStatusCode.Forbidden));
        foreach (var absent in new[] { "aaaaaaaaaaaaaaaaaaaaaa", "malformed" })
        {
            var path = $"/api/conversations/{group}/messages/{absent}/pin";
            Assert.Equal("not_allowed", await bob.IsRefusedAsync("PUT", path, HttpStatusCode.Forbidden));
            Assert.Equal("not_allowed", await bob.IsRefusedAsync("DELETE", path, HttpStatusCode.Forbidden));
            Assert.Equal("message_not_found", await alice.IsRefusedAsync("PUT", path, HttpStatusCode.NotFound));
        }

        Assert.Equal("conversation_not_found", await mallory.IsRefusedAsync("PUT", sent[0].Path() + "/pin", HttpStatusCode.NotFound));
        Assert.Equal(
            "conversation_not_found",
            await mallory.IsRefusedAsync("GET", $"/api/conversations/{group}/pins", HttpStatusCode.NotFound));

        // Three at once: two find room.
        var answers = await Task.WhenAll(sent.Select(
            message => Person.PatientlyAsync(() => alice.SendAsync(HttpMethod.Put, message.Path() + "/pin", null))));
        Assert.Equal([204, 204, 409], answers.Select(answer => (int)answer.StatusCode).Order());
        Assert.Equal(2, (await PinnedAsync(bob, group)).Count);
    }

    private static Task PinAsync(string method, Person person, string path) => person.DoAsync(method, path + "/pin");

    private static async Task<List<string?>> PinnedAsync(Person person, string conversation) =>
        [.. (await person.AskAsync("GET", $"/api/conversations/{conversation}/pins")).List("pins").Select(pin => pin.Text("message.text"))];

    private static async Task<(string? By, string? MessageId)> PushAsync(EventStream phone, string type, string by)
    {
        var data = await phone.ReceivesEventAsync(type, data => data.Text("by") == by);
        return (data.Text("by"), data.Text("messageId"));
    }
}
