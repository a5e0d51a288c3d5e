using System.Net;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Requests with a word that a user doesn't want to read are in a section of their own; who asks doesn't notice.</summary>
public class When_somebody_hides_words
{
    [Fact]
    public async Task Should_find_requests_with_them_apart_and_answer_them_all_the_same()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var bob = app.As("bob");
        Assert.Empty((await bob.AskAsync("GET", "/api/me/hidden-words")).List("words"));
        await bob.DoAsync("PUT", "/api/me/hidden-words", new { words = new[] { "Bitcoin", "get rich", "天气" } });
        Assert.Equal(
            ["Bitcoin", "get rich", "天气"],
            (await bob.AskAsync("GET", "/api/me/hidden-words")).List("words").Select(word => word.ToString()));
        await using var phone = await bob.ListenAsync();
        var asked = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in new[]
        {
            ("case", "buy BITCOIN now"),
            ("look-alike", "B\u0456tco\u200Bin!"),
            ("phrase", "How to get rich"),
            ("script", "今天天气好"),
            ("within", "A bitcoiner says hello"),
            ("plain", "Hello"),
        })
        {
            asked[name] = (await app.As(name).StartDirectAsync("bob")).ConversationId;
            await app.As(name).SendAsync(asked[name], text);
        }

        var group = (await app.As("inviter").CreateGroupAsync("Get rich with us", "bob")).ConversationId;
        await phone.ReceivesEventAsync("request.received", data => data.Text("by") == "plain");
        Assert.Equal(["plain", "within"], (await bob.RequestsAsync()).Select(one => one.Text("from.userId")));
        Assert.Equal(
            ["inviter", "script", "phrase", "look-alike", "case"],
            (await bob.RequestsAsync("hidden=true")).Select(one => one.Text("from.userId")));
        Assert.Equal(
            ["plain", "within"],
            phone.Events().Where(one => one.Text("type") == "request.received").Select(one => one.Text("data.by")).Order());

        await bob.DoAsync("POST", $"/api/requests/{asked["case"]}/accept");
        await bob.DoAsync("POST", $"/api/requests/{asked["phrase"]}/decline", new { });
        await bob.DoAsync("POST", $"/api/requests/{group}/decline", new { });
        Assert.Equal(["script", "look-alike"], (await bob.RequestsAsync("hidden=true")).Select(one => one.Text("from.userId")));
        await app.HasDeliveredAsync();
        Assert.Equal([asked["case"]], await bob.ListedAsync());
    }

    [Fact]
    public async Task Should_not_read_them_in_a_title_that_was_changed_after_the_invitation()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await bob.DoAsync("PUT", "/api/me/hidden-words", new { words = new[] { "bitcoin" } });
        var plain = (await alice.CreateGroupAsync("Friends", "bob")).ConversationId;
        var apart = (await app.As("carol").CreateGroupAsync("Bitcoin", "bob")).ConversationId;
        Assert.Equal("Friends", Assert.Single(await bob.RequestsAsync()).Text("title"));
        await alice.AskAsync("PATCH", $"/api/conversations/{plain}", new { title = "Bitcoin!" });
        var renamed = Assert.Single(await bob.RequestsAsync());
        Assert.Equal((plain, null), (renamed.Text("conversationId"), renamed.Text("title")));
        var hidden = Assert.Single(await bob.RequestsAsync("hidden=true"));
        Assert.Equal((apart, "Bitcoin"), (hidden.Text("conversationId"), hidden.Text("title")));
        await alice.AskAsync("PATCH", $"/api/conversations/{plain}", new { title = "Family" });
        Assert.Equal("Family", Assert.Single(await bob.RequestsAsync()).Text("title"));
    }

    [Fact]
    public async Task Should_be_apart_whatever_is_sent_at_the_same_time()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, conversation) = (new UserId("alice"), new UserId("bob"), ConversationId.New());
        await app.As("bob").DoAsync("PUT", "/api/me/hidden-words", new { words = new[] { "bitcoin" } });
        var requests = app.Services.GetRequiredService<ContactRequests>();

        // The harmless one is noted last. Which of the two is committed isn't known yet.
        using (var halt = new Halt(app.Azure, "cosmos", "create", target => target.Contains("request:", StringComparison.Ordinal)))
        {
            var harmless = requests.NoteAsync(bob, conversation, alice, "Hello", CancellationToken.None);
            await halt.Reached;
            Assert.True(await requests.NoteAsync(bob, conversation, alice, "Buy bitcoin", CancellationToken.None));
            halt.Open();
            Assert.True(await harmless);
        }

        Assert.True((await requests.ReadAsync(bob, conversation, CancellationToken.None))!.IsHidden);

        // What is asked later goes by its own words.
        clock.Jump(TimeSpan.FromMinutes(2));
        Assert.False(await requests.NoteAsync(bob, conversation, alice, "Hello", CancellationToken.None));
    }

    [Fact]
    public async Task Should_go_by_the_words_of_when_it_was_sent()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var bob = app.As("bob");
        await app.As("alice").AsksToWriteAsync("bob");
        await bob.DoAsync("PUT", "/api/me/hidden-words", new { words = new[] { "hello" } });
        await app.As("carol").AsksToWriteAsync("bob");
        await bob.DoAsync("PUT", "/api/me/hidden-words", new { words = Array.Empty<string>() });
        Assert.Equal("alice", Assert.Single(await bob.RequestsAsync("hidden=false")).Text("from.userId"));
        Assert.Equal("carol", Assert.Single(await bob.RequestsAsync("hidden=true")).Text("from.userId"));
        var many = new { words = Enumerable.Range(0, 101).Select(n => $"word {n}") };
        Assert.Equal("malformed", await bob.IsRefusedAsync("PUT", "/api/me/hidden-words", HttpStatusCode.BadRequest, many));
        Assert.Equal(
            "malformed",
            await bob.IsRefusedAsync(
                "PUT",
                "/api/me/hidden-words",
                HttpStatusCode.BadRequest,
                new { words = new[] { new string('a', 65) } }));
    }

    /// <summary>Whoever asks sees and is answered the same, whether their words are hidden or not.</summary>
    [Fact]
    public async Task Should_not_show_to_who_asks()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var seen = new List<string>();
        foreach (var words in new[] { Array.Empty<string>(), ["hello"] })
        {
            var (alice, bob) = (app.As($"alice-of-{seen.Count}"), app.As($"bob-of-{seen.Count}"));
            await bob.DoAsync("PUT", "/api/me/hidden-words", new { words });
            var request = await alice.AsksToWriteAsync(bob.Name);
            await app.HasDeliveredAsync();
            var told = await SendersView.OfAsync(alice, bob.Name, request);
            seen.Add(
                told.Replace($"-of-{seen.Count}", "", StringComparison.Ordinal).Replace(request, "{request}", StringComparison.Ordinal));
        }

        Assert.Equal(seen[0], seen[1]);
    }
}
