namespace Chat.Functions.Hooks;

/// <summary>Spares a service that fails: after some failures in a row it isn't asked for a while, and then by one call at first.</summary>
internal sealed class CircuitBreaker(TimeProvider time)
{
    private const int MaxFailures = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private int _failures;
    private long _failedAt;

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
