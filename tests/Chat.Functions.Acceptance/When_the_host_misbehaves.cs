using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>
/// Invocations that are dropped, repeated or late, settlements that fail, workers that are cut off: everything accepted is in every list
/// and reaches every connected client, and nothing is stored twice.
/// </summary>
public class When_the_host_misbehaves
{
    private const int Count = 10;
    private static readonly string[] Members = ["bob", "carol"];

    [Theory]
    [InlineData("queue", "ResetBefore", 0.3)]
    [InlineData("queue", "ResetAfter", 0.3)]
    [InlineData("queue", "Duplicate", 1)]
    [InlineData("queue", "Delay", 0.5)]
    [InlineData("queue", "Kill", 0.1)]
    [InlineData("feed", "ResetBefore", 0.5)]
    [InlineData("feed", "ResetAfter", 0.5)]
    [InlineData("feed", "Duplicate", 1)]
    [InlineData("feed", "Kill", 0.1)]
    [InlineData("http", "Kill", 0.1)]
    [InlineData("complete", "ResetBefore", 0.5)]
    [InlineData("complete", "ResetAfter", 0.5)]
    [InlineData("renew", "ResetBefore", 1)]
    public async Task Should_end_as_if_it_had_not(string operation, string kind, double chance)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var direct = (await alice.StartDirectAsync(Members[0])).ConversationId;
        var group = (await alice.CreateGroupAsync("Trip", Members)).ConversationId;
        await app.HasDeliveredAsync();
        var phones = Members.ToDictionary(name => name, name => new Phone(() => app.As(name)), StringComparer.Ordinal);
        try
        {
            await Eventually.HoldsAsync(() => phones.Values.Count(phone => phone.IsConnected), connected => connected == phones.Count);
            using (app.Azure.Faults.Add(new Fault("functions", operation, Enum.Parse<FaultKind>(kind))
            {
                Probability = chance,
                Delay = TimeSpan.FromMilliseconds(5),
            }))
            {
                for (var n = 0; n < Count; n++)
                {
                    foreach (var conversation in new[] { direct, group })
                    {
                        await Eventually.SeesAsync(
                            clock,
                            () => IsAcceptedAsync(alice, conversation, n),
                            accepted => accepted,
                            $"message {n} to be accepted");
                    }
                }
            }

            // What strikes the queue may end the worker while something is read.
            await app.HasDeliveredAsync(clock);
            foreach (var (conversation, members) in new[] { (direct, Members[..1]), (group, Members) })
            {
                var history = await alice.HistoryAsync(conversation);
                Assert.Equal(Enumerable.Range(0, Count).Select(n => $"message {n}"), history.Select(message => message.Text));
                Assert.Equal(Enumerable.Range(2, Count).Select(seq => (long)seq), history.Select(message => message.Seq));
                foreach (var member in members)
                {
                    await Eventually.SeesAsync(
                        clock,
                        () => app.As(member).SummaryAsync(conversation),
                        seen => seen is { UnreadCount: Count, LastSeq: Count + 1, LastMessage.Preview: "message 9" },
                        $"{member}'s list");
                    await Eventually.SeesAsync(
                        clock,
                        () => Task.FromResult(phones[member].Pushed(conversation)),
                        pushed => history.All(message => pushed.TryGetValue(message.Seq, out var one) && one == message),
                        $"every push at {member}'s phone");
                }
            }

            foreach (var queue in app.Azure.ServiceBus.Queues)
            {
                Assert.Empty(await queue.PeekAsync(SubQueue.DeadLetter, 0, 10));
            }
        }
        finally
        {
            await Task.WhenAll(phones.Values.Select(phone => phone.DisposeAsync().AsTask()));
        }
    }

    private static async Task<bool> IsAcceptedAsync(Person sender, string conversation, int n)
    {
        try
        {
            using var answer = await sender.TrySendAsync(conversation, $"message {n}", $"1d-{n}");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // The worker was cut off while it answered.
            return false;
        }
    }
}
