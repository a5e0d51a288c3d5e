namespace Chat.Local.Functions;

/// <summary>How a host ends: it takes nothing new, then waits for what runs, and at last waits no longer.</summary>
internal sealed class HostStop : IDisposable
{
    private readonly CancellationTokenSource _taking = new();
    private readonly CancellationTokenSource _running = new();
    private volatile bool _aborted;

    /// <summary>Fires when nothing new is to be taken.</summary>
    public CancellationToken Taking => _taking.Token;

    /// <summary>Fires when what runs is to end; the token of every invocation that isn't a request.</summary>
    public CancellationToken Running => _running.Token;

    /// <summary>Whether the host ended as a killed process does: nothing is settled, saved or released any more.</summary>
    public bool Aborted => _aborted;

    public void TakeNoMore() => _taking.Cancel();

    public void WaitNoLonger() => _running.Cancel();

    public void Abort()
    {
        _aborted = true;
        TakeNoMore();
        WaitNoLonger();
    }

    public void Dispose()
    {
        _taking.Dispose();
        _running.Dispose();
    }
}
