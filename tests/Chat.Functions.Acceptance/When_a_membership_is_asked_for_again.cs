using System.Net;
using System.Net.Http.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// Whoever is told that they are in, or out, finds it so in their own list, also where a call before did it and got no further. The
/// change feed is held, so that only the call can have moved the list.
/// </summary>
public class When_a_membership_is_asked_for_again
{
    [Fact]
    public async Task Should_list_a_direct_conversation_for_both_who_start_it()
    {
        await using var app = await ChatApp.StartAsync();
        using var feed = HoldFeed(app);
        for (var pair = 0; pair < 10; pair++)
        {
            var (alice, bob) = (app.As($"alice-{pair}"), app.As($"bob-{pair}"));
            var both = await Task.WhenAll(alice.StartDirectAsync(bob.Name), bob.StartDirectAsync(alice.Name));

            Assert.Equal([both[0].ConversationId], await alice.ListedAsync());
            Assert.Equal([both[0].ConversationId], await bob.ListedAsync());
        }
    }

    [Fact]
    public async Task Should_list_a_group_for_whoever_repeats_its_creation()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        using var feed = HoldFeed(app);
        await GetsNoFurtherAsync(app, CreateAsync);

        using var again = await Person.PatientlyAsync(CreateAsync);

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(["Trip"], (await alice.ConversationsAsync()).Conversations.Select(one => one.Title));

        Task<HttpResponseMessage> CreateAsync() => alice.SendAsync(
            HttpMethod.Post,
            "/api/conversations",
            JsonContent.Create(new { kind = "group", title = "Trip", members = new[] { "bob", "carol" } }),
            request => request.Headers.Add("Idempotency-Key", "trip"));
    }

    [Fact]
    public async Task Should_list_a_group_for_whoever_comes_by_its_link_again()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        using var feed = HoldFeed(app);
        var group = (await alice.CreateGroupAsync("Trip", "carol")).ConversationId;
        var link = await alice.AskAsync("POST", $"/api/conversations/{group}/invite-links", new { }, HttpStatusCode.Created);
        await GetsNoFurtherAsync(app, JoinAsync);

        using var again = await Person.PatientlyAsync(JoinAsync);

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal("Trip", (await bob.SummaryAsync(group))?.Title);

        Task<HttpResponseMessage> JoinAsync() => bob.PostAsync($"/api/invites/{link.GetProperty("code").GetString()}/join", new { });
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("/members/alice", false)]
    [InlineData("/members/alice", true)]
    public async Task Should_list_no_group_for_whoever_deletes_or_leaves_it(string what, bool again)
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var left = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var kept = (await alice.CreateGroupAsync("Work", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync();
        using var feed = HoldFeed(app);
        if (again)
        {
            await GetsNoFurtherAsync(app, LeaveAsync);
            Assert.Equal([kept, left], await alice.ListedAsync());
        }

        using var answer = await Person.PatientlyAsync(LeaveAsync);

        Assert.Equal(again ? HttpStatusCode.NotFound : HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal([kept], await alice.ListedAsync());

        // It stays so when the change feed follows. The others' lists are as they would be.
        feed.Open();
        await app.HasDeliveredAsync();
        Assert.Equal([kept], await alice.ListedAsync());
        Assert.Equal(what.Length > 0, (await bob.ListedAsync()).Contains(left));

        Task<HttpResponseMessage> LeaveAsync() =>
            alice.SendAsync(HttpMethod.Delete, $"/api/conversations/{left}{what}", null);
    }

    [Fact]
    public async Task Should_list_a_group_for_whoever_came_back_to_it()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var link = await alice.AskAsync("POST", $"/api/conversations/{group}/invite-links", new { }, HttpStatusCode.Created);
        await app.HasDeliveredAsync();
        using var feed = HoldFeed(app);
        await bob.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
        await bob.AskAsync("POST", $"/api/invites/{link.GetProperty("code").GetString()}/join", new { });

        Assert.Equal([group], await bob.ListedAsync());
        feed.Open();
        await app.HasDeliveredAsync();
        Assert.Equal([group], await bob.ListedAsync());
    }

    private static Halt HoldFeed(ChatApp app) => new(app.Azure, "functions", "feed", _ => true, int.MaxValue);

    /// <summary>Has a call commit what it is for, and then fail as its caller's list can't be written.</summary>
    private static async Task GetsNoFurtherAsync(ChatApp app, Func<Task<HttpResponseMessage>> call)
    {
        using var away = app.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Fail)
        {
            Target = target => target.StartsWith("users/alice/inbox:", StringComparison.Ordinal)
                || target.StartsWith("users/bob/inbox:", StringComparison.Ordinal),
        });
        using var answer = await call();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }
}
