using System.Diagnostics;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Log;

/// <summary>A command on its way into the log, with the caller that waits for its answer.</summary>
internal sealed class PendingAppend(LogCommand command, Deadline deadline, Session? session)
{
    // Asynchronously: a caller's continuation mustn't run on the lane, which would hold up the next commit.
    private readonly TaskCompletionSource<AppendResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LogCommand Command { get; } = command;

    public Deadline Deadline { get; } = deadline;

    /// <summary>The caller's session token: what they have seen.</summary>
    public Session? Session { get; } = session;

    /// <summary>Whether the head was read for this command before it may be refused: by its session if it has one.</summary>
    public bool IsHeadVerified { get; set; }

    /// <summary>The context of the invocation that waits for it.</summary>
    public ExecutionContext Context { get; } = ExecutionContext.Capture()!;

    /// <summary>The span of the call that waits for it.</summary>
    public ActivityContext Caller { get; } = Spans.Current;

    /// <summary>
    /// The refusal of an actor who may not write any more, asked whenever the command is decided: they may have been barred while it
    /// waited. Null where nobody is.
    /// </summary>
    public Func<UserId, Problem?>? WriteRefusal { get; init; }

    /// <summary>The command of the same call that comes before this one; when it is given up, so is this one.</summary>
    public PendingAppend? Predecessor { get; init; }

    /// <summary>Whether it ended without a clear answer. The caller is to repeat it.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Whether it is stored. Its answer then waits only until its delivery is enqueued.</summary>
    public bool IsCommitted { get; set; }

    /// <summary>The decision in the plan that is being committed.</summary>
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

    /// <summary>Answers 503: the caller is to try again.</summary>
    public void TimeOut() => Complete(AppendResult.Refused(Problems.Unavailable));

    public void Withdraw(CancellationToken cancellationToken)
    {
        IsGivenUp = true;
        _done.TrySetCanceled(cancellationToken);
    }
}
