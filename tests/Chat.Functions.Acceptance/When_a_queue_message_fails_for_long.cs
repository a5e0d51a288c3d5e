using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Delivery;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What fails is tried for as long as the queue keeps it, not for a number of times; then its dead letter says so.</summary>
public class When_a_queue_message_fails_for_long
{
    [Fact]
    public async Task Should_become_a_dead_letter_when_the_time_to_live_of_the_first_is_over()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        var begin = clock.GetUtcNow();
        ServiceBusReceivedMessage? letter;
        using (app.Azure.Faults.Add(new Chat.Local.Fault("cosmos", "patch", FaultKind.Fail)
        {
            Status = 403,
            Target = target => target.StartsWith("users/", StringComparison.Ordinal),
        }))
        {
            await alice.SendAsync(conversation, "Hello");

            // The queue keeps messages for an hour, in which more tries fit than it allows deliveries.
            letter = await Eventually.SeesAsync(
                async () =>
                {
                    await JumpAsync(app, clock);
                    return (await app.Azure.ServiceBus.Find("fanout")!.PeekAsync(SubQueue.DeadLetter, 0, 10)) is [var first, ..]
                        ? first
                        : null;
                },
                seen => seen is not null,
                "a dead letter",
                TimeSpan.FromMinutes(5));
            Assert.Equal("FailedUntilExpired", letter!.DeadLetterReason);
            Assert.Matches(
                @"^It failed \d{2} times since 20\S+Z, at last with CosmosException 403/0\.$",
                letter.DeadLetterErrorDescription);

            // No copy has an hour of its own. Time jumps further until somebody looks.
            Assert.InRange(clock.GetUtcNow() - begin, TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(110));
        }

        // The list follows when it is replayed.
        await app.Services.GetRequiredService<ServiceBusClient>().CreateSender("fanout").SendMessageAsync(Rescheduling.Original(letter));
        var inbox = app.Services.GetRequiredService<InboxProjection>();
        await Eventually.SeesAsync(
            async () =>
            {
                await JumpAsync(app, clock);
                return await inbox.ReadAsync(new UserId("bob"), new ConversationId(conversation), default);
            },
            seen => seen is { LastMessage.Preview: "Hello" } && seen.UnreadCount(clock.GetUtcNow()) == 1);
    }

    [Fact]
    public async Task Should_be_held_while_its_copy_does_not_fit_into_the_queue()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        await using var phone = await bob.ListenAsync();
        var refused = 0;
        using var noInboxes = app.Azure.Faults.Add(new Chat.Local.Fault("cosmos", "patch", FaultKind.Fail)
        {
            Status = 403,
            Target = target => target.StartsWith("users/", StringComparison.Ordinal),
        });
        await alice.SendAsync(conversation, "Hello");
        var fanout = app.Azure.ServiceBus.Find("fanout")!;
        await Eventually.HoldsAsync(fanout.Count, count => count.Scheduled > 0, "a copy of what failed");
        using (app.Azure.Faults.Add(new Chat.Local.Fault("servicebus", "send", FaultKind.Fail)
        {
            Strike = _ => Task.FromResult(Interlocked.Increment(ref refused)),
        }))
        {
            await phone.ReceivesAsync(conversation, "Hello");
            await Eventually.SeesAsync(clock, () => Task.FromResult(refused), seen => seen > 12);
        }

        noInboxes.Dispose();
        await Eventually.SeesAsync(
            clock,
            () => bob.SummaryAsync(conversation),
            seen => seen is { UnreadCount: 1, LastMessage.Preview: "Hello" });
        Assert.Empty(await fanout.PeekAsync(SubQueue.DeadLetter, 0, 10));
    }

    /// <summary>Lets time pass while nothing is worked on, so that no lock ends by that.</summary>
    private static async Task JumpAsync(ChatApp app, JumpingClock clock)
    {
        foreach (var queue in app.Azure.ServiceBus.Queues)
        {
            if ((await queue.PeekAsync(SubQueue.None, 0, 100)).Any(message => message.State != ServiceBusMessageState.Scheduled))
            {
                return;
            }
        }

        clock.Jump(TimeSpan.FromMinutes(2));
    }
}
