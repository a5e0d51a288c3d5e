using Chat.Local;

namespace Chat.Functions.Tests.Log;

/// <summary>Holds the next operation of a kind that reaches Cosmos DB until it is opened.</summary>
internal sealed class Gate : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDisposable _rule;

    public Gate(Deployment deployment, string operation = "batch", FaultKind then = FaultKind.Delay, Func<string, bool>? target = null) =>
        _rule = deployment.Azure.Faults.Add(new Fault("cosmos", operation, then)
        {
            Times = 1,
            Target = target,
            Strike = _ =>
            {
                _reached.TrySetResult();
                return _opened.Task;
            },
        });

    /// <summary>Completes when an operation waits at the gate.</summary>
    public Task Reached => _reached.Task.WaitAsync(Eventually.Timeout);

    public void Open() => _opened.TrySetResult();

    public void Dispose()
    {
        Open();
        _rule.Dispose();
    }
}
