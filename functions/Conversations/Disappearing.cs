namespace Chat.Functions.Conversations;

/// <summary>
/// When the trailing run of disappearing messages expires. Unread counts use it to leave expired messages out without a read or a
/// write. It keeps at most <see cref="MaxEnds"/> instants; a message without its own counts as expired with the next one that has
/// one. Null when the newest message stays.
/// </summary>
/// <param name="After">The ordinal of the last message before the run.</param>
/// <param name="Ends">Ascending, at most <see cref="MaxEnds"/>.</param>
public sealed record Disappearing(long After, IReadOnlyList<DisappearingEnd> Ends)
{
    /// <summary>Bounds what the head and every inbox entry carry.</summary>
    public const int MaxEnds = 4;

    /// <summary>The value after the conversation's next message.</summary>
    /// <param name="before">The value so far; null when the newest message stays.</param>
    /// <param name="ordinal">The new message's ordinal.</param>
    /// <param name="sentAt">When it was sent.</param>
    /// <param name="expiresAt">When it disappears; null when it stays.</param>
    public static Disappearing? With(Disappearing? before, long ordinal, DateTimeOffset sentAt, DateTimeOffset? expiresAt)
    {
        if (expiresAt is not { } end)
        {
            // A message that stays ends the run.
            return null;
        }

        var row = before ?? new Disappearing(ordinal - 1, []);
        var at = Math.Max(end.ToUnixTimeMilliseconds(), row.Ends is [.., var last] ? last.At : 0);
        List<DisappearingEnd> ends = [.. row.Ends, new(ordinal, at)];
        if (ends.Count > MaxEnds)
        {
            // If the first two have expired, the second says it all. Otherwise drop the second: its messages count as expired a
            // little late.
            ends.RemoveAt(ends[1].At <= sentAt.ToUnixTimeMilliseconds() ? 0 : 1);
        }

        return row with { Ends = ends };
    }

    /// <summary>Whether a message has certainly expired.</summary>
    public bool IsGone(long ordinal, DateTimeOffset now) => ordinal > After && ordinal <= GoneUpTo(now);

    /// <summary>How many messages after an ordinal have certainly expired.</summary>
    public long CountGone(long after, DateTimeOffset now) => Math.Max(0, GoneUpTo(now) - Math.Max(After, after));

    private long GoneUpTo(DateTimeOffset now) => Ends.LastOrDefault(end => end.At <= now.ToUnixTimeMilliseconds())?.UpTo ?? After;

    public bool Equals(Disappearing? other) => other is not null && After == other.After && Ends.SequenceEqual(other.Ends);

    public override int GetHashCode() => HashCode.Combine(After, Ends.Count);
}

/// <summary>All messages of the run up to an ordinal have expired at an instant.</summary>
/// <param name="At">In Unix milliseconds.</param>
public sealed record DisappearingEnd(long UpTo, long At);
