using System.Diagnostics;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Log;

/// <summary>A command on its way into the log, and whoever waits for it.</summary>
internal sealed class PendingAppend(LogCommand command, Deadline deadline, Session? session)
{
    private readonly TaskCompletionSource<AppendResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LogCommand Command { get; } = command;

    public Deadline Deadline { get; } = deadline;

    /// <summary>What its caller has seen.</summary>
    public Session? Session { get; } = session;

    /// <summary>Whether the head was read for it, by its session if it has one, since it waits.</summary>
    public bool IsHeadFresh { get; set; }

    /// <summary>Of the invocation that waits for it.</summary>
    public ExecutionContext Context { get; } = ExecutionContext.Capture()!;

    /// <summary>The span in which somebody waits for it.</summary>
    public ActivityContext Caller { get; } = Spans.Current;

    /// <summary>The command that must be settled before this one: when it is given up, so is this.</summary>
    public PendingAppend? Predecessor { get; init; }

    /// <summary>Whether it ended without a clear answer, so that its caller is to repeat it.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Whether it is stored, so that its answer is only a matter of the hand-over.</summary>
    public bool IsCommitted { get; set; }

    /// <summary>What the command comes to in the plan that is under way.</summary>
    public Decision Decision { get; set; }

    public Task<AppendResult> Task => _done.Task;

    public void Complete(AppendResult result)
    {
        if (_done.TrySetResult(result))
        {
            IsGivenUp = result.Refusal == Problems.Unavailable;
        }
    }

    public void Fail(Exception exception)
    {
        IsGivenUp = true;
        _done.TrySetException(exception);
    }

    public void Withdraw(CancellationToken cancellationToken)
    {
        IsGivenUp = true;
        _done.TrySetCanceled(cancellationToken);
    }
}
