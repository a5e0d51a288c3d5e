using Chat.Local.Functions.Workers;

namespace Chat.Local.Functions;

/// <summary>What a test lets go wrong between a trigger and its function, as at-least-once delivery allows.</summary>
internal sealed class InvocationFaults(Faults faults, TimeProvider time)
{
    /// <summary>Runs a function, or breaks the run as the next fault says.</summary>
    /// <param name="trigger">The kind of trigger, as in <see cref="Faults"/>.</param>
    /// <param name="target">The function, and for a message its id.</param>
    /// <param name="run">Begins one invocation; a repeated one begins beside the first.</param>
    /// <param name="cut">Cuts the stream of the worker that runs it.</param>
    /// <exception cref="WorkerEndedException">The host doesn't learn how the function ended, if it ran at all.</exception>
    public async Task RunAsync(string trigger, string target, Func<Task> run, Action cut)
    {
        var fault = await faults.NextAsync("functions", trigger, target);
        switch (fault?.Kind)
        {
            case null:
                await run();
                break;
            case FaultKind.Delay:
                await Task.Delay(fault.Delay, time);
                await run();
                break;
            case FaultKind.ResetBefore:
                throw new WorkerEndedException();
            case FaultKind.ResetAfter:
                await run();
                await (fault.Applied?.Invoke(target) ?? Task.CompletedTask);
                throw new WorkerEndedException();
            case FaultKind.Duplicate when trigger != "http":
                var (first, again) = (run(), run());
                await again.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await first;
                break;
            case FaultKind.Kill:
                var cutOff = run();
                await Task.WhenAny(cutOff, Task.Delay(fault.Delay, time));
                cut();
                await cutOff;
                break;
            default:
                throw new NotSupportedException($"An invocation by {trigger} knows no fault {fault!.Kind}.");
        }
    }
}
