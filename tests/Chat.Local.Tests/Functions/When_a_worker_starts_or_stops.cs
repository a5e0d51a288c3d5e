using Chat.Local.Functions;
using Chat.Local.Functions.Protocol;
using Chat.Local.Functions.Workers;
using Chat.Local.Tests.SignalR;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>Whatever a worker does, the host's start and stop come to an end.</summary>
public sealed class When_a_worker_starts_or_stops : IDisposable
{
    private readonly HostStop _stop = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task Should_refuse_one_that_connects_and_says_nothing()
    {
        var start = Worker(
            _ => Task.FromResult<IRunningWorker>(new ScriptedWorker { IsSilent = true }),
            TimeSpan.FromMilliseconds(1)).StartAsync();
        var refusal = await Assert.ThrowsAsync<HostRefusedException>(() => start.WaitAsync(Eventually.Timeout));
        Assert.Contains("to be ready", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_one_that_never_connects()
    {
        var start = Worker(NeverAsync, TimeSpan.FromMilliseconds(1)).StartAsync();
        await Assert.ThrowsAsync<HostRefusedException>(() => start.WaitAsync(Eventually.Timeout));
    }

    [Fact]
    public async Task Should_refuse_one_that_ends_before_it_is_ready()
    {
        var ends = new ScriptedWorker();
        ends.Channel.Cut();
        var refusal = await Assert.ThrowsAsync<HostRefusedException>(() => Worker(_ => Task.FromResult<IRunningWorker>(ends)).StartAsync());
        Assert.Contains("ended before it was ready", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_not_keep_waiting_who_does_not_want_the_next_any_more()
    {
        var worker = await WithoutNextAsync(NeverAsync);
        using var unwanted = new CancellationTokenSource();
        var next = worker.GetAsync(unwanted.Token);
        await unwanted.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Eventually.Timeout));
    }

    [Fact]
    public async Task Should_try_no_other_once_the_host_stops()
    {
        var worker = await WithoutNextAsync(_ => throw new InvalidOperationException("It doesn't start."));
        var next = worker.GetAsync(CancellationToken.None);
        _stop.TakeNoMore();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Eventually.Timeout));
    }

    [Fact]
    public async Task Should_stop_while_one_starts()
    {
        var worker = await WithoutNextAsync(NeverAsync);
        _stop.TakeNoMore();
        _stop.WaitNoLonger();
        await worker.StopAsync(CancellationToken.None).WaitAsync(Eventually.Timeout);
    }

    [Fact]
    public async Task Should_not_ask_for_what_is_unwanted_already()
    {
        var worker = new ScriptedWorker { IsSilent = true };
        var run = worker.Channel.InvokeAsync(new InvocationRequest { InvocationId = "a" }, new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Eventually.Timeout));
    }

    [Fact]
    public async Task Should_end_one_that_nothing_can_be_written_to()
    {
        var worker = new ScriptedWorker { IsDeaf = true };
        var question = worker.Channel.AskAsync(new StreamingMessage { RequestId = "a" });
        await Assert.ThrowsAsync<WorkerEndedException>(() => question.WaitAsync(Eventually.Timeout));
        await worker.Conversation.WaitAsync(Eventually.Timeout);
    }

    [Fact]
    public async Task Should_expect_none_whose_channel_ended()
    {
        var endpoint = await WorkerEndpoint.GetAsync();
        var channel = endpoint.Expect(_ => { });
        channel.Cut();
        Assert.Null(endpoint.Take(channel.Id));
    }

    private static Task<IRunningWorker> NeverAsync(CancellationToken unwanted) =>
        new TaskCompletionSource<IRunningWorker>().Task.WaitAsync(unwanted);

    private Worker Worker(Func<CancellationToken, Task<IRunningWorker>> start, TimeSpan? startsWithin = null) =>
        new(start, startsWithin ?? Timeout.InfiniteTimeSpan, _stop, NullLogger<Worker>.Instance);

    /// <summary>A worker that has ended, and the next one starts as given.</summary>
    private async Task<Worker> WithoutNextAsync(Func<CancellationToken, Task<IRunningWorker>> next)
    {
        var first = new ScriptedWorker();
        var worker = Worker(unwanted => first.Channel.Ended.IsCompleted ? next(unwanted) : Task.FromResult<IRunningWorker>(first));
        await worker.StartAsync();
        await worker.LoadAsync([]);
        await first.CutOffAsync();
        return worker;
    }
}
