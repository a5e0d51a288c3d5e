using System.Diagnostics;
using Chat.Load.Servers;

namespace Chat.Load;

/// <summary>Some seconds of load: what each sender's turns took, and what they cost the server.</summary>
/// <param name="Turns">Each turn's time in ms: as the sender reported it, or from the scheduled start in open loop.</param>
/// <param name="Cpu">With what the server did afterwards, until it was quiet; in open loop of the window alone.</param>
/// <param name="Disk">The same for files.</param>
internal sealed record LoadWindow(IReadOnlyList<double> Turns, TimeSpan Took, TimeSpan Cpu, DiskUse Disk)
{
    /// <summary>
    /// In open loop a window begins amid the load: what was put off before falls into it, as what it puts off falls behind it. The change
    /// feed is read every 5 s.
    /// </summary>
    private static readonly TimeSpan LeadIn = TimeSpan.FromSeconds(6);

    private const int WarmUpTurns = 2_000;
    private const int CalmSteps = 2;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(40);

    public double PerSecond => Turns.Count / Took.TotalSeconds;

    public double CpuPerTurn => Cpu.TotalMilliseconds / Turns.Count;

    /// <summary>
    /// Lets the senders work until the runtime has compiled for good what they use: on a busy machine the thread that does it is
    /// starved for long, and what it does meanwhile would count as work of theirs.
    /// </summary>
    public static async Task WarmUpAsync(ServerProcess server, IReadOnlyList<Func<Task<double>>> senders, TimeSpan? every = null)
    {
        var (began, turns, calm) = (Stopwatch.GetTimestamp(), 0, 0);
        while ((turns < WarmUpTurns || calm < CalmSteps) && Stopwatch.GetElapsedTime(began) < LongestWarmUp)
        {
            var (cpu, compile) = (server.CpuTime, server.CompileTime);
            turns += (await LoadAsync(Step, senders, every)).Length;
            calm = server.CompileTime - compile < (server.CpuTime - cpu) * 0.03 ? calm + 1 : 0;
        }
    }

    /// <summary>Lets every sender take turn after turn until the time is over.</summary>
    /// <param name="server">Who is loaded.</param>
    /// <param name="duration">How long.</param>
    /// <param name="senders">What each sender's turn is.</param>
    /// <param name="every">How often each takes one, whatever became of the one before (open loop); null: when the last has ended.</param>
    public static async Task<LoadWindow> RunAsync(
        ServerProcess server, TimeSpan duration, IReadOnlyList<Func<Task<double>>> senders, TimeSpan? every = null)
    {
        await (every is null ? server.SettleAsync() : LoadAsync(LeadIn, senders, every));
        var (began, cpu, disk) = (Stopwatch.GetTimestamp(), server.CpuTime, server.Disk);
        var turns = await LoadAsync(duration, senders, every);
        var took = Stopwatch.GetElapsedTime(began);
        if (every is null)
        {
            await server.SettleAsync();
        }

        return new LoadWindow(turns, took, server.CpuTime - cpu, server.Disk - disk);
    }

    private static async Task<double[]> LoadAsync(TimeSpan duration, IReadOnlyList<Func<Task<double>>> senders, TimeSpan? every)
    {
        var began = Stopwatch.GetTimestamp();
        var turns = await Task.WhenAll(senders.Select(takeTurn => Task.Run(() => every is { } pace
            ? TakeTurnsAsync(began, duration, takeTurn, pace)
            : TakeTurnsAsync(began, duration, takeTurn))));
        return [.. turns.SelectMany(times => times)];
    }

    private static async Task<List<double>> TakeTurnsAsync(long began, TimeSpan duration, Func<Task<double>> takeTurn)
    {
        var times = new List<double>();
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            times.Add(await takeTurn());
        }

        return times;
    }

    /// <summary>
    /// Open loop. Turns have their times from the beginning, the first at random. One that can't begin then, as the one before it takes too
    /// long, counts from when it should have begun: a slow server can't thin out what is measured of it (coordinated omission).
    /// </summary>
    private static async Task<List<double>> TakeTurnsAsync(long began, TimeSpan duration, Func<Task<double>> takeTurn, TimeSpan every)
    {
        var times = new List<double>();
        for (var due = every * Random.Shared.NextDouble(); due < duration; due += every)
        {
            // Timers count whole milliseconds, and none may ring too early.
            var left = (due - Stopwatch.GetElapsedTime(began)).TotalMilliseconds;
            if (left > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left)), TimeProvider.System);
            }

            var late = (Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds;
            times.Add(late + await takeTurn());
        }

        return times;
    }
}
