namespace Chat.Functions.Log;

/// <summary>A command on its way into the log, and whoever waits for it.</summary>
internal sealed class PendingAppend(LogCommand command, Deadline deadline)
{
    private readonly TaskCompletionSource<Appended> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LogCommand Command { get; } = command;

    public Deadline Deadline { get; } = deadline;

    /// <summary>What the command comes to in the plan that is under way.</summary>
    public Decision Decision { get; set; }

    public Task<Appended> Task => _done.Task;

    public void Complete(Appended result) => _done.TrySetResult(result);

    public void Fail(Exception exception) => _done.TrySetException(exception);

    public void Withdraw(CancellationToken cancellationToken) => _done.TrySetCanceled(cancellationToken);
}
