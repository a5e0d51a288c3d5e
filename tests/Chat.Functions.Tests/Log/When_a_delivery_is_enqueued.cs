using System.Collections.Concurrent;
using Chat.Functions.Shared;
using Chat.Local.Tests;
using Xunit;

namespace Chat.Functions.Tests.Log;

public class When_a_delivery_is_enqueued
{
    [Fact]
    public async Task Should_answer_although_delivery_cannot_take_it()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        process.OnEnqueue = _ => throw new InvalidOperationException("No queue.");
        var conversation = await process.CreateGroupAsync("alice", "bob").WaitAsync(Eventually.Timeout);
        var one = await process.SendAsync(conversation, "alice", "1").WaitAsync(Eventually.Timeout);
        process.OnEnqueue = _ => Task.FromException(new InvalidOperationException("Still no queue."));
        var two = await process.SendAsync(conversation, "alice", "2").WaitAsync(Eventually.Timeout);

        Assert.Equal((2, 3), (one.Entries[0].Seq, two.Entries[0].Seq));
    }

    [Fact]
    public async Task Should_go_on_committing_while_delivery_hangs_and_answer_after_a_second()
    {
        var clock = new TestClock();
        await using var deployment = await Deployment.StartAsync(clock);
        var (process, reader) = (deployment.StartProcess(), deployment.StartProcess());
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var hanging = new TaskCompletionSource();
        process.OnEnqueue = _ => hanging.Task;

        var one = process.SendAsync(conversation, "alice", "1");
        await EnqueuedAsync(process, 2);
        var two = process.SendAsync(conversation, "alice", "2");
        await EnqueuedAsync(process, 3);

        Assert.Equal(["1", "2"], (await StoredLog.ReadAsync(reader.Containers.Conversations, conversation)).Texts);
        Assert.False(one.IsCompleted || two.IsCompleted);
        await AdvanceUntilAsync(clock, Task.WhenAll(one, two));
        Assert.Equal((2, 3), ((await one).Entries[0].Seq, (await two).Entries[0].Seq));
    }

    [Fact]
    public async Task Should_be_of_an_invocation_that_waits_for_it()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var (invocation, seen) = (new AsyncLocal<string>(), new ConcurrentQueue<string?>());
        process.OnEnqueue = _ =>
        {
            seen.Enqueue(invocation.Value);
            return Task.CompletedTask;
        };
        using var gate = new Gate(deployment);

        var one = InvokeAsync("alice");
        await gate.Reached;
        var two = InvokeAsync("bob");
        gate.Open();
        await Task.WhenAll(one, two);

        Assert.Equal(["alice", "bob"], seen.Order(StringComparer.Ordinal));

        async Task InvokeAsync(string user)
        {
            invocation.Value = user;
            await process.SendAsync(conversation, user, "1");
        }
    }

    [Fact]
    public async Task Should_carry_the_head_the_entries_and_the_session_of_the_commit()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");

        var answer = await process.SendAsync(conversation, "alice", "1");

        var range = process.EnqueuedRanges.Last();
        Assert.Equal((2, 2, answer.Head, answer.Session), (range.First, range.Last, range.Head, range.Session));
        Assert.Equal(answer.Entries, range.Entries);
        Assert.NotNull(range.Session);
        Assert.Null(await Record.ExceptionAsync(() => reader(process, conversation, range.Session)));

        static Task reader(AppProcess process, ConversationId conversation, Session? session) =>
            new Chat.Functions.Conversations.ConversationReader(process.Containers).ReadHeadAsync(
                conversation,
                session,
                CancellationToken.None);
    }

    private static Task EnqueuedAsync(AppProcess process, int count) =>
        Eventually.HoldsAsync(() => process.EnqueuedRanges.Count, seen => seen == count, $"{count} deliveries");

    /// <summary>Lets time pass until a task that waits for it, sooner or later, is done.</summary>
    private static Task AdvanceUntilAsync(TestClock clock, Task done) => Eventually.HoldsAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return done.IsCompleted;
        },
        seen => seen,
        "answers after a second");
}
