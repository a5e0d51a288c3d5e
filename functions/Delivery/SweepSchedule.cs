using System.ComponentModel.DataAnnotations;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>When the sweep looks at what was committed and isn't delivered.</summary>
/// <remarks>
/// A look is at all of a conversation's log that is due by then. So what is committed in quick succession shares one: they lie on a grid, the same
/// in all processes.
/// </remarks>
public sealed class SweepSchedule(DeliveryOptions options, TimeProvider time)
{
    /// <summary>Conversations whose next look this process remembers; forgetting one costs a read and a message that is dropped as a duplicate.</summary>
    private const int MaxLooks = 10_000;

    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);

    private readonly Dictionary<ConversationId, DateTimeOffset> _looks = [];

    /// <summary>Up to which commit delivery is due at an instant: the sweep lets it be for the grace.</summary>
    public DateTimeOffset DueAt(DateTimeOffset instant) => instant - options.SweepGrace;

    /// <summary>Whether a commit's delivery comes so late that the commit's head may say little of who is a member now.</summary>
    public bool IsLate(DateTimeOffset committedAt) => committedAt <= DueAt(time.GetUtcNow());

    /// <summary>Whether a look at a conversation is to come, by this process, by which a commit's delivery is due.</summary>
    public bool HasLook(ConversationId conversation, DateTimeOffset committedAt)
    {
        lock (_looks)
        {
            return _looks.TryGetValue(conversation, out var look) && committedAt <= DueAt(look) && look >= Soonest;
        }
    }

    /// <summary>When to look whether a commit is delivered: at once when that is due.</summary>
    public DateTimeOffset First(DateTimeOffset committedAt)
    {
        var now = time.GetUtcNow();
        if (committedAt <= DueAt(now))
        {
            return now;
        }

        var (due, cell) = (committedAt + options.SweepGrace, options.SweepGrace.Ticks / 4);
        var earliest = due > Soonest ? due : Soonest;
        return new DateTimeOffset((earliest.UtcTicks + cell - 1) / cell * cell, TimeSpan.Zero);
    }

    /// <summary>Notes that a look is scheduled.</summary>
    public void Remember(ConversationId conversation, DateTimeOffset look)
    {
        lock (_looks)
        {
            if (_looks.Count >= MaxLooks)
            {
                _looks.Clear();
            }

            _looks[conversation] = look;
        }
    }

    /// <summary>A look nearer than this may have been taken already, by another clock: a message for it would be a duplicate and dropped.</summary>
    private DateTimeOffset Soonest => time.GetUtcNow() + (options.SweepGrace / 2);

    /// <summary>When to look again after the sweep's n-th hand-over: each time twice as long after, up to an hour.</summary>
    public DateTimeOffset Next(int sweep)
    {
        var delay = options.SweepGrace * Math.Pow(2, Math.Min(sweep, 20));
        return time.GetUtcNow() + (delay < MaxDelay ? delay : MaxDelay);
    }
}

/// <summary>How delivery behaves, under <c>Delivery</c> in the settings.</summary>
public sealed record DeliveryOptions
{
    /// <summary>How long after a commit the sweep waits for delivery before it hands over again. Default 10 s. Shorter repeats what is only slow.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often the inboxes of a busy group move at most, and three times as often those of any conversation. Default 3 s. Lists follow up to
    /// 1.8 times as late; more than the grace lets the sweep do what is only put off.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan InboxWindow { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From when on a delivery counts as late, by its commit. Default 5 s. Only a warning depends on it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromSeconds(5);
}
