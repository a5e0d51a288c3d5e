using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Chat.Functions.Shared;

/// <summary>Does one thing for each of many.</summary>
internal static class Each
{
    /// <summary>A few at a time; one that fails holds up none of the others.</summary>
    /// <exception cref="Exception">The first failure, after all were tried.</exception>
    public static async Task TryAsync<T>(
        IEnumerable<T> all,
        int parallelism,
        Func<T, CancellationToken, Task> act,
        CancellationToken cancellationToken)
    {
        if (await FailedAsync(all, parallelism, act, cancellationToken) is [var (_, first), ..])
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    /// <summary>A few at a time; those that failed, and how.</summary>
    public static async Task<IReadOnlyList<(T One, Exception Failure)>> FailedAsync<T>(
        IEnumerable<T> all,
        int parallelism,
        Func<T, CancellationToken, Task> act,
        CancellationToken cancellationToken)
    {
        var failures = new ConcurrentQueue<(T, Exception)>();
        await Parallel.ForEachAsync(
            all,
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
            async (one, cancel) =>
            {
                try
                {
                    await act(one, cancel);
                }
                catch (Exception exception) when (!cancel.IsCancellationRequested)
                {
                    failures.Enqueue((one, exception));
                }
            });
        return [.. failures];
    }
}
