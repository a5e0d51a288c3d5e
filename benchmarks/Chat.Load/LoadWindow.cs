using System.Diagnostics;

namespace Chat.Load;

/// <summary>Some seconds of load: what each sender's turns took, and what they cost the backend.</summary>
/// <param name="Turns">Each turn's time, as the sender reported it; in ms.</param>
internal sealed record LoadWindow(IReadOnlyList<double> Turns, TimeSpan Took, TimeSpan Cpu)
{
    public double PerSecond => Turns.Count / Took.TotalSeconds;

    public double CpuPerTurn => Cpu.TotalMilliseconds / Turns.Count;

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
