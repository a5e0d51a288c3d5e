using Xunit;

namespace Chat.Functions.Tests.Log;

public class When_a_caller_leaves
{
    [Fact]
    public async Task Should_take_back_only_what_is_not_in_flight()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");
        using var gate = new Gate(deployment);
        using var inFlight = new CancellationTokenSource();
        using var waiting = new CancellationTokenSource();

        var one = process.SendAsync(conversation, "alice", "in flight", cancellationToken: inFlight.Token);
        await gate.Reached;
        var two = process.SendAsync(conversation, "alice", "waiting", cancellationToken: waiting.Token);
        var three = process.SendAsync(conversation, "bob", "stays");
        await inFlight.CancelAsync();
        await waiting.CancelAsync();

        // It leaves at once, while the commit before it is still on its way.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two.WaitAsync(Eventually.Timeout));
        gate.Open();
        var stored = await one;
        var next = await three;
        Assert.Equal((2, 3), (stored.Entries[0].Seq, next.Entries[0].Seq));
        Assert.Equal(["in flight", "stays"], (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Texts);
    }

    [Fact]
    public async Task Should_not_store_what_was_cancelled_before_it_came()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync("alice", "bob");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => process.SendAsync(conversation, "alice", "too late", cancellationToken: new CancellationToken(canceled: true)));

        Assert.Equal(2, (await process.SendAsync(conversation, "alice", "in time")).Entries[0].Seq);
    }
}
