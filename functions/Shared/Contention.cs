namespace Chat.Functions.Shared;

/// <summary>Bounds the retries of read-modify-write loops (optimistic concurrency), so that none is endless.</summary>
internal static class Contention
{
    /// <summary>More than the writers that race in practice: each time one of them succeeds.</summary>
    private const int MaxTries = 50;

    /// <summary>The number of the next attempt; the first is 0.</summary>
    /// <exception cref="TimeoutException">
    /// No attempt is left. An HTTP call is then answered 503, and a queue message is rescheduled.
    /// </exception>
    public static int Next(int attempt) =>
        attempt + 1 < MaxTries
            ? attempt + 1
            : throw new TimeoutException($"{MaxTries} tries met changes by others, or what is stored admits none.");
}
