namespace Chat.Local.TestApp;

/// <summary>How far the two ends of a long body are.</summary>
internal sealed class Flow
{
    private long _sent;
    private long _received;
    private long _furthestAhead;

    /// <summary>The most that was under way at once: sent, and not received.</summary>
    public long FurthestAhead => Interlocked.Read(ref _furthestAhead);

    public void Sent(int bytes)
    {
        var ahead = Interlocked.Add(ref _sent, bytes) - Interlocked.Read(ref _received);
        for (var seen = FurthestAhead; ahead > seen && Interlocked.CompareExchange(ref _furthestAhead, ahead, seen) != seen;)
        {
            seen = FurthestAhead;
        }
    }

    public void Received(int bytes) => Interlocked.Add(ref _received, bytes);
}
