using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>What is left to do for entries that were pushed: the members' inboxes are to move, and then the ranges are delivered.</summary>
/// <param name="Ranges">Closed ranges of the log.</param>
/// <param name="Change">How inboxes move by all of them.</param>
/// <param name="Everyone">The members, as the newest range left them.</param>
public sealed record InboxMove(ConversationId ConversationId, IReadOnlyList<SeqRange> Ranges, InboxChangeOfRange Change, IReadOnlyList<UserId> Everyone)
{
    /// <summary>The newest entry.</summary>
    public long Last => Ranges.Max(range => range.Last);

    /// <summary>This and another one of the same conversation in one; inboxes move by levels, so that the order doesn't matter.</summary>
    public InboxMove With(InboxMove other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(ConversationId, [.. Ranges, .. other.Ranges], Change.With(other.Change), other.Last > Last ? other.Everyone : Everyone);
    }
}
