using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// Schedules something once for each debounce window of a key. The windows are a grid that all instances share, so that the queue's
/// duplicate detection leaves one of what they send.
/// </summary>
internal sealed class DebounceWindows<TKey>(TimeSpan window, TimeProvider time)
    where TKey : notnull
{
    /// <summary>How many keys' windows are kept. Forgetting one costs a message, which the queue drops as a duplicate.</summary>
    private const int MaxKept = 1_000;

    private readonly BoundedCache<TKey, DateTimeOffset> _scheduled = new(MaxKept);

    /// <summary>Schedules it for the end of the current window, unless this instance did.</summary>
    public async Task ScheduleAsync(TKey key, Func<DateTimeOffset, Task> schedule)
    {
        var end = End();
        if (_scheduled.TryGet(key, out var scheduled) && scheduled == end)
        {
            return;
        }

        await schedule(end);
        _scheduled.Set(key, end);
    }

    /// <summary>
    /// The next instant of the grid that is at least half a window ahead. That much is for clock skew: once a window's message was handled,
    /// the queue would drop another one under its id. Before, dropping one is safe, since the handler reads what is newest.
    /// </summary>
    private DateTimeOffset End()
    {
        var (ticks, earliest) = (window.Ticks, (time.GetUtcNow() + (window / 2)).UtcTicks);
        return new DateTimeOffset(((earliest / ticks) + 1) * ticks, TimeSpan.Zero);
    }
}
