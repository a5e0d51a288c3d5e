using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// Moves the inboxes of a range's members forward and notes the range as delivered: at once while the conversation is quiet; in a busy group
/// once in a while, for all that was said meanwhile. Every step may be repeated.
/// </summary>
/// <remarks>
/// Whether a group is busy, and what is still put off, stands in its delivery mark, for all instances. A range that is put off is noted there
/// before the message is sent that ends it, so that the sweep finds what a crash in between leaves.
/// </remarks>
public sealed class InboxDelivery(
    ConversationReader reader,
    MemberLists members,
    InboxProjection inbox,
    DeliveredMarks marks,
    DeliveryQueue queue,
    DeliveryOptions options,
    TimeProvider time)
{
    /// <summary>Up to this size, writing the inboxes costs hardly more than putting it off.</summary>
    private const int MaxEagerMembers = 8;

    /// <summary>Conversations up to this size get their inboxes in the same invocation; larger ones go through <c>fanout</c>.</summary>
    private const int MaxInlineMembers = 32;

    /// <summary>A few round trips' worth, well within the lock of a minute.</summary>
    private const int MembersPerMessage = 64;

    /// <summary>Conversations whose last turn, and next, this process remembers; forgetting one costs a turn, or a message.</summary>
    private const int MaxTurns = 1_000;

    private readonly Dictionary<ConversationId, DateTimeOffset> _turns = [];
    private readonly Dictionary<ConversationId, DateTimeOffset> _scheduled = [];

    /// <summary>Moves the inboxes for entries that were pushed, or puts that off; the sweep's never.</summary>
    public async Task DeliverAsync(EntriesCommitted range, InboxChangeOfRange change, IReadOnlyList<UserId> everyone, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(everyone);
        ArgumentNullException.ThrowIfNull(change);
        var pushed = new EntriesPushed { ConversationId = range.ConversationId, Range = new SeqRange(range.First, range.Last), Change = change, Members = everyone };
        if (change.IsNothing)
        {
            await marks.RaiseAsync(range.ConversationId, new DeliveryStep(pushed.Range), cancellationToken);
        }
        else if (everyone.Count > MaxEagerMembers && range.Sweep == 0 && change.AllMentioned == 0 && entries.All(entry => entry is Message) && await IsBusyAsync(range.ConversationId, cancellationToken))
        {
            // Who wrote or is mentioned sees it at once; nobody else would raise their marks.
            await change.ApplyAsync(inbox, everyone.Where(change.ConcernsAlone), cancellationToken);
            await marks.RaiseAsync(range.ConversationId, new DeliveryStep(pushed.Range, PutOffSeq: range.Last), cancellationToken);
            await ScheduleTurnAsync(range.ConversationId, cancellationToken);
        }
        else if (everyone.Count <= MaxInlineMembers)
        {
            await change.ApplyAsync(inbox, everyone, cancellationToken);
            await (everyone.Count <= MaxEagerMembers
                ? marks.RaiseAsync(range.ConversationId, new DeliveryStep(pushed.Range), cancellationToken)
                : FinishAsync(pushed, change, cancellationToken));
        }
        else
        {
            await queue.SendAsync(pushed, cancellationToken);
        }
    }

    /// <summary>Moves some members' inboxes and sends the message on with the rest; after the last, notes what is done.</summary>
    /// <exception cref="UnprocessableException">There is no such conversation.</exception>
    public async Task FanOutAsync(EntriesPushed pushed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pushed);
        if (pushed is not { Change: { } change, Members: { } everyone })
        {
            // The mark first: the head is read at least as new, and so has all that was put off by then.
            if (!(await marks.ReadAsync(pushed.ConversationId, cancellationToken)).InboxesAreBehind)
            {
                return;
            }

            var head = await reader.ReadHeadAsync(pushed.ConversationId, null, cancellationToken)
                ?? throw new UnprocessableException("ConversationNotFound", $"There is no conversation {pushed.ConversationId}.");
            (change, everyone) = (InboxChangeOfRange.Of(head, []) with { IsQuiet = false }, await members.OfAsync(head, null, cancellationToken));
        }

        await change.ApplyAsync(inbox, everyone.Take(MembersPerMessage), cancellationToken);
        var rest = everyone.Skip(MembersPerMessage).ToList();
        await (rest.Count > 0
            ? queue.SendAsync(pushed with { Change = change, Members = rest }, cancellationToken)
            : FinishAsync(pushed, change, cancellationToken));
    }

    private Task FinishAsync(EntriesPushed pushed, InboxChangeOfRange change, CancellationToken cancellationToken) =>
        marks.RaiseAsync(pushed.ConversationId, new DeliveryStep(pushed.Range, InboxSeq: change.Change.LastSeq, InboxesAt: time.GetUtcNow()), cancellationToken);

    /// <summary>Whether the inboxes were moved within the last window, or are to be moved soon for what was put off.</summary>
    private async Task<bool> IsBusyAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        if (TookTurn(conversation))
        {
            return true;
        }

        var mark = await marks.ReadAsync(conversation, cancellationToken);
        return mark.InboxesAreBehind || time.GetUtcNow() - mark.InboxesAt < options.InboxWindow || !TryTakeTurn(conversation);
    }

    /// <summary>Whether this process moved the inboxes, or began to, within the last window: the mark only tells when that is done.</summary>
    private bool TookTurn(ConversationId conversation)
    {
        lock (_turns)
        {
            return _turns.TryGetValue(conversation, out var last) && time.GetUtcNow() - last < options.InboxWindow;
        }
    }

    private bool TryTakeTurn(ConversationId conversation)
    {
        lock (_turns)
        {
            if (TookTurn(conversation))
            {
                return false;
            }

            Remember(_turns, conversation, time.GetUtcNow());
            return true;
        }
    }

    /// <summary>Sees to it that the inboxes get their turn, once for all that this process puts off until then; what that misses the sweep finds.</summary>
    private async Task ScheduleTurnAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        var turn = NextTurn();
        lock (_scheduled)
        {
            if (_scheduled.TryGetValue(conversation, out var scheduled) && scheduled == turn)
            {
                return;
            }
        }

        await queue.PutOffAsync(conversation, turn, cancellationToken);
        lock (_scheduled)
        {
            Remember(_scheduled, conversation, turn);
        }
    }

    private static void Remember(Dictionary<ConversationId, DateTimeOffset> all, ConversationId conversation, DateTimeOffset instant)
    {
        if (all.Count >= MaxTurns)
        {
            all.Clear();
        }

        all[conversation] = instant;
    }

    /// <summary>
    /// The end of a window of a grid that all instances share, so that they ask for the same turn. Half a window away at least: a turn that
    /// was taken already, by another clock, would be a duplicate and dropped.
    /// </summary>
    private DateTimeOffset NextTurn()
    {
        var (window, earliest) = (options.InboxWindow.Ticks, (time.GetUtcNow() + (options.InboxWindow / 2)).UtcTicks);
        return new DateTimeOffset(((earliest / window) + 1) * window, TimeSpan.Zero);
    }
}
