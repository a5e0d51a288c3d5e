using System.Diagnostics;
using System.Runtime;

namespace Chat.Services;

/// <summary>
/// What some seconds of an operation brought, and what it cost this process: the service, whoever calls it, and the runtime.
/// </summary>
/// <param name="AtOnce">How many callers there were, each waiting for its operation before the next.</param>
internal sealed record Measurement(int AtOnce, long Count, TimeSpan Took, TimeSpan Cpu, long Allocated)
{
    private const int WarmUpRounds = 6;
    private const int MaxWarmUpRounds = 30;
    private const int Quiet = 10;
    private const int WarmUpCount = 1_000;
    private const int MaxCount = 200_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    public double PerSecond => Count / Took.TotalSeconds;

    public double CpuMicroseconds => Cpu.TotalMicroseconds / Count;

    public double AllocatedBytes => (double)Allocated / Count;

    /// <summary>
    /// Repeats an operation until the runtime has compiled it for good, then about as often as fits into three seconds (200,000 times at
    /// most), and measures that.
    /// </summary>
    /// <param name="operation">What the n-th of the callers does.</param>
    /// <param name="prepareAsync">Makes ready for so many operations, which isn't measured.</param>
    public static Task<Measurement> TakeAsync(int atOnce, Func<int, Task> operation, Func<int, Task>? prepareAsync = null) =>
        TakeAsync(atOnce, (int count) => CallAsync(atOnce, count, operation), prepareAsync);

    /// <summary>The same for an operation that somebody else repeats, say in another process.</summary>
    /// <param name="repeatAsync">Repeats it so many times, and returns how often it was done.</param>
    public static async Task<Measurement> TakeAsync(int atOnce, Func<int, Task<int>> repeatAsync, Func<int, Task>? prepareAsync = null)
    {
        prepareAsync ??= static _ => Task.CompletedTask;
        var perSecond = 0d;
        var compiled = long.MaxValue;
        for (var round = 0; round < WarmUpRounds || (compiled > Quiet && round < MaxWarmUpRounds); round++)
        {
            var before = JitInfo.GetCompiledMethodCount();
            await prepareAsync(WarmUpCount);
            perSecond = (await MeasureAsync(atOnce, WarmUpCount, repeatAsync)).PerSecond;

            // The runtime compiles in the background, which busy callers hold up.
            await Task.Delay(Pause, TimeProvider.System);
            compiled = JitInfo.GetCompiledMethodCount() - before;
        }

        var count = (int)Math.Clamp(perSecond * Window.TotalSeconds, 1, MaxCount);
        await prepareAsync(count);
        GC.Collect();
        return await MeasureAsync(atOnce, count, repeatAsync);
    }

    /// <summary>The same with each operation counted as several, of which it consists.</summary>
    public Measurement Of(int each) => this with { Count = Count * each };

    private static async Task<Measurement> MeasureAsync(int atOnce, int count, Func<int, Task<int>> repeatAsync)
    {
        var (allocated, cpu, began) = (GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var done = await repeatAsync(count);
        var took = Stopwatch.GetElapsedTime(began);
        return new Measurement(atOnce, done, took, Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes() - allocated);
    }

    /// <summary>Callers share so many operations, and stop early when it takes too long.</summary>
    public static async Task<int> CallAsync(int atOnce, int count, Func<int, Task> operation)
    {
        var (left, done, began) = (count, 0, Stopwatch.GetTimestamp());

        async Task RepeatAsync(int caller)
        {
            while (Stopwatch.GetElapsedTime(began) < Window * 2 && Interlocked.Decrement(ref left) >= 0)
            {
                await operation(caller);
                Interlocked.Increment(ref done);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(caller => Task.Run(() => RepeatAsync(caller))));
        return done;
    }
}
