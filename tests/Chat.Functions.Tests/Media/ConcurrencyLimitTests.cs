using Chat.Functions.Media;
using Xunit;

namespace Chat.Functions.Tests.Media;

public sealed class ConcurrencyLimitTests
{
    [Fact]
    public async Task Should_not_wait_for_what_cannot_be_stopped_and_run_nothing_beside_it()
    {
        using var limit = new ConcurrencyLimit(1, TimeProvider.System);
        using var ends = new ManualResetEventSlim();
        using (var slot = await limit.TakeAsync(CancellationToken.None))
        {
            await Assert.ThrowsAsync<TooSlowException>(() => slot.RunAsync(
                _ =>
                {
                    ends.Wait(CancellationToken.None);
                    return 0;
                },
                TimeSpan.FromMilliseconds(1),
                CancellationToken.None));
        }

        var next = limit.TakeAsync(CancellationToken.None);
        Assert.False(next.IsCompleted);
        ends.Set();
        (await next).Dispose();
    }

    [Fact]
    public async Task Should_say_that_it_is_ended_when_the_process_is_and_not_that_the_file_is_slow()
    {
        using var limit = new ConcurrencyLimit(1, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        using var slot = await limit.TakeAsync(CancellationToken.None);
        var running = slot.RunAsync(
            cancel =>
            {
                cancel.WaitHandle.WaitOne();
                cancel.ThrowIfCancellationRequested();
                return 0;
            },
            TimeSpan.FromHours(1),
            stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
