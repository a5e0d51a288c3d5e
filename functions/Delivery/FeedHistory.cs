namespace Chat.Functions.Delivery;

/// <summary>Tells which entries of the change feed are history, which nobody is to be told of any more.</summary>
/// <remarks>
/// A feed that begins anew shows all that was ever committed, so what is older than an hour is history. While Service Bus is away, no page
/// can be done: the trigger repeats one in the same process, and the others wait behind it. So ages count back from when pages began to
/// fail, until an hour after the last failure. A process that takes over the feed meanwhile doesn't know since when they fail.
/// </remarks>
public sealed class FeedHistory(TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _failingSince;
    private DateTimeOffset _failedLast;

    /// <summary>The instant before which entries are history.</summary>
    public DateTimeOffset End
    {
        get
        {
            var now = time.GetUtcNow();
            lock (_lock)
            {
                return (now - _failedLast < MaxAge ? _failingSince : now) - MaxAge;
            }
        }
    }

    /// <summary>Notes that a page failed, and comes again.</summary>
    public void NoteFailure()
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            _failingSince = now - _failedLast < MaxAge ? _failingSince : now;
            _failedLast = now;
        }
    }
}
