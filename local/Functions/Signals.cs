using System.Runtime.InteropServices;

namespace Chat.Local.Functions;

/// <summary>How a process is asked to end.</summary>
internal static class Signals
{
    /// <summary>Waits for Ctrl-C or SIGTERM; a second one changes nothing.</summary>
    public static async Task WaitForEndAsync()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Take(PosixSignalContext signal)
        {
            signal.Cancel = true;
            asked.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
        await asked.Task;
    }
}
