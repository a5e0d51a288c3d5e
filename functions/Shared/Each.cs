using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Chat.Functions.Shared;

/// <summary>Runs an action for each item, with bounded parallelism.</summary>
internal static class Each
{
    /// <summary>Runs the action for all items, even if it fails for some.</summary>
    /// <exception cref="Exception">The first failure, after all items were tried.</exception>
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

    /// <summary>Runs the action for all items and returns those for which it failed.</summary>
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
