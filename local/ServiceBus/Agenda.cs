using Chat.Local.ServiceBus.Messages;

namespace Chat.Local.ServiceBus;

/// <summary>
/// When a queue must look at a message again: its scheduled time, the end of its lock, or its expiry; one instant per message, one timer
/// per queue. Guarded by the queue's lock.
/// </summary>
internal sealed class Agenda : IDisposable
{
    /// <summary>Timers take at most 49 days; later instants are approached in steps.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromDays(40);

    private readonly SortedSet<StoredMessage> _byDue = new(Comparer<StoredMessage>.Create(static (left, right) =>
        left.DueAt != right.DueAt ? left.DueAt.CompareTo(right.DueAt) : left.RecordId.CompareTo(right.RecordId)));

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _armedFor = StoredMessage.Never;

    public Agenda(TimeProvider time, Action ring)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((Action)state!)(), ring, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Set(StoredMessage message, long dueAt)
    {
        Remove(message);
        if (dueAt == StoredMessage.Never)
        {
            return;
        }

        message.DueAt = dueAt;
        _byDue.Add(message);
        if (dueAt < _armedFor)
        {
            Arm(dueAt);
        }
    }

    public void Remove(StoredMessage message)
    {
        if (message.DueAt != StoredMessage.Never)
        {
            _byDue.Remove(message);
            message.DueAt = StoredMessage.Never;
        }
    }

    public StoredMessage? TakeDue(long now)
    {
        if (_byDue.Min is not { } first || first.DueAt > now)
        {
            return null;
        }

        Remove(first);
        return first;
    }

    /// <summary>To call when the timer rang and what was due is done.</summary>
    public void ArmAgain()
    {
        _armedFor = StoredMessage.Never;
        if (_byDue.Min is { } first)
        {
            Arm(first.DueAt);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Arm(long dueAt)
    {
        _armedFor = dueAt;
        var wait = TimeSpan.FromTicks(Math.Clamp(dueAt - _time.GetUtcNow().Ticks, 0, LongestStep.Ticks));
        // Timers count whole milliseconds: round up, or the last one would ring too early again and again.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }
}
