using Chat.Local.Functions.Protocol;

namespace Chat.Local.Functions;

/// <summary>How often and after which delays a failed invocation runs again: never without a policy of the function's.</summary>
internal sealed record RetryPolicy(int MaxRetries, TimeSpan FirstDelay, TimeSpan LongestDelay)
{
    private const int WithoutEnd = -1;

    /// <exception cref="HostRefusedException">The policy's values make no sense.</exception>
    public static RetryPolicy Of(Function function) => function.Retry switch
    {
        null => new RetryPolicy(0, TimeSpan.Zero, TimeSpan.Zero),
        { RetryStrategy: RpcRetryOptions.Types.RetryStrategy.FixedDelay } retry =>
            Check(function, retry.MaxRetryCount, retry.DelayInterval.ToTimeSpan(), retry.DelayInterval.ToTimeSpan()),
        var retry => Check(function, retry.MaxRetryCount, retry.MinimumInterval.ToTimeSpan(), retry.MaximumInterval.ToTimeSpan()),
    };

    public bool Allows(int retry) => MaxRetries == WithoutEnd || retry <= MaxRetries;

    /// <summary>The delay before a retry, of which the first is 1: it doubles up to the longest.</summary>
    public TimeSpan DelayBefore(int retry)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(retry - 1, 30));
        return delay < LongestDelay ? delay : LongestDelay;
    }

    private static RetryPolicy Check(Function function, int max, TimeSpan first, TimeSpan longest) =>
        max >= WithoutEnd && first >= TimeSpan.Zero && longest >= first
            ? new RetryPolicy(max, first, longest)
            : throw HostRefusedException.Function(
                function.Name,
                $"has a retry policy with values that make no sense: {max}, {first}, {longest}.");
}
