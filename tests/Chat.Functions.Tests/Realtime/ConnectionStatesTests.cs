using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Xunit;

namespace Chat.Functions.Tests.Realtime;

public class ConnectionStatesTests
{
    private static readonly UserId Bob = new("bob");

    [Fact]
    public async Task Note_each_sign_out_after_the_one_before_whatever_clocks_show()
    {
        await using var deployment = await Deployment.StartAsync();
        var dice = new Random(7);
        var instances = Enumerable.Range(0, 3).Select(_ => (Clock: new SetClock(), deployment.StartProcess().Containers)).ToList();
        deployment.Azure.Cosmos.LagReads(ChatContainers.Database, ChatContainers.UsersName, 20);
        var latest = DateTimeOffset.MinValue;
        for (var n = 0; n < 40; n++)
        {
            var (clock, containers) = instances[dice.Next(3)];
            clock.Now = new SetClock().Now.AddMilliseconds((n * 300) + dice.Next(-4_000, 4_000));
            var states = new ConnectionStates(containers, clock);

            await (dice.Next(3) == 0
                ? states.NoteGoneAsync(Bob, null, CancellationToken.None)
                : states.SignOutAsync(Bob, CancellationToken.None));

            var state = (await states.ReadLatestAsync(Bob, CancellationToken.None))!;
            Assert.True(state.GoneAt >= latest.AddSeconds(n == 0 ? 0 : 1), $"{state.GoneAt} after {latest}");
            Assert.False(state.SignedOutAt > state.GoneAt);
            latest = state.GoneAt!.Value;
        }
    }

    [Fact]
    public async Task Keep_the_later_of_two_sign_outs_as_the_one_of_which_all_is_done()
    {
        await using var deployment = await Deployment.StartAsync();
        var states = new ConnectionStates(deployment.StartProcess().Containers, new SetClock());
        var first = await states.SignOutAsync(Bob, CancellationToken.None);
        var second = await states.SignOutAsync(Bob, CancellationToken.None);
        foreach (var (completed, noted) in new[] { (first, first), (second, second), (first, second) })
        {
            await states.NoteCompletedAsync(Bob, completed, CancellationToken.None);
            Assert.Equal(noted, (await states.ReadLatestAsync(Bob, CancellationToken.None))!.CompletedAt);
        }
    }

    [Fact]
    public async Task Let_no_renewal_go_on_that_was_asked_for_before_a_sign_out()
    {
        await using var deployment = await Deployment.StartAsync();
        var states = new ConnectionStates(deployment.StartProcess().Containers, new SetClock());
        Assert.Equal(PushGroupLease.Taken, await states.TryLeaseAsync(Bob, "one", null, CancellationToken.None));
        Assert.Equal(PushGroupLease.Busy, await states.TryLeaseAsync(Bob, "two", null, CancellationToken.None));

        await states.SignOutAsync(Bob, CancellationToken.None);

        var state = (await states.ReadLatestAsync(Bob, CancellationToken.None))!;
        Assert.Equal(PushGroupLease.SignedOutWhileHeld, await states.TryLeaseAsync(Bob, "one", null, CancellationToken.None));
        Assert.Equal(PushGroupLease.SignedOutBefore, await states.TryLeaseAsync(Bob, "two", null, CancellationToken.None));
        Assert.Equal(PushGroupLease.Taken, await states.TryLeaseAsync(Bob, "three", state.SignedOutAt, CancellationToken.None));
        await states.NoteGoneAsync(Bob, null, CancellationToken.None);
        Assert.False(await states.TryEndPartAsync(state, "three", isLast: true, CancellationToken.None));
        Assert.True(await states.TryEndPartAsync(
            (await states.ReadAsync(Bob, CancellationToken.None))!, "three", isLast: true, CancellationToken.None));
    }

    [Fact]
    public async Task Let_no_renewal_end_that_another_left_something_to()
    {
        await using var deployment = await Deployment.StartAsync();
        var states = new ConnectionStates(deployment.StartProcess().Containers, new SetClock());
        Assert.Equal(PushGroupLease.Taken, await states.TryLeaseAsync(Bob, "one", null, CancellationToken.None));
        var state = (await states.ReadAsync(Bob, CancellationToken.None))!;
        Assert.Equal(PushGroupLease.Busy, await states.TryLeaseAsync(Bob, "two", null, CancellationToken.None));

        Assert.True(await states.TryEndPartAsync(state, "one", isLast: false, CancellationToken.None));
        Assert.False(await states.TryEndPartAsync(state, "one", isLast: true, CancellationToken.None));
        Assert.Equal(PushGroupLease.Taken, await states.TryLeaseAsync(Bob, "one", null, CancellationToken.None));
        Assert.True(await states.TryEndPartAsync(state, "one", isLast: true, CancellationToken.None));
        Assert.Equal(PushGroupLease.Taken, await states.TryLeaseAsync(Bob, "two", null, CancellationToken.None));
    }
}
