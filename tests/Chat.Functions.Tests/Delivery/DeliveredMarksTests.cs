using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Functions.Tests.Delivery;

public class DeliveredMarksTests
{
    [Fact]
    public async Task Add_up_over_several_processes_whatever_fails()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var dice = new Random(seed);
            await using var deployment = await Deployment.StartAsync(seed: seed);
            DeliveredMarks[] processes = [Marks(deployment), Marks(deployment), Marks(deployment)];
            var conversation = ConversationId.New();
            foreach (var kind in new[] { FaultKind.FalsePrecondition, FaultKind.TimeoutAfter, FaultKind.Throttle, FaultKind.Fail })
            {
                deployment.Break("*", kind, probability: 0.05);
            }

            deployment.Break("*", FaultKind.ResetAfter, times: 2, probability: 0.2);
            var ranges = Enumerable.Range(0, 60).Select(n => new SeqRange((n * 3) + 1, (n * 3) + 3)).ToArray();
            dice.Shuffle(ranges);
            var steps = ranges.Select(range => Step(range, dice)).ToList();

            await Task.WhenAll(steps.Select(step => RaiseUntilStoredAsync(processes[dice.Next(3)], conversation, step)));

            deployment.Azure.Faults.Clear();
            var mark = await Marks(deployment).ReadAsync(conversation, CancellationToken.None);
            Assert.True(mark is { DeliveredSeq: 180, Early.Count: 0 }, $"Seed {seed}: {mark.DeliveredSeq}, {string.Join(' ', mark.Early)}");
            var furthest = steps.MaxBy(step => step.InboxSeq)!;
            Assert.Equal((steps.Max(step => step.PutOffSeq), furthest.InboxSeq, furthest.InboxesAt), (mark.PutOffSeq, mark.InboxSeq, mark.InboxesAt));
        }
    }

    [Fact]
    public async Task Share_a_write_when_they_meet()
    {
        await using var deployment = await Deployment.StartAsync();
        var marks = Marks(deployment);
        var conversation = ConversationId.New();
        using var gate = new Gate(deployment, "create");

        var all = new List<Task> { marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(1, 1)]), CancellationToken.None) };
        await gate.Reached;
        all.AddRange(Enumerable.Range(2, 99).Select(seq => marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(seq, seq)]), CancellationToken.None)));
        var other = ConversationId.New();
        await marks.RaiseAsync(other, new DeliveryStep([new SeqRange(1, 1)]), CancellationToken.None);
        gate.Open();

        await Task.WhenAll(all);
        Assert.Equal(100, (await marks.ReadAsync(conversation, CancellationToken.None)).DeliveredSeq);
        var writes = deployment.Azure.Meter.Read().Where(reading => reading.Operation is "create" or "replace" or "patch").Sum(reading => reading.Requests);
        Assert.Equal(3, writes);
    }

    [Fact]
    public async Task Advance_in_one_write_without_a_read_while_ranges_follow_on_each_other()
    {
        await using var deployment = await Deployment.StartAsync();
        var marks = Marks(deployment);
        var conversation = ConversationId.New();
        await marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(1, 1)]), CancellationToken.None);
        var before = Requests(deployment);

        await marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(2, 4)], InboxSeq: 4), CancellationToken.None);
        await marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(5, 5)], PutOffSeq: 5), CancellationToken.None);
        Assert.Equal(before + 2, Requests(deployment));
        var mark = await marks.ReadAsync(conversation, CancellationToken.None);
        Assert.Equal((5, 4, 5, true), (mark.DeliveredSeq, mark.InboxSeq, mark.PutOffSeq, mark.InboxesAreBehind));

        // What was put off is done, without a range.
        await marks.RaiseAsync(conversation, new DeliveryStep([], InboxSeq: 5), CancellationToken.None);
        Assert.False((await marks.ReadAsync(conversation, CancellationToken.None)).InboxesAreBehind);

        // One that is early takes the longer way, and so does what closes the gap.
        await marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(7, 7)]), CancellationToken.None);
        await marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(6, 6)]), CancellationToken.None);
        Assert.Equal(7, (await marks.ReadAsync(conversation, CancellationToken.None)).DeliveredSeq);
    }

    [Fact]
    public async Task Fail_only_those_whose_write_failed()
    {
        await using var deployment = await Deployment.StartAsync();
        var marks = Marks(deployment);
        var conversation = ConversationId.New();
        using var gate = new Gate(deployment, "create", FaultKind.Fail);

        var one = marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(1, 1)]), CancellationToken.None);
        await gate.Reached;
        using var leaving = new CancellationTokenSource();
        var two = marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(2, 2)]), leaving.Token);
        var three = marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(3, 3)]), CancellationToken.None);
        await leaving.CancelAsync();
        gate.Open();

        await Assert.ThrowsAsync<CosmosException>(() => one);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        await three;
        await marks.RaiseAsync(conversation, new DeliveryStep([new SeqRange(1, 1)]), CancellationToken.None);
        Assert.Equal(3, (await marks.ReadAsync(conversation, CancellationToken.None)).DeliveredSeq);
    }

    [Fact]
    public async Task Remember_as_finished_only_what_is_stored_as_delivered_with_nothing_put_off()
    {
        await using var deployment = await Deployment.StartAsync();
        var remembered = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var (dice, conversation) = (new Random(seed), ConversationId.New());
            DeliveredMarks[] processes = [Marks(deployment), Marks(deployment)];
            for (var seq = 1; seq <= 30; seq++)
            {
                var range = new SeqRange(seq, seq);
                var step = dice.Next(10) switch
                {
                    < 6 => new DeliveryStep([range]),
                    < 8 => new DeliveryStep([range], PutOffSeq: seq),
                    8 => new DeliveryStep([range], InboxSeq: seq),
                    _ => new DeliveryStep([], InboxSeq: seq - 1),
                };
                await processes[dice.Next(2)].RaiseAsync(conversation, step, CancellationToken.None);
                var mark = await processes[0].ReadAsync(conversation, CancellationToken.None);
                var finished = processes.Max(process => Enumerable.Range(1, 31).LastOrDefault(upTo => process.HasFinished(conversation, upTo)));

                // What was put off later says nothing of what came before.
                Assert.True(mark.DeliveredSeq > finished || (mark.DeliveredSeq == finished && mark.InboxesReach(finished)), $"Seed {seed}: {finished} of {mark}");
                remembered += finished == seq ? 1 : 0;
            }
        }

        Assert.True(remembered > 50, $"Only {remembered} were remembered.");
    }

    /// <summary>A range whose inboxes moved, or were put off.</summary>
    private static DeliveryStep Step(SeqRange range, Random dice) =>
        dice.Next(2) == 0
            ? new DeliveryStep([range], PutOffSeq: range.Last)
            : new DeliveryStep([range], InboxSeq: range.Last, InboxesAt: DateTimeOffset.UnixEpoch.AddSeconds(range.Last));

    private static long Requests(Deployment deployment) =>
        deployment.Azure.Meter.Read().Where(reading => reading.Service == "cosmos").Sum(reading => reading.Requests);

    private static DeliveredMarks Marks(Deployment deployment) => new(deployment.StartProcess().Containers);

    /// <summary>Raises as a queue does: what failed in passing comes again.</summary>
    private static async Task RaiseUntilStoredAsync(DeliveredMarks marks, ConversationId conversation, DeliveryStep step)
    {
        while (await Record.ExceptionAsync(() => marks.RaiseAsync(conversation, step, CancellationToken.None)) is { } failure)
        {
            Assert.True(CosmosFailures.IsTransient(failure), failure.ToString());
        }
    }
}
