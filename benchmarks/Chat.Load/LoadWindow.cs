using System.Diagnostics;
using Chat.Load.Servers;

namespace Chat.Load;

/// <summary>Some seconds of load: what each sender's turns took, and what they cost the server.</summary>
/// <param name="Turns">Each turn's time, as the sender reported it; in ms.</param>
/// <param name="Cpu">With what the server did afterwards, until it was quiet.</param>
internal sealed record LoadWindow(IReadOnlyList<double> Turns, TimeSpan Took, TimeSpan Cpu)
{
    private const int WarmUpTurns = 2_000;
    private const int CalmSteps = 2;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(40);

    public double PerSecond => Turns.Count / Took.TotalSeconds;

    public double CpuPerTurn => Cpu.TotalMilliseconds / Turns.Count;

    /// <summary>
    /// Lets the senders work until the runtime has compiled for good what they use: on a busy machine the thread that does it is starved for long,
    /// and what it does meanwhile would count as work of theirs.
    /// </summary>
    public static async Task WarmUpAsync(ServerProcess server, IReadOnlyList<Func<Task<double>>> senders)
    {
        var (began, turns, calm) = (Stopwatch.GetTimestamp(), 0, 0);
        while ((turns < WarmUpTurns || calm < CalmSteps) && Stopwatch.GetElapsedTime(began) < LongestWarmUp)
        {
            var (cpu, compile) = (server.CpuTime, server.CompileTime);
            turns += (await LoadAsync(Step, senders)).Length;
            calm = server.CompileTime - compile < (server.CpuTime - cpu) * 0.03 ? calm + 1 : 0;
        }
    }

    /// <summary>Lets every sender take turn after turn until the time is over.</summary>
    public static async Task<LoadWindow> RunAsync(ServerProcess server, TimeSpan duration, IReadOnlyList<Func<Task<double>>> senders)
    {
        await server.SettleAsync();
        var (began, cpu) = (Stopwatch.GetTimestamp(), server.CpuTime);
        var turns = await LoadAsync(duration, senders);
        var took = Stopwatch.GetElapsedTime(began);
        await server.SettleAsync();
        return new LoadWindow(turns, took, server.CpuTime - cpu);
    }

    private static async Task<double[]> LoadAsync(TimeSpan duration, IReadOnlyList<Func<Task<double>>> senders)
    {
        var began = Stopwatch.GetTimestamp();
        var turns = await Task.WhenAll(senders.Select(takeTurn => Task.Run(async () =>
        {
            var times = new List<double>();
            while (Stopwatch.GetElapsedTime(began) < duration)
            {
                times.Add(await takeTurn());
            }

            return times;
        })));
        return [.. turns.SelectMany(times => times)];
    }
}
