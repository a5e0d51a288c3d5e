namespace Chat.Functions.Media;

/// <summary>Limits how many files are processed at once.</summary>
internal sealed class ConcurrencyLimit(int most, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _free = new(most);

    public async Task<Slot> TakeAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new Slot(_free, time);
    }

    public void Dispose() => _free.Dispose();
}

/// <summary>One of the files that are processed at once.</summary>
internal sealed class Slot(SemaphoreSlim free, TimeProvider time) : IDisposable
{
    private Task _running = Task.CompletedTask;

    /// <summary>Runs what takes a processor, for so long at most. Nobody waits longer, even if it can't be stopped.</summary>
    /// <exception cref="TooSlowException">It took longer.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> work, TimeSpan most, CancellationToken cancellationToken)
    {
        using var bound = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        var ended = either.Token;
        var running = Task.Run(() => work(ended), CancellationToken.None);
        _running = running;
        try
        {
            return await running.WaitAsync(ended);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TooSlowException();
        }
    }

    /// <summary>Releases the slot only when the work has ended: until then it uses memory.</summary>
    public void Dispose() => _ = _running.ContinueWith(_ => free.Release(), TaskScheduler.Default);
}

/// <summary>Decoding a file took longer than it may.</summary>
internal sealed class TooSlowException() : TimeoutException("Decoding a file took too long.");
