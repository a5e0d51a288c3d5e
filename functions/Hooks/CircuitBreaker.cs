namespace Chat.Functions.Hooks;

/// <summary>Spares a service that fails: after some failures in a row it isn't asked for a while, and then by one call at first.</summary>
internal sealed class CircuitBreaker(TimeProvider time)
{
    private const int MaxFailures = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private int _failures;
    private long _failedAt;

    /// <summary>Makes a call, unless the service is spared; null without a usable answer within the time-out.</summary>
    /// <param name="call">The call, which throws when the answer isn't usable.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="failed">Is told of a failure.</param>
    /// <param name="paused">Is told when the service isn't asked any more because of it.</param>
    /// <param name="cancellationToken">Ends the call with an exception.</param>
    public async Task<T?> TryAsync<T>(
        Func<CancellationToken, Task<T>> call,
        TimeSpan timeout,
        Action<Exception> failed,
        Action paused,
        CancellationToken cancellationToken)
        where T : class
    {
        if (!Allows())
        {
            return null;
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var answer = await call(either.Token);
            Note(isFailure: false);
            return answer;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            failed(exception);
            if (Note(isFailure: true))
            {
                paused();
            }

            return null;
        }
    }

    /// <summary>Whether a call may be made now. Whoever makes one notes how it went.</summary>
    public bool Allows()
    {
        lock (_lock)
        {
            if (_failures < MaxFailures)
            {
                return true;
            }

            if (time.GetElapsedTime(_failedAt) < Pause)
            {
                return false;
            }

            // The others wait for how this one goes.
            _failedAt = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Notes how a call went; true if it isn't asked any more because of it.</summary>
    public bool Note(bool isFailure)
    {
        lock (_lock)
        {
            _failures = isFailure ? _failures + 1 : 0;
            _failedAt = isFailure ? time.GetTimestamp() : _failedAt;
            return _failures == MaxFailures;
        }
    }
}
