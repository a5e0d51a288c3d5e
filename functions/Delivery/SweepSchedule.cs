using System.ComponentModel.DataAnnotations;

namespace Chat.Functions.Delivery;

/// <summary>When the sweep looks at what was committed and isn't delivered.</summary>
public sealed class SweepSchedule(DeliveryOptions options, TimeProvider time)
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);

    /// <summary>When a commit's delivery is due: the sweep lets it be until then.</summary>
    public DateTimeOffset First(DateTimeOffset committedAt) => committedAt + options.SweepGrace;

    /// <summary>Whether a commit's delivery comes so late that the commit's head may say little of who is a member now.</summary>
    public bool IsLate(DateTimeOffset committedAt) => First(committedAt) <= time.GetUtcNow();

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
    /// How often the inboxes of a busy group move at most. Default 3 s. Lists follow up to one and a half times as late; more than the grace
    /// lets the sweep do what is only put off.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan InboxWindow { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From when on a delivery counts as late, by its commit. Default 5 s. Only a warning depends on it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromSeconds(5);
}
