using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>A role that was taken away and given back costs delay: no dead letters, no push twice, and lists catch up.</summary>
public class When_access_is_refused_for_a_while
{
    public static TheoryData<int, string[]> Refusals => new()
    {
        { 403, ["patch"] },
        { 401, ["patch"] },
        { 403, ["patch", "read", "query"] },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Should_push_once_and_move_the_lists_when_it_is_back(int status, string[] operations)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync();
        var pushes = new ConcurrentBag<string>();
        using var counted = Count(app, pushes);
        var refused = 0;
        var refusals = operations.Select(operation => app.Azure.Faults.Add(new Fault("cosmos", operation, FaultKind.Fail)
        {
            Status = status,
            Target = target => target.StartsWith("users/", StringComparison.Ordinal),
            Strike = target =>
            {
                Interlocked.Add(ref refused, target.Contains("/inbox:", StringComparison.Ordinal) ? 1 : 0);
                return Task.CompletedTask;
            },
        })).ToList();

        await alice.SendAsync(direct, "one");
        await alice.SendAsync(group, "two");

        // Time stands still until then: the queue knows for five minutes what it had.
        await app.HasPushedAsync();

        // Long enough for ten deliveries to fail.
        await Eventually.SeesAsync(clock, () => Task.FromResult(refused), seen => seen > 40);
        refusals.ForEach(refusal => refusal.Dispose());

        await Eventually.SeesAsync(clock, () => bob.SummaryAsync(direct), seen => seen is { UnreadCount: 1, LastMessage.Preview: "one" });
        await Eventually.SeesAsync(clock, () => carol.SummaryAsync(group), seen => seen is { UnreadCount: 1, LastMessage.Preview: "two" });
        await Eventually.SeesAsync(clock, () => alice.SummaryAsync(group), seen => seen is { UnreadCount: 0, LastMessage.Preview: "two" });
        await app.HasDeliveredAsync();
        Assert.Equal(new[] { "alice", "bob", group }.Order(), pushes.Order());
        await HasNoDeadLettersAsync(app);
    }

    [Fact]
    public async Task Should_tell_once_who_left_although_their_list_follows_late()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync();
        var pushes = new ConcurrentBag<string>();
        using var counted = Count(app, pushes);
        var refused = 0;
        using (app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Fail)
        {
            Status = 403,
            Target = target => target.StartsWith("users/", StringComparison.Ordinal),
            Strike = _ => Task.FromResult(Interlocked.Increment(ref refused)),
        }))
        {
            await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
            await app.HasPushedAsync();
            await Eventually.SeesAsync(clock, () => Task.FromResult(refused), seen => seen > 20);
        }

        await Eventually.SeesAsync(clock, () => bob.SummaryAsync(group), seen => seen is null);
        await app.HasDeliveredAsync();
        Assert.Equal(["alice", "bob", "carol"], pushes.Order());
        await HasNoDeadLettersAsync(app);
    }

    /// <summary>Notes whom SignalR is asked to push to: a user, or a conversation.</summary>
    private static IDisposable Count(ChatApp app, ConcurrentBag<string> pushes) =>
        app.Azure.Faults.Add(new Fault("signalr", "*", FaultKind.Delay)
        {
            Target = target => !target.Contains('/', StringComparison.Ordinal),
            Strike = target =>
            {
                pushes.Add(target);
                return Task.CompletedTask;
            },
        });

    private static async Task HasNoDeadLettersAsync(ChatApp app)
    {
        foreach (var queue in app.Azure.ServiceBus.Queues)
        {
            Assert.Empty(await queue.PeekAsync(SubQueue.DeadLetter, 0, 10));
        }
    }
}
