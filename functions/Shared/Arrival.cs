using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Chat.Functions.Shared;

/// <summary>
/// Notes when each invocation came in, from when on its patience counts: waiting for a thread, a token's keys or a body is part of it. What it
/// waited before anything of it ran is taken to be what the thread pool's queue takes at that time.
/// </summary>
public sealed class Arrival(TimeProvider time) : IFunctionsWorkerMiddleware
{
    /// <summary>The most that is taken to have been waited: less than a call's patience, so that it is tried at all.</summary>
    private static readonly TimeSpan MaxWaited = TimeSpan.FromSeconds(2);

    /// <summary>What a sample says is true for no longer.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(250);

    private static readonly AsyncLocal<long?> Flowing = new();

    private long _queuedAt;
    private long _noted;
    private long _took;

    /// <summary>When the invocation came in that this runs in, as a timestamp of the time provider; null outside of any.</summary>
    public static long? Timestamp => Flowing.Value;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Flowing.Value = time.GetTimestamp() - (long)(Waited().TotalSeconds * time.TimestampFrequency);
        await next(context);
    }

    /// <summary>How long the queue takes; measures it anew when nobody does. By the real clock, as threads go by that.</summary>
    private TimeSpan Waited()
    {
        var now = TimeProvider.System.GetTimestamp();
        var queuedAt = Interlocked.CompareExchange(ref _queuedAt, now, 0);
        if (queuedAt == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static arrival => arrival.Note(), this, preferLocal: false);
        }

        var running = queuedAt == 0 ? TimeSpan.Zero : TimeProvider.System.GetElapsedTime(queuedAt, now);
        var last = TimeProvider.System.GetElapsedTime(Volatile.Read(ref _noted), now) < Lifetime ? new TimeSpan(Volatile.Read(ref _took)) : TimeSpan.Zero;
        var waited = running > last ? running : last;
        return waited < MaxWaited ? waited : MaxWaited;
    }

    private void Note()
    {
        var now = TimeProvider.System.GetTimestamp();
        Volatile.Write(ref _took, TimeProvider.System.GetElapsedTime(Volatile.Read(ref _queuedAt), now).Ticks);
        Volatile.Write(ref _noted, now);
        Volatile.Write(ref _queuedAt, 0);
    }
}
