using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>A join is decided, and its commit is stored when the call's time is almost over.</summary>
public class When_a_join_is_stored_late
{
    /// <summary>The push looks at the group just before the join is stored, and takes as long as it may.</summary>
    [Fact]
    public async Task Should_not_be_pushed_what_was_said_before()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, dave) = (app.As("alice"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync(clock);
        await using var phone = await dave.ListenAsync();
        using var sending = new Halt(app.Azure, "signalr", "send-group", _ => true);
        var (read, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        using (var storing = new Halt(app.Azure, "cosmos", "batch", IsOfGroup, spared: 1))
        using (var delivering = new Halt(
            app.Azure, "functions", "queue", target => target.EndsWith($"{group}:2-2", StringComparison.Ordinal)))
        {
            await alice.SendAsync(group, "before");
            await delivering.Reached;
            var adding = alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "dave" } });
            await storing.Reached;
            using var reading = app.Azure.Faults.Add(new Fault("cosmos", "read", FaultKind.Delay)
            {
                Times = 1,
                Target = target => target == $"conversations/{group}/head",
                Applied = _ =>
                {
                    read.SetResult();
                    return goOn.Task;
                },
            });
            clock.Jump(TimeSpan.FromSeconds(2.2));
            delivering.Open();
            await read.Task.WaitAsync(Eventually.Timeout);
            storing.Open();
            await adding;
        }

        clock.Jump(TimeSpan.FromSeconds(1.5));
        goOn.SetResult();
        await sending.Reached;
        clock.Jump(TimeSpan.FromSeconds(1.4));
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        sending.Open();

        await app.HasDeliveredAsync(clock);
        await alice.SendAsync(group, "after");
        await phone.ReceivesAsync(group, "after");
        Assert.DoesNotContain(phone.Messages(group), message => message.Text == "before");

        bool IsOfGroup(string target) => target.StartsWith($"conversations/{group}", StringComparison.Ordinal);
    }
}
