namespace Chat.Local.TestApp;

/// <summary>What test functions tell their test, and where the test can hold them or make them fail.</summary>
internal sealed class Work
{
    private readonly Lock _lock = new();
    private readonly List<string> _begun = [];

    /// <summary>Where functions wait, if set.</summary>
    public SemaphoreSlim? Gate { get; set; }

    /// <summary>Whether a function fails at this work.</summary>
    public Func<string, bool> Fails { get; set; } = _ => false;

    public IReadOnlyList<string> Begun
    {
        get
        {
            lock (_lock)
            {
                return [.. _begun];
            }
        }
    }

    public async Task DoAsync(string work, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            _begun.Add(work);
        }

        if (Gate is { } gate)
        {
            await gate.WaitAsync(cancellationToken);
        }

        if (Fails(work))
        {
            throw new InvalidOperationException($"{work} failed, as the test wants it.");
        }
    }
}
