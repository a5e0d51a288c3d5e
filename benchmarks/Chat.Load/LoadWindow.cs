using System.Diagnostics;

namespace Chat.Load;

/// <summary>Some seconds of load: what each sender's turns took, and what they cost the backend.</summary>
/// <param name="Turns">Each turn's time, as the sender reported it; in ms.</param>
internal sealed record LoadWindow(IReadOnlyList<double> Turns, TimeSpan Took, TimeSpan Cpu)
{
    private const int WarmUpTurns = 10_000;

    public double PerSecond => Turns.Count / Took.TotalSeconds;

    public double CpuPerTurn => Cpu.TotalMilliseconds / Turns.Count;

    /// <summary>Lets the senders work until the runtime has compiled for good what they use: on a busy machine that takes longer, but no more turns.</summary>
    public static async Task WarmUpAsync(Backend backend, IReadOnlyCollection<Func<Task<double>>> senders)
    {
        for (var turns = 0; turns < WarmUpTurns;)
        {
            turns += (await RunAsync(backend, TimeSpan.FromSeconds(2), senders)).Turns.Count;
        }
    }

    /// <summary>Lets every sender take turn after turn until the time is over.</summary>
    public static async Task<LoadWindow> RunAsync(Backend backend, TimeSpan duration, IEnumerable<Func<Task<double>>> senders)
    {
        var (began, cpu) = (Stopwatch.GetTimestamp(), backend.CpuTime);
        var turns = await Task.WhenAll(senders.Select(async takeTurn =>
        {
            var times = new List<double>();
            while (Stopwatch.GetElapsedTime(began) < duration)
            {
                times.Add(await takeTurn());
            }

            return times;
        }));
        return new LoadWindow([.. turns.SelectMany(times => times)], Stopwatch.GetElapsedTime(began), backend.CpuTime - cpu);
    }
}
