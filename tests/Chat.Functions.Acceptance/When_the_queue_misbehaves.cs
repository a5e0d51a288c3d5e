using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Deliveries that come twice, late, out of order or not at all leave everybody with the same log and the right inbox.</summary>
public class When_the_queue_misbehaves
{
    private const int Count = 20;

    [Theory]
    [InlineData("servicebus", "receive", "Duplicate", 1)]
    [InlineData("servicebus", "receive", "Reorder", 1)]
    [InlineData("servicebus", "receive", "DropLock", 0.3)]
    [InlineData("servicebus", "send", "ResetAfter", 0.5)]
    [InlineData("servicebus", "complete", "ResetAfter", 0.5)]
    [InlineData("cosmos", "*", "Throttle", 0.5)]
    public async Task Should_end_as_if_it_had_not(string service, string operation, string kind, double chance)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var direct = (await alice.StartDirectAsync("bob")).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await Eventually.SeesAsync(() => bob.SummaryAsync(group), seen => seen is not null);

        await using var phone = await bob.ListenAsync();
        using (app.Azure.Faults.Add(new Fault(service, operation, Enum.Parse<FaultKind>(kind)) { Probability = chance }))
        {
            for (var n = 0; n < Count; n++)
            {
                foreach (var conversation in new[] { direct, group })
                {
                    (await Eventually.SeesAsync(
                        () => alice.TrySendAsync(conversation, $"message {n}", $"1d-{n}"), answer => answer.IsSuccessStatusCode))
                        .Dispose();
                }
            }
        }

        foreach (var conversation in new[] { direct, group })
        {
            var history = await bob.HistoryAsync(conversation);
            Assert.Equal(Enumerable.Range(0, Count).Select(n => $"message {n}"), history.Select(message => message.Text));
            Assert.Equal(Enumerable.Range(2, Count).Select(seq => (long)seq), history.Select(message => message.Seq));
            await Eventually.SeesAsync(
                clock,
                () => bob.SummaryAsync(conversation),
                seen => seen is { UnreadCount: Count, LastSeq: Count + 1, LastMessage.Preview: "message 19" });
            Assert.Subset(history.ToHashSet(), phone.Messages(conversation).ToHashSet());
        }

        foreach (var queue in app.Azure.ServiceBus.Queues)
        {
            Assert.Empty(await queue.PeekAsync(SubQueue.DeadLetter, 0, 10));
        }
    }

    [Fact]
    public async Task Should_push_and_list_what_its_sender_could_not_hand_over_although_an_instance_dies_that_would()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is not null);

        // The sender's delivery never comes; the process dies when the change feed enqueues it in its place.
        var (tries, died) = (0, new TaskCompletionSource());
        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.ResetBefore)
        {
            Target = target => target.EndsWith(":2-2", StringComparison.Ordinal),
            Strike = async _ =>
            {
                if (Interlocked.Increment(ref tries) == 7)
                {
                    await app.KillAsync();
                    died.TrySetResult();
                }
            },
        }))
        {
            var answer = alice.TrySendAsync(conversation, "Hello", "1d-1");
            await Eventually.SeesAsync(
                clock, () => Task.FromResult(died.Task.IsCompleted), dead => dead, "the change feed to enqueue the delivery");
            await answer.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        // No connection outlives the time that the lease of the dead takes to end.
        var pushes = 0;
        app.Azure.Faults.Add(new Fault("signalr", "send-user", FaultKind.Delay)
        {
            Target = target => target == "bob",
            Strike = _ => Task.FromResult(Interlocked.Increment(ref pushes)),
        });
        await using var survivor = await ChatApp.StartAsync(app.Azure);
        await Eventually.SeesAsync(clock, () => Task.FromResult(pushes), seen => seen > 0, "the push");
        await Eventually.SeesAsync(
            clock,
            () => bob.At(survivor).SummaryAsync(conversation),
            seen => seen is { UnreadCount: 1, LastMessage.Preview: "Hello" });
    }
}
