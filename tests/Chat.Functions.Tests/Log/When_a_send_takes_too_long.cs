using Chat.Functions.Shared;
using Chat.Local.Tests;
using Xunit;

namespace Chat.Functions.Tests.Log;

public class When_a_send_takes_too_long
{
    [Fact]
    public async Task Should_not_wait_for_those_who_came_later()
    {
        var clock = new TestClock();
        await using var deployment = await Deployment.StartAsync(clock);
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var first = new Gate(deployment);
        var inFlight = process.SendAsync(conversation, "alice", "in flight");
        await first.Reached;
        var early = process.SendAsync(conversation, "alice", "early");
        clock.Advance(TimeSpan.FromSeconds(2));
        var late = process.SendAsync(conversation, "bob", "late");

        // Both go out in one commit, which hangs. The one who waits for 3 s by then is told, and the other isn't.
        using var second = new Gate(deployment);
        first.Dispose();
        await inFlight.WaitAsync(Eventually.Timeout);
        await second.Reached;
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Problems.Unavailable, (await early.WaitAsync(Eventually.Timeout)).Refusal);
        Assert.False(late.IsCompleted);
        second.Open();
        Assert.Null((await late.WaitAsync(Eventually.Timeout)).Refusal);

        // Its commit went on, as a repeat finds.
        Assert.True((await process.SendAsync(conversation, "alice", "early").WaitAsync(Eventually.Timeout)).IsRepeat);
    }

    [Fact]
    public async Task Should_answer_what_is_stored_although_its_hand_over_takes_too_long()
    {
        var clock = new TestClock();
        await using var deployment = await Deployment.StartAsync(clock);
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        process.OnEnqueue = _ =>
        {
            reached.TrySetResult();
            return open.Task;
        };
        using var gate = new Gate(deployment);
        var send = process.SendAsync(conversation, "alice", "stored");
        await gate.Reached;
        clock.Advance(TimeSpan.FromSeconds(2.5));
        gate.Open();
        await reached.Task.WaitAsync(Eventually.Timeout);

        // For its time-out, and for the enqueueing of its delivery.
        await Eventually.HoldsAsync(() => clock.Waiting, timers => timers == 2, "two timers");
        clock.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Null((await send.WaitAsync(Eventually.Timeout)).Refusal);
        open.SetResult();
    }
}
