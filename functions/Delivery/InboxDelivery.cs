using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Receipts;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// Moves the inboxes of a range's members forward and notes the range as delivered: at once while the conversation is quiet, together with what
/// follows while more is said, and in a busy group only once in a while but for who wrote. Every step may be repeated.
/// </summary>
/// <remarks>
/// What this process keeps for what follows isn't noted until it is done. Whether a group is busy, and what is still put off, stands in its
/// delivery mark, for all instances; it is noted there before the message is sent that ends it. So the sweep finds what a crash leaves.
/// </remarks>
public sealed class InboxDelivery(
    ConversationReader reader,
    MemberLists members,
    InboxProjection inbox,
    SentReceipts receipts,
    DeliveredMarks marks,
    DeliveryQueue queue,
    DeliveryOptions options,
    TimeProvider time,
    ILogger<InboxDelivery> logger) : IAsyncDisposable
{
    /// <summary>Up to this size, writing the inboxes costs hardly more than putting it off.</summary>
    private const int MaxEagerMembers = 8;

    /// <summary>Conversations up to this size get their inboxes in the same invocation; larger ones go through <c>fanout</c>.</summary>
    private const int MaxInlineMembers = 32;

    /// <summary>A few round trips' worth, well within the lock of a minute.</summary>
    private const int MembersPerMessage = 64;

    /// <summary>Conversations whose last turn, and next, this process remembers; forgetting one costs a turn, or a message.</summary>
    private const int MaxTurns = 1_000;

    private readonly InboxPace _pace = new(options.InboxWindow / 3, time);
    private readonly Dictionary<ConversationId, DateTimeOffset> _turns = [];
    private readonly Dictionary<ConversationId, DateTimeOffset> _scheduled = [];

    /// <summary>Moves the inboxes for entries that were pushed, at once or with those of what is said next; on return what wasn't put off is noted.</summary>
    public async Task DeliverAsync(EntriesCommitted range, InboxChangeOfRange change, IReadOnlyList<UserId> everyone, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(change);
        var move = new InboxMove(range.ConversationId, [new SeqRange(range.First, range.Last)], change, everyone);
        var mayWait = range is { Sweep: 0, IsPushed: false } && change.AllMentioned == 0 && (change.IsNothing || entries.All(entry => entry is Message));
        if (!mayWait)
        {
            await MoveAllAsync(move, range.IsPushed, cancellationToken);
        }
        else if (!_pace.TryHold(move, MoveHeldAsync))
        {
            try
            {
                await MoveAsync(move, cancellationToken);
            }
            catch
            {
                // Its message comes again, and isn't to be held by itself.
                _pace.End(move.ConversationId);
                throw;
            }
        }
    }

    /// <summary>
    /// Notes that ranges were pushed and their inbox writes are still to be done, so that the sweep doesn't push them again. Best effort: what
    /// isn't noted may be pushed twice.
    /// </summary>
    public async Task TryNotePushedAsync(ConversationId conversation, IReadOnlyList<SeqRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        if (ranges.Count == 0)
        {
            return;
        }

        var last = ranges.Max(range => range.Last);
        try
        {
            await marks.RaiseAsync(conversation, new DeliveryStep(ranges, PutOffSeq: last), CancellationToken.None);
        }
        catch (Exception exception)
        {
            logger.NotNoted(exception, conversation, last);
        }
    }

    /// <summary>Does what is put off in this process.</summary>
    public ValueTask DisposeAsync() => new(Task.WhenAll(_pace.Stop().Select(MoveHeldAsync)));

    private async Task MoveHeldAsync(InboxMove held)
    {
        try
        {
            await MoveAsync(held, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // Its messages are completed; a queue that retries takes it on.
            logger.NotMoved(exception, held.ConversationId, held.Last);
            if (await TrySendAsync(held))
            {
                await TryNotePushedAsync(held.ConversationId, held.Ranges);
            }
        }
    }

    private async Task<bool> TrySendAsync(InboxMove move)
    {
        try
        {
            await SendAsync(move, CancellationToken.None);
            return true;
        }
        catch (Exception exception)
        {
            // It isn't noted as delivered.
            logger.NotMoved(exception, move.ConversationId, move.Last);
            return false;
        }
    }

    private async Task MoveAsync(InboxMove move, CancellationToken cancellationToken)
    {
        if (move.Everyone.Count <= MaxEagerMembers || move.Change.IsNothing || !await IsBusyAsync(move.ConversationId, cancellationToken))
        {
            await MoveAllAsync(move, isNoted: false, cancellationToken);
            return;
        }

        // Who wrote or is mentioned sees it now; nobody else would raise their marks.
        await move.Change.ApplyAsync(inbox, receipts, move.Everyone.Where(move.Change.ConcernsAlone), cancellationToken);
        await marks.RaiseAsync(move.ConversationId, new DeliveryStep(move.Ranges, PutOffSeq: move.Last), cancellationToken);
        await ScheduleTurnAsync(move.ConversationId, cancellationToken);
    }

    /// <param name="isNoted">Whether the inboxes may be noted as behind, whatever the conversation's size.</param>
    private async Task MoveAllAsync(InboxMove move, bool isNoted, CancellationToken cancellationToken)
    {
        if (move.Everyone.Count > MaxInlineMembers && !move.Change.IsNothing)
        {
            await SendAsync(move, cancellationToken);
            return;
        }

        await move.Change.ApplyAsync(inbox, receipts, move.Everyone, cancellationToken);
        await (move.Everyone.Count <= MaxEagerMembers && !isNoted
            ? marks.RaiseAsync(move.ConversationId, new DeliveryStep(move.Ranges), cancellationToken)
            : FinishAsync(move.ConversationId, move.Ranges, move.Change, cancellationToken));
    }

    /// <summary>
    /// Moves some members' inboxes and sends the message on with the rest; after the last, notes what is done. Those whose can't be moved hold
    /// up only the last message, which tries theirs again.
    /// </summary>
    /// <exception cref="UnprocessableException">There is no such conversation.</exception>
    public async Task FanOutAsync(EntriesPushed pushed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pushed);
        try
        {
            await FanOutNextAsync(pushed, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await TryNotePushedAsync(pushed.ConversationId, pushed.Ranges ?? []);
            throw;
        }
    }

    private async Task FanOutNextAsync(EntriesPushed pushed, CancellationToken cancellationToken)
    {
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

        var (now, rest) = (everyone.Take(MembersPerMessage), everyone.Skip(MembersPerMessage).ToList());
        if (rest.Count == 0)
        {
            await change.ApplyAsync(inbox, receipts, now.Concat(pushed.Failed ?? []), cancellationToken);
            await FinishAsync(pushed.ConversationId, pushed.Ranges ?? [], change, cancellationToken);
            return;
        }

        var failed = await change.TryApplyAsync(inbox, receipts, now, cancellationToken);
        if (failed is [var (_, failure), ..])
        {
            logger.NotMoved(failure, pushed.ConversationId, change.Change.LastSeq);
        }

        var next = pushed with { Change = change, Members = rest, Failed = [.. pushed.Failed ?? [], .. failed.Select(one => one.One)] };
        await queue.SendAsync(next, cancellationToken);
    }

    private Task SendAsync(InboxMove move, CancellationToken cancellationToken) => queue.SendAsync(
        new EntriesPushed { ConversationId = move.ConversationId, Ranges = move.Ranges, Change = move.Change, Members = move.Everyone },
        cancellationToken);

    /// <summary>Notes ranges as delivered, and how far the inboxes are; what doesn't move lists leaves what was put off before.</summary>
    private Task FinishAsync(ConversationId conversation, IReadOnlyList<SeqRange> ranges, InboxChangeOfRange change, CancellationToken cancellationToken) => marks.RaiseAsync(
        conversation,
        change.IsQuiet ? new DeliveryStep(ranges) : new DeliveryStep(ranges, InboxSeq: change.Change.LastSeq, InboxesAt: time.GetUtcNow()),
        cancellationToken);

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
