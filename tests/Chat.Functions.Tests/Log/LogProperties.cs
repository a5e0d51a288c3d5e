using System.Collections.Concurrent;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Tests.Log;

/// <summary>Whatever people do, through whichever process, while anything fails: the log is whole and holds what was answered.</summary>
public class LogProperties
{
    private static readonly string[] Senders = ["alice", "bob", "carol", "dave"];

    private static readonly FaultKind[] Troubles =
    [
        FaultKind.Fail, FaultKind.Throttle, FaultKind.Delay, FaultKind.ResetBefore, FaultKind.ResetAfter, FaultKind.TimeoutAfter,
        FaultKind.FalsePrecondition,
    ];

    [Fact]
    public Task Holds_what_was_answered_in_one_order_without_gaps_whatever_fails() => StorySeeds.TryAsync(30, RunAsync);

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        await using var deployment = await Deployment.StartAsync(new HurriedClock(), seed);
        var processes = new AppProcess[] { deployment.StartProcess(), deployment.StartProcess(), deployment.StartProcess() };
        var members = Enumerable.Range(0, random.Next(2) * 40).Select(n => $"member-{n}");
        var conversation = await processes[0].CreateGroupAsync(Senders.Concat(members));
        var started = new ConcurrentQueue<AppProcess>(processes);
        foreach (var trouble in random.GetItems(Troubles, 3).Distinct())
        {
            // The SDK waits a second before it goes on after its second reset of a call.
            var isReset = trouble is FaultKind.ResetBefore or FaultKind.ResetAfter;
            deployment.Break("*", trouble, isReset ? 4 : int.MaxValue, 0.05 + (random.NextDouble() * 0.15));
        }

        var answered = new ConcurrentQueue<(string Sender, int Message, AppendResult Answer)>();
        var left = new ConcurrentBag<string>();
        await Task.WhenAll(Senders.Select((sender, n) => ChatAsync(new Random((seed * 10) + n), sender)));
        deployment.Azure.Faults.Clear();

        var stored = await StoredLog.ReadAsync(processes[0].Containers.Conversations, conversation);
        Assert.Equal(stored.Messages.Count, stored.Messages.DistinctBy(message => (message.SenderId, message.ClientMessageId)).Count());
        Assert.All(answered, one => stored.Contains(one.Answer));
        Assert.All(stored.Messages, message => Assert.Equal(message.ClientMessageId, message.Text));
        var known = answered.Select(one => $"{one.Sender} {one.Message}").Concat(left).ToHashSet(StringComparer.Ordinal);
        Assert.All(stored.Messages, message => Assert.Contains($"{message.SenderId} {message.ClientMessageId}", known));
        foreach (var own in stored.Messages.Where(message => !left.Contains($"{message.SenderId} {message.ClientMessageId}"))
            .GroupBy(message => message.SenderId))
        {
            Assert.Equal(
                Enumerable.Range(0, 8).Where(n => !left.Contains($"{own.Key} {n}")).Select(n => $"{n}"),
                own.Select(message => message.ClientMessageId));
        }

        stored.WasEnqueuedAtMostOnce(started.SelectMany(process => process.EnqueuedRanges).ToList());

        async Task ChatAsync(Random dice, string sender)
        {
            for (var message = 0; message < 8; message++)
            {
                if (dice.Next(10) == 0)
                {
                    left.Add($"{sender} {message}");
                    await LeaveAsync(sender, message);
                    continue;
                }

                answered.Enqueue((sender, message, await processes[dice.Next(3)].KeepSendingAsync(conversation, sender, $"{message}")));
                if (dice.Next(4) == 0)
                {
                    var earlier = dice.Next(message + 1);
                    var isOther = dice.Next(2) == 0 && !left.Contains($"{sender} {earlier}");
                    var again = await processes[dice.Next(3)].KeepSendingAsync(
                        conversation,
                        sender,
                        $"{earlier}",
                        isOther ? "another text" : null);
                    Assert.Equal(isOther ? Problems.ClientMessageIdReused : null, again.Refusal);
                }

                if (dice.Next(12) == 0)
                {
                    var restarted = deployment.StartProcess();
                    started.Enqueue(restarted);
                    processes[dice.Next(processes.Length)] = restarted;
                }
            }
        }

        // Whether or not it is stored then, it is stored once or not at all.
        async Task LeaveAsync(string sender, int message)
        {
            using var leaving = new CancellationTokenSource();
            var send = processes[0].SendAsync(conversation, sender, $"{message}", cancellationToken: leaving.Token);
            await leaving.CancelAsync();
            Assert.True(await Record.ExceptionAsync(() => send) is null or OperationCanceledException);
        }
    }
}
