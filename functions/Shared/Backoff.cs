namespace Chat.Functions.Shared;

/// <summary>The delay before a retry.</summary>
internal static class Backoff
{
    /// <summary>
    /// Exponential backoff with full jitter: a random delay up to 15·2ⁿ ms, n at most 5, and at least what the service asked for.
    /// </summary>
    public static TimeSpan Jitter(int attempt, TimeSpan? atLeast = null)
    {
        var jitter = TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * (15 << Math.Min(attempt, 5)));
        return atLeast > jitter ? atLeast.Value : jitter;
    }
}
