using Azure.Messaging.ServiceBus;

namespace Chat.Local.Functions.Queues;

/// <summary>
/// Renews a message's lock each time half of it is over, for as long as the host allows; what fails for a transient reason is tried again
/// when half of the rest is over. A lost lock is left alone.
/// </summary>
internal sealed class LockRenewal : IAsyncDisposable
{
    private readonly MessageActions _message;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _end;
    private readonly ITimer _timer;

    public LockRenewal(MessageActions message, TimeSpan longest, TimeProvider time)
    {
        _message = message;
        _time = time;
        _end = time.GetUtcNow() + longest;
        _timer = time.CreateTimer(static state => _ = ((LockRenewal)state!).RenewAsync(), this, HalfOfLock(), Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private TimeSpan HalfOfLock()
    {
        var now = _time.GetUtcNow();
        var half = (_message.LockedUntil - now) / 2;
        return half > TimeSpan.Zero && now + half < _end ? half : Timeout.InfiniteTimeSpan;
    }

    private async Task RenewAsync()
    {
        try
        {
            await _message.RenewAsync();
            _timer.Change(HalfOfLock(), Timeout.InfiniteTimeSpan);
        }
        catch (ServiceBusException failed) when (failed.IsTransient)
        {
            _timer.Change(HalfOfLock(), Timeout.InfiniteTimeSpan);
        }
        catch (Exception lost) when (lost is ServiceBusException or OperationCanceledException or ObjectDisposedException)
        {
            // The settlement will find the lock lost, and say so.
        }
    }
}
