using Chat.Local;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Holds the next operation that matches and isn't spared, or the next few, before it is applied, until it is opened.</summary>
internal sealed class Halt : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDisposable _rule;

    public Halt(LocalAzure azure, string service, string operation, Func<string, bool> target, int times = 1, int spared = 0) =>
        _rule = azure.Faults.Add(new Fault(service, operation, FaultKind.Delay)
        {
            Skip = spared,
            Times = times,
            Target = target,
            Strike = _ =>
            {
                _reached.TrySetResult();
                return _opened.Task;
            },
        });

    /// <summary>Completes when an operation is held.</summary>
    public Task Reached => _reached.Task.WaitAsync(Eventually.Timeout);

    public void Open() => _opened.TrySetResult();

    public void Dispose()
    {
        Open();
        _rule.Dispose();
    }
}
