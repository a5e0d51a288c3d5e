using System.Net;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class FaultTests
{
    [Theory]
    [InlineData(Door.InProcess, (int)FaultKind.Fail, null)]
    [InlineData(Door.InProcess, (int)FaultKind.Throttle, HttpStatusCode.TooManyRequests)]
    [InlineData(Door.InProcess, (int)FaultKind.ResetBefore, null)]
    [InlineData(Door.Port, (int)FaultKind.Fail, null)]
    [InlineData(Door.Port, (int)FaultKind.Throttle, HttpStatusCode.TooManyRequests)]
    [InlineData(Door.Port, (int)FaultKind.ResetBefore, null)]
    public async Task A_call_that_fails_does_nothing(Door door, int kind, HttpStatusCode? status)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        using (app.Faults.Add(new Fault("signalr", "send-user", (FaultKind)kind) { Target = target => target == "alice" }))
        {
            var failure = await Assert.ThrowsAnyAsync<Exception>(() => app.Hub.Clients.User("alice").Said("lost"));
            Assert.Equal(status, Assert.IsType<HttpRequestException>(failure.InnerException).StatusCode);
        }

        await app.Hub.Clients.User("alice").Said("heard");

        Assert.Equal("Said(\"heard\")", await alice.NextCallAsync());
    }

    [Fact]
    public async Task A_call_may_be_done_although_its_answer_is_lost()
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        using var reset = app.Faults.Add(
            new Fault("signalr", "group-add", FaultKind.ResetAfter) { Target = target => target == "g/alice" });
        using var late = app.Faults.Add(new Fault("signalr", "send-group", FaultKind.TimeoutAfter));

        await Assert.ThrowsAnyAsync<Exception>(() => app.Hub.UserGroups.AddToGroupAsync("alice", "g", TimeSpan.FromHours(1)));
        await Assert.ThrowsAsync<TaskCanceledException>(() => app.Hub.Clients.Group("g").Said("hi"));

        Assert.Equal("Said(\"hi\")", await alice.NextCallAsync());
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_slow_call_ends_with_the_caller_s_patience(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        using var patience = new CancellationTokenSource();
        app.Faults.Add(new Fault("signalr", "send-all", FaultKind.Delay) { Delay = TimeSpan.FromSeconds(2) });

        var before = app.Clock.Waiting;
        var impatient = app.Hub.Clients.All.Happened([], patience.Token);
        await Eventually.TrueAsync(() => app.Clock.Waiting > before, () => "a call that waits");
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await Eventually.TrueAsync(() => app.Clock.Waiting == before, () => "no call that waits");
        var slow = app.Hub.Clients.All.Said("late");
        await Eventually.TrueAsync(() => app.Clock.Waiting > before, () => "a call that waits");
        app.Clock.Advance(TimeSpan.FromSeconds(2));

        await slow;
        Assert.Equal("Said(\"late\")", await alice.NextCallAsync());
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_slow_call_ends_with_the_app_s_timeout(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door, options => options.HttpClientTimeout = TimeSpan.FromMilliseconds(50));
        app.Faults.Add(new Fault("signalr", "send-user", FaultKind.Delay) { Delay = TimeSpan.FromSeconds(1) });

        var late = await Assert.ThrowsAsync<TaskCanceledException>(() => app.Hub.Clients.User("alice").Said("never"));

        Assert.IsType<TimeoutException>(late.InnerException);
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_killed_connection_ends_without_a_word_and_without_the_message(Door door)
    {
        await using var app = await SignalRApp.StartAsync(door);
        using var alice = await app.ConnectAsync("alice");
        using var bob = await app.ConnectAsync("bob");
        await app.UntilConnectionsAsync(2);
        app.Faults.Add(new Fault("signalr", "send-user", FaultKind.Kill) { Target = target => target == "alice", Times = 1 });

        await app.Hub.Clients.Users(["alice", "bob"]).Said("hi");

        Assert.Null(await alice.NextAsync());
        Assert.Equal("Said(\"hi\")", await bob.NextCallAsync());
        await app.UntilConnectionsAsync(1);
    }

    [Fact]
    public async Task A_fault_that_the_service_cannot_have_is_no_fault_that_passes()
    {
        await using var app = await SignalRApp.StartAsync();
        app.Faults.Add(new Fault("signalr", "send-user", FaultKind.DropLock));

        await Assert.ThrowsAsync<NotSupportedException>(() => app.Hub.Clients.User("alice").Said("hi"));
    }
}
