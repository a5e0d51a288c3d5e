namespace Chat.Functions.Shared;

/// <summary>How long to wait before trying again.</summary>
public static class Backoff
{
    /// <summary>Full jitter: 0 to 15·2ⁿ ms with n at most 5, and not less than the service asked for.</summary>
    public static TimeSpan Jitter(int attempt, TimeSpan? atLeast = null)
    {
        var jitter = TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * (15 << Math.Min(attempt, 5)));
        return atLeast > jitter ? atLeast.Value : jitter;
    }
}
