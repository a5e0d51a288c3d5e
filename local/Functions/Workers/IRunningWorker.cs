namespace Chat.Local.Functions.Workers;

/// <summary>A worker that has connected, in this process or as a child.</summary>
internal interface IRunningWorker
{
    WorkerChannel Channel { get; }

    HttpForward Requests { get; }

    /// <summary>The process that it runs in.</summary>
    int ProcessId { get; }

    /// <summary>
    /// Ends the worker as the host does when it drained: the worker ends by itself, or is cut off when the deadline fires.
    /// </summary>
    Task StopAsync(CancellationToken deadline);

    /// <summary>Ends the worker at once, as far as it can be ended from outside. What it ran fails.</summary>
    Task CutOffAsync();
}
