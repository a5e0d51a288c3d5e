using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>A service that is away for a minute costs delay: all arrives, in order and once, and nothing ends as a dead letter.</summary>
public class When_a_service_is_down
{
    [Theory]
    [InlineData("cosmos", "batch")]
    [InlineData("servicebus", "*")]
    public async Task Should_start_all_the_same(string service, string operation)
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        var down = azure.Faults.Add(new Fault(service, operation, FaultKind.Fail));
        await using var app = await ChatApp.StartAsync(azure);
        down.Dispose();
        Assert.Equal(
            "Hello",
            (await app.As("alice").SendAsync((await app.As("alice").StartDirectAsync("bob")).ConversationId, "Hello")).Text);
    }

    [Fact]
    public async Task Should_have_tried_what_a_commit_takes_before_the_first_call()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Delay) { Delay = TimeSpan.FromMilliseconds(100), Times = 5 });
        await using var app = await ChatApp.StartAsync(azure);
        Assert.Contains(app.Azure.Meter.Read(), reading => reading is { Service: "cosmos", Operation: "batch" });
    }

    [Theory]
    [InlineData("servicebus")]
    [InlineData("signalr")]
    public async Task Should_deliver_everything_once_it_is_back(string service)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is not null);

        var sent = new List<MessageJson>();
        using (app.Azure.Faults.Add(new Fault(service, "*", FaultKind.Fail)))
        {
            for (var n = 0; n < 6; n++)
            {
                sent.Add(await alice.SendAsync(direct, $"direct {n}"));
                await bob.SendAsync(group, $"group {n}");
                clock.Jump(TimeSpan.FromSeconds(5));
            }

            clock.Jump(TimeSpan.FromSeconds(30));
        }

        // What was put off comes due.
        clock.Jump(TimeSpan.FromMinutes(5));
        Assert.Equal(sent, await bob.HistoryAsync(direct));
        await EventuallyWithJumpsAsync(
            clock,
            () => bob.SummaryAsync(direct),
            seen => seen is { UnreadCount: 6, LastMessage.Preview: "direct 5" });
        await EventuallyWithJumpsAsync(
            clock,
            () => app.As("carol").SummaryAsync(group),
            seen => seen is { UnreadCount: 6, LastMessage.Preview: "group 5" });
        foreach (var queue in app.Azure.ServiceBus.Queues)
        {
            Assert.Empty(await queue.PeekAsync(SubQueue.DeadLetter, 0, 10));
        }

        await using var phone = await bob.ListenAsync();
        await alice.SendAsync(direct, "back again");
        await phone.ReceivesAsync(direct, "back again");
    }

    /// <summary>Retries wait longer and longer; a test doesn't.</summary>
    private static Task<T> EventuallyWithJumpsAsync<T>(JumpingClock clock, Func<Task<T>> look, Func<T, bool> isRight) =>
        Eventually.SeesAsync(
            async () =>
            {
                var seen = await look();
                if (!isRight(seen))
                {
                    clock.Jump(TimeSpan.FromSeconds(1));
                }

                return seen;
            },
            isRight);
}
