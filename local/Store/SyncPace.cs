using System.Diagnostics;

namespace Chat.Local.Store;

/// <summary>
/// Spreads syncs when there are many. A sync writes whole pages and wakes everybody who waits, however little there is to write; a few
/// milliseconds more, and several commits share it. Where there are few, each comes at once.
/// </summary>
internal sealed class SyncPace : IDisposable
{
    /// <summary>How many come at once after a pause: more than a message makes.</summary>
    private const int Burst = 25;

    private static readonly long Every = Stopwatch.Frequency / 250;

    private readonly ManualResetEventSlim _ended = new();
    private long _next;

    /// <summary>Waits until the next sync may come.</summary>
    public void Wait()
    {
        var now = Stopwatch.GetTimestamp();
        _next = Math.Max(_next, now - (Burst * Every)) + Every;
        if (_next > now)
        {
            // The system counts in milliseconds.
            _ended.Wait(TimeSpan.FromMilliseconds(Math.Ceiling(Stopwatch.GetElapsedTime(now, _next).TotalMilliseconds)));
        }
    }

    /// <summary>Lets nobody wait any more.</summary>
    public void End() => _ended.Set();

    public void Dispose() => _ended.Dispose();
}
