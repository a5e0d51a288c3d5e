using System.Collections.Concurrent;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>What is handed over is pushed without the change feed, which is held.</summary>
public class When_pushes_are_made
{
    [Theory]
    [InlineData("send-group")]
    [InlineData("group-remove")]
    public async Task Should_tell_who_was_added_although_the_group_cannot_be_pushed_to(string operation)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, dave) = (app.As("alice"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync(clock);
        await using var phone = await dave.ListenAsync();
        using var down = app.Azure.Faults.Add(new Fault("signalr", operation, FaultKind.Fail));
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "dave" } });
        await phone.ReceivesEventAsync("member.joined");
    }

    [Fact]
    public async Task Should_reach_who_joined_just_before()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, dave) = (app.As("alice"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync();
        await using var phone = await dave.ListenAsync();
        using var feed = new Halt(app.Azure, "functions", "feed", _ => true, int.MaxValue);
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "dave" } });
        await phone.ReceivesEventAsync("member.joined");
        await alice.SendAsync(group, "Hello dave");
        await phone.ReceivesAsync(group, "Hello dave");
    }

    [Fact]
    public async Task Should_show_an_edit_and_nothing_of_one_that_was_taken_back_before_it_was_pushed()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var pair = (await alice.StartDirectAsync("bob")).ConversationId;
        var own = (await bob.StartDirectAsync("dave")).ConversationId;
        var path = $"/api/conversations/{pair}/messages/{(await alice.SendAsync(pair, "Hello")).MessageId}";
        await using var phone = await bob.ListenAsync();
        await alice.AskAsync("PATCH", path, new { text = "Hello Bob" });
        await phone.ReceivesEventAsync("message.updated", data => data.Text("message.text") == "Hello Bob");

        using (app.Azure.Faults.Add(new Fault("servicebus", "receive", FaultKind.Fail)))
        {
            await alice.AskAsync("PATCH", path, new { text = "What I regret" });
            await alice.AskAsync("DELETE", path);
            clock.Jump(TimeSpan.FromSeconds(2));
        }

        await phone.ReceivesEventAsync("message.deleted");
        await app.HasDeliveredAsync(clock);
        Assert.DoesNotContain("regret", string.Concat(await phone.EventsBeforeNowAsync(bob, own)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_tell_who_joined_and_who_lost_the_conversation_by_user_too()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol", "erin")).ConversationId;
        await app.HasDeliveredAsync();
        var told = new ConcurrentBag<string>();
        using var counted = app.Azure.Faults.Add(new Fault("signalr", "send-user", FaultKind.Delay)
        {
            Strike = target =>
            {
                told.Add(target);
                return Task.CompletedTask;
            },
        });
        using var feed = new Halt(app.Azure, "functions", "feed", _ => true, int.MaxValue);

        await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
        await ToldAsync("bob");
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "dave" } });
        await ToldAsync("dave");
        await alice.DoAsync("DELETE", $"/api/conversations/{group}");
        await ToldAsync("alice", "carol", "dave", "erin");
        await alice.CreateGroupAsync("Trip", "bob", "carol");
        await ToldAsync("alice", "bob", "carol");

        async Task ToldAsync(params string[] users)
        {
            await Eventually.HoldsAsync(
                () => told.Distinct().Order().ToList(), seen => seen.SequenceEqual(users), $"{string.Join(", ", users)} to be told");
            told.Clear();
        }
    }
}
