using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_people_vote
{
    [Fact]
    public async Task Should_count_votes_and_show_my_own()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await alice.ListenAsync();
        var poll = await alice.SayAsync(
            conversation,
            new { poll = new { question = "Where to?", options = new[] { "Sea", "Hills", "Home" }, multiple = true } });
        Assert.Equal(("poll", "Where to?"), (poll.Text("kind"), poll.Text("text")));

        await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 0, 1 } });
        var pushed = await phone.ReceivesEventAsync("message.updated");
        Assert.Equal([1, 1, 0], pushed.List("message.poll.options").Select(option => option.Number("votes")));
        Assert.Null(pushed.List("message.poll.options")[0].At("mine"));
        await alice.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 1 } });
        await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 1, 2 } });
        var again = await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 2, 1, 1 } });
        Assert.Equal([("Sea", 0, "False"), ("Hills", 2, "True"), ("Home", 1, "True")], Options(again));
        Assert.Equal(2, again.Number("poll.voters"));
        Assert.Equal(poll.Number("seq") + 3, again.Number("updatedSeq"));
        Assert.Equal(
            [("Sea", 0, "False"), ("Hills", 2, "True"), ("Home", 1, "False")],
            Options((await alice.AskAsync("GET", $"/api/conversations/{conversation}/messages")).List("messages")[0]));

        var withdrawn = await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = Array.Empty<int>() });
        Assert.Equal([("Sea", 0, "False"), ("Hills", 1, "False"), ("Home", 0, "False")], Options(withdrawn));
        Assert.Equal(1, withdrawn.Number("poll.voters"));
    }

    [Fact]
    public async Task Should_tell_my_other_devices_what_I_chose_and_nobody_else()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var poll = await alice.SayAsync(
            conversation,
            new { poll = new { question = "Where to?", options = new[] { "Sea", "Hills" }, multiple = true } });
        await using var bobsPhone = await bob.ListenAsync();
        await using var alicesPhone = await alice.ListenAsync();

        var chosen = await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 1, 0 } });
        var told = await bobsPhone.ReceivesEventAsync("vote.updated");
        Assert.Equal(
            (poll.Text("messageId"), "[0,1]", chosen.Number("updatedSeq")),
            (told.Text("messageId"), told.Text("options"), told.Number("updatedSeq")));

        await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = Array.Empty<int>() });
        await bobsPhone.ReceivesEventAsync("vote.updated", one => one.Text("options") == "[]");
        await alicesPhone.ReceivesEventAsync("message.updated", one => one.Number("message.poll.voters") == 0);
        Assert.DoesNotContain(alicesPhone.Events(), one => one.Text("type") == "vote.updated");
    }

    [Fact]
    public async Task Should_stay_exact_when_a_whole_group_votes_at_once()
    {
        await using var app = await ChatApp.StartAsync();
        await using var second = await ChatApp.StartAsync(app.Azure);
        var names = Enumerable.Range(0, 256).Select(n => $"member-{n:000}").ToList();
        var group = (await app.As(names[0]).CreateGroupAsync("Crowd", names.Skip(1))).ConversationId;
        var poll = await app.As(names[0]).SayAsync(group, new { poll = new { question = "Which?", options = new[] { "a", "b", "c" } } });
        await Task.WhenAll(names.Select((name, n) => Eventually.SeesAsync(
            () => (n % 5 == 0 ? second : app).As(name).PutAsync(poll.Path() + "/vote", new { options = new[] { n % 3 } }),
            answer => answer.StatusCode == HttpStatusCode.OK)));

        var counted = await app.As(names[4]).AskAsync("GET", poll.Path());
        Assert.Equal([("a", 86, "False"), ("b", 85, "True"), ("c", 85, "False")], Options(counted));
        Assert.Equal(256, counted.Number("poll.voters"));
    }

    [Fact]
    public async Task Should_be_refused_once_closed_unless_it_is_the_same()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var closing = new { question = "Now?", options = new[] { "Yes", "No" }, closesAt = clock.GetUtcNow().AddMinutes(1) };
        var poll = await alice.SayAsync(conversation, new { poll = closing });
        await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 0 } });

        clock.Jump(TimeSpan.FromMinutes(1));

        Assert.Equal("poll_closed", await IsRefusedAsync(bob, HttpStatusCode.Conflict, poll, 1));
        await bob.AskAsync("PUT", poll.Path() + "/vote", new { options = new[] { 0 } });
        Assert.Equal("malformed", await alice.MayNotSayAsync(conversation, new { poll = closing }, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Should_be_refused_once_taken_back_or_where_nothing_is_asked()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var poll = await alice.SayAsync(conversation, new { poll = new { question = "Now?", options = new[] { "secret", "No" } } });

        Assert.DoesNotContain("secret", (await alice.AskAsync("DELETE", poll.Path())).ToString(), StringComparison.Ordinal);
        Assert.Equal("message_unsent", await IsRefusedAsync(bob, HttpStatusCode.Conflict, poll, 0));
        Assert.Equal(
            "not_a_poll",
            await IsRefusedAsync(bob, HttpStatusCode.Conflict, await alice.SayAsync(conversation, new { text = "x" }), 0));
    }

    [Fact]
    public async Task Should_be_refused_where_it_is_not_an_option_and_the_poll_never_edited()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var poll = await alice.SayAsync(conversation, new { poll = new { question = "Now?", options = new[] { "Yes", "No" } } });

        Assert.Equal("malformed", await IsRefusedAsync(bob, HttpStatusCode.BadRequest, poll, 2));
        Assert.Equal("malformed", await IsRefusedAsync(bob, HttpStatusCode.BadRequest, poll, 0, 1));
        Assert.Equal("not_allowed", await alice.IsRefusedAsync("PATCH", poll.Path(), HttpStatusCode.Forbidden, new { text = "Later?" }));
        var oneOption = new { text = "x", poll = new { question = "Now?", options = new[] { "Yes" } } };
        Assert.Equal("malformed", await alice.MayNotSayAsync(conversation, oneOption, HttpStatusCode.BadRequest));
    }

    private static Task<string> IsRefusedAsync(Person person, HttpStatusCode expected, JsonElement message, params int[] options) =>
        person.IsRefusedAsync("PUT", message.Path() + "/vote", expected, new { options });

    private static List<(string? Text, long Votes, string? Mine)> Options(JsonElement message) =>
        [.. message.List("poll.options").Select(option => (option.Text("text"), option.Number("votes"), option.Text("mine")))];
}
