using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Tests.Log;

public class When_a_commit_meets_trouble
{
    public static TheoryData<string, string, int> Troubles => new()
    {
        { "batch", nameof(FaultKind.FalsePrecondition), 3 },
        { "batch", nameof(FaultKind.ResetBefore), 1 },
        { "batch", nameof(FaultKind.ResetAfter), 1 },
        { "batch", nameof(FaultKind.TimeoutAfter), 1 },
        { "batch", nameof(FaultKind.TimeoutAfter), 3 },
        { "batch", nameof(FaultKind.Throttle), 8 },
        { "batch", nameof(FaultKind.Fail), 3 },
        { "read", nameof(FaultKind.Throttle), 8 },
        { "read", nameof(FaultKind.Fail), 3 },
        { "read", nameof(FaultKind.ResetAfter), 2 },
        { "*", nameof(FaultKind.TimeoutAfter), 3 },
        { "*", nameof(FaultKind.ResetAfter), 2 },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Should_commit_each_command_once_answer_it_as_new_and_hand_it_over_once(string operation, string trouble, int times)
    {
        await using var deployment = await Deployment.StartAsync();
        var creator = deployment.StartProcess();
        var conversation = await creator.CreateGroupAsync("alice", "bob");

        // One that must read the head first, and one that has it.
        var process = deployment.StartProcess();
        var answers = new List<AppendResult>();
        for (var n = 0; n < 2; n++)
        {
            using var fault = deployment.Break(operation, Enum.Parse<FaultKind>(trouble), times);
            answers.Add(await process.SendAsync(conversation, "alice", $"{n}"));
        }

        var stored = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        Assert.All(answers, stored.Contains);
        Assert.All(answers, answer => Assert.False(answer.IsRepeat));
        Assert.All(answers, answer => Assert.NotNull(answer.Session));
        stored.WasEnqueued(creator.EnqueuedRanges.Concat(process.EnqueuedRanges));
    }

    [Fact]
    public async Task Should_commit_on_top_of_what_another_process_committed()
    {
        await using var deployment = await Deployment.StartAsync();
        var (one, other) = (deployment.StartProcess(), deployment.StartProcess());
        var conversation = await one.CreateGroupAsync("alice", "bob");
        await one.SendAsync(conversation, "alice", "1");
        await other.SendAsync(conversation, "bob", "2");

        var answer = await one.SendAsync(conversation, "alice", "3");

        Assert.Equal(4, answer.Entries[0].Seq);
        Assert.Equal(["1", "2", "3"], (await StoredLog.ReadAsync(one.Containers.Conversations, conversation)).Texts);
    }

    [Fact]
    public async Task Should_recognise_its_own_commit_below_another_process_s()
    {
        await using var deployment = await Deployment.StartAsync();
        var (one, other) = (deployment.StartProcess(), deployment.StartProcess());
        var conversation = await one.CreateGroupAsync("alice", "bob");
        await other.SendAsync(conversation, "bob", "1");
        await one.SendAsync(conversation, "alice", "2");

        // The first try applies, and before it is repeated somebody commits on top.
        var tries = 0;
        using var fault = deployment.Azure.Faults.Add(new Chat.Local.Fault("cosmos", "batch", FaultKind.ResetAfter)
        {
            Times = 2,
            Strike = _ => ++tries == 2 ? other.SendAsync(conversation, "bob", "4") : Task.CompletedTask,
        });
        var answer = await one.SendAsync(conversation, "alice", "3");
        var next = await one.SendAsync(conversation, "alice", "5");

        Assert.False(answer.IsRepeat);
        Assert.Equal((4, 6), (answer.Entries[0].Seq, next.Entries[0].Seq));
        var stored = await StoredLog.ReadAsync(one.Containers.Conversations, conversation);
        Assert.Equal(["1", "2", "3", "4", "5"], stored.Texts);
        stored.WasEnqueued(one.EnqueuedRanges.Concat(other.EnqueuedRanges));
    }

    [Theory]
    [InlineData(nameof(FaultKind.Fail))]
    [InlineData(nameof(FaultKind.Throttle))]
    [InlineData(nameof(FaultKind.ResetBefore))]
    public async Task Should_tell_to_try_again_when_the_store_is_down_for_longer_than_patience(string trouble)
    {
        await using var deployment = await Deployment.StartAsync(new HurriedClock());
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        await process.KeepSendingAsync(conversation, "alice", "before");
        using (deployment.Break("*", Enum.Parse<FaultKind>(trouble)))
        {
            // With the head at hand, and without.
            for (var n = 0; n < 2; n++)
            {
                var refused = await Task.WhenAll(Enumerable.Range(0, 3).Select(id => process.SendAsync(conversation, "alice", $"{id}")));
                Assert.All(refused, answer => Assert.Equal(Problems.Unavailable, answer.Refusal));
            }
        }

        for (var id = 0; id < 3; id++)
        {
            Assert.Null((await process.KeepSendingAsync(conversation, "alice", $"{id}")).Refusal);
        }

        var stored = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        Assert.Equal(["before", "0", "1", "2"], stored.Texts);
    }
}
