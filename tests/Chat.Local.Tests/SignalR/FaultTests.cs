using System.Net;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class FaultTests
{
    [Theory]
    [InlineData((int)FaultKind.Fail, HttpStatusCode.ServiceUnavailable)]
    [InlineData((int)FaultKind.Throttle, HttpStatusCode.TooManyRequests)]
    [InlineData((int)FaultKind.ResetBefore, null)]
    public async Task A_call_that_fails_does_nothing(int kind, HttpStatusCode? status)
    {
        await using var app = await SignalRApp.StartAsync();
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
        using var reset = app.Faults.Add(new Fault("signalr", "group-add", FaultKind.ResetAfter) { Target = target => target == "g/alice" });
        using var late = app.Faults.Add(new Fault("signalr", "send-group", FaultKind.TimeoutAfter));

        await Assert.ThrowsAnyAsync<Exception>(() => app.Hub.UserGroups.AddToGroupAsync("alice", "g", TimeSpan.FromHours(1)));
        await Assert.ThrowsAsync<TaskCanceledException>(() => app.Hub.Clients.Group("g").Said("hi"));

        Assert.Equal("Said(\"hi\")", await alice.NextCallAsync());
    }

    [Fact]
    public async Task A_slow_call_ends_with_the_caller_s_patience_or_the_timeout()
    {
        await using var app = await SignalRApp.StartAsync(builder => builder.WithOptions(options => options.HttpClientTimeout = TimeSpan.FromSeconds(10)));
        using var alice = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        using var patience = new CancellationTokenSource();
        app.Faults.Add(new Fault("signalr", "send-all", FaultKind.Delay) { Delay = TimeSpan.FromSeconds(2) });
        app.Faults.Add(new Fault("signalr", "send-user", FaultKind.Delay) { Delay = TimeSpan.FromSeconds(20) });

        var impatient = app.Hub.Clients.All.Happened([], patience.Token);
        await patience.CancelAsync();
        var slow = app.Hub.Clients.All.Said("late");
        var tooSlow = app.Hub.Clients.User("alice").Said("never");
        Assert.False(slow.IsCompleted);
        app.Clock.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tooSlow);
        await slow;
        Assert.Equal("Said(\"late\")", await alice.NextCallAsync());
    }

    [Fact]
    public async Task A_killed_connection_ends_without_a_word_and_without_the_message()
    {
        await using var app = await SignalRApp.StartAsync();
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
    public async Task A_negotiation_can_fail()
    {
        await using var app = await SignalRApp.StartAsync();
        using var fault = app.Faults.Add(new Fault("signalr", "negotiate", FaultKind.Fail) { Target = target => target == "alice" });

        await Assert.ThrowsAsync<HttpRequestException>(() => app.NegotiateAsync("alice"));
        await app.NegotiateAsync("bob");
    }

    [Fact]
    public async Task A_fault_that_the_service_cannot_have_is_no_fault_that_passes()
    {
        await using var app = await SignalRApp.StartAsync();
        app.Faults.Add(new Fault("signalr", "send-user", FaultKind.DropLock));

        await Assert.ThrowsAsync<NotSupportedException>(() => app.Hub.Clients.User("alice").Said("hi"));
    }
}
