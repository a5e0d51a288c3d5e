namespace Chat.Local.Functions.Workers;

/// <summary>The worker ended, and with it whatever it was running.</summary>
internal sealed class WorkerEndedException() : Exception("The worker ended before it answered.");
