using System.Globalization;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.Functions;

/// <summary>How often and after which delays a failed invocation runs again: never without a retry attribute.</summary>
internal sealed record RetryPolicy(int MaxRetries, TimeSpan FirstDelay, TimeSpan LongestDelay)
{
    private const int WithoutEnd = -1;

    /// <exception cref="HostRefusedException">The attribute's values make no sense.</exception>
    public static RetryPolicy Of(Function function) => function.Retry switch
    {
        FixedDelayRetryAttribute { MaxRetryCount: var max, DelayInterval: var delay } => Check(function, max, delay, delay),
        ExponentialBackoffRetryAttribute { MaxRetryCount: var max, MinimumInterval: var least, MaximumInterval: var most } => Check(function, max, least, most),
        _ => new RetryPolicy(0, TimeSpan.Zero, TimeSpan.Zero),
    };

    public bool Allows(int retry) => MaxRetries == WithoutEnd || retry <= MaxRetries;

    /// <summary>The delay before a retry, of which the first is 1: it doubles up to the longest.</summary>
    public TimeSpan DelayBefore(int retry)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(retry - 1, 30));
        return delay < LongestDelay ? delay : LongestDelay;
    }

    private static RetryPolicy Check(Function function, int max, string first, string longest) =>
        max >= WithoutEnd
        && TimeSpan.TryParse(first, CultureInfo.InvariantCulture, out var least)
        && TimeSpan.TryParse(longest, CultureInfo.InvariantCulture, out var most)
        && least >= TimeSpan.Zero
        && most >= least
            ? new RetryPolicy(max, least, most)
            : throw HostRefusedException.Function(function.Name, $"has a {function.Retry!.GetType().Name} with values that make no sense: {max}, {first}, {longest}.");
}
