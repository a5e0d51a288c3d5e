using Azure.Messaging.ServiceBus;

namespace Chat.Local.ServiceBus.InProcess;

/// <summary>
/// Repeats what failed for a transient reason, as the real client does: the caller of a send never learns that its first try may have been
/// applied, and only duplicate detection keeps the second one out.
/// </summary>
internal sealed class RetryPolicy(ServiceBusRetryOptions options, TimeProvider time)
{
    public TimeSpan TryTimeout { get; } = options.TryTimeout;

    /// <summary>
    /// Runs an operation whose every try is bounded by <see cref="TryTimeout"/>; a try that is given up may still be applied.
    /// </summary>
    public ValueTask<T> RunAsync<TState, T>(TState state, Func<TState, ValueTask<T>> operation, CancellationToken cancellationToken) =>
        RepeatAsync(
            (Policy: this, state, operation),
            static (run, cancellationToken) => run.Policy.TryAsync(run.operation(run.state), cancellationToken),
            cancellationToken);

    /// <summary>Runs an operation that bounds itself, so that what it took isn't left behind.</summary>
    public async ValueTask<T> RepeatAsync<TState, T>(
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> operation,
        CancellationToken cancellationToken)
    {
        for (var retry = 1; ; retry++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await operation(state, cancellationToken);
            }
            catch (ServiceBusException exception) when (exception.IsTransient && retry <= options.MaxRetries)
            {
                await Task.Delay(PauseBefore(retry), time, cancellationToken);
            }
        }
    }

    private async ValueTask<T> TryAsync<T>(ValueTask<T> operation, CancellationToken cancellationToken)
    {
        if (operation.IsCompleted)
        {
            return await operation;
        }

        try
        {
            return await operation.AsTask().WaitAsync(TryTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw ServiceBusFailures.TimedOut(null);
        }
    }

    private TimeSpan PauseBefore(int retry)
    {
        var pause = options.Mode == ServiceBusRetryMode.Fixed ? options.Delay : options.Delay * Math.Pow(2, retry);
        return pause < options.MaxDelay ? pause : options.MaxDelay;
    }
}
