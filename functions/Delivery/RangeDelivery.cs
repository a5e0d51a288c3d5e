using Chat.Functions.Conversations;
using Chat.Functions.Events;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>Delivers a range of a log: push first, then the inboxes and the mark. Every step may be repeated.</summary>
/// <remarks>
/// An inbox that can't be written repeats no push, and lists don't wait for SignalR to let out who left: what is left then goes on as a message
/// of its own.
/// </remarks>
public sealed class RangeDelivery(
    ConversationReader reader,
    ChatContainers containers,
    MemberLists members,
    MembershipDelivery membership,
    EventViews views,
    EventPush push,
    InboxDelivery inboxes,
    DeliveredMarks marks,
    DeliveryQueue queue,
    SweepSchedule schedule,
    TimeProvider time,
    DeliveryLag lag,
    ILogger<RangeDelivery> logger)
{
    /// <summary>Entries of a long undelivered range that go out in one go.</summary>
    private const int MaxEntries = 100;

    /// <summary>When to try again what is left of a range.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Delivers a range; the sweep's only as far as it is due and hasn't been delivered meanwhile, with another look later.</summary>
    /// <exception cref="UnprocessableException">There is no such conversation.</exception>
    /// <exception cref="IncompleteRangeException">The log doesn't show the whole range yet.</exception>
    public async Task DeliverAsync(EntriesCommitted committed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(committed);
        if (committed.Sweep == 0 || committed.IsRest)
        {
            // Who joined while it waited isn't to be pushed what was before, nor who left what came after.
            var head = committed.Head is { } carried && !schedule.IsLate(carried.CommittedAt) ? carried : null;
            await DeliverAsync(committed, head, committed.Entries, cancellationToken);
            return;
        }

        await LookAsync(committed, cancellationToken);
    }

    /// <summary>Delivers what is due and isn't delivered. What isn't due yet has, or gets, a look of its own.</summary>
    private async Task LookAsync(EntriesCommitted look, CancellationToken cancellationToken)
    {
        var conversation = look.ConversationId;
        var head = await reader.ReadHeadAsync(conversation, null, cancellationToken) ?? throw NotFound(conversation);

        // The replica may be behind what the look was made for, here and below.
        if (marks.HasFinished(conversation, Math.Max(head.LastSeq, look.Last)))
        {
            return;
        }

        var mark = await marks.ReadAsync(conversation, cancellationToken);
        var last = Math.Max(look.Last, await LastDueAsync(look, head, mark, cancellationToken));
        if (mark.DeliveredSeq >= last && mark.InboxesReach(last))
        {
            return;
        }

        // Before anything can go wrong: the next look doesn't depend on what becomes of this message.
        var (next, first) = (schedule.Next(look.Sweep), Math.Min(mark.DeliveredSeq + 1, last));
        await queue.SendAsync(look with { First = first, Last = last, Sweep = look.Sweep + 1, Due = next }, next, cancellationToken);
        foreach (var missing in mark.Missing(new SeqRange(first, last)).ToList())
        {
            logger.Swept(conversation, missing.First, missing.Last, look.Sweep);
            for (var part = missing.First; part <= missing.Last; part += MaxEntries)
            {
                await DeliverAsync(look with { First = part, Last = Math.Min(part + MaxEntries - 1, missing.Last) }, null, null, cancellationToken);
            }
        }

        if (mark.InboxesAreBehind)
        {
            await queue.SendAsync(new EntriesPushed { ConversationId = conversation }, cancellationToken);
        }
    }

    /// <summary>The newest entry that is due by a look, as far as this reader sees: all when nothing was committed since.</summary>
    private async Task<long> LastDueAsync(EntriesCommitted look, Head head, DeliveredMark mark, CancellationToken cancellationToken)
    {
        var due = schedule.DueAt(look.Due ?? DateTimeOffset.MaxValue);
        if (head.CommittedAt <= due || (mark.DeliveredSeq >= head.LastSeq && !mark.InboxesAreBehind))
        {
            return head.LastSeq;
        }

        var query = new QueryDefinition("SELECT TOP 1 * FROM c WHERE c.seq >= @first AND c.at <= @due ORDER BY c.seq DESC")
            .WithParameter("@first", look.First)
            .WithParameter("@due", TimestampConverter.ToText(due));
        var entries = containers.Conversations.QueryPartitionAsync(query, new PartitionKey(head.ConversationId.Value), ChatJson.Default.DocumentsPageLogEntry, cancellationToken: cancellationToken);
        return (await entries.FirstOrDefaultAsync(cancellationToken))?.Seq ?? 0;
    }

    private static UnprocessableException NotFound(ConversationId conversation) => new("ConversationNotFound", $"There is no conversation {conversation}.");

    private async Task DeliverAsync(EntriesCommitted range, Head? head, IReadOnlyList<LogEntry>? entries, CancellationToken cancellationToken)
    {
        var session = range.Session;
        if (head is null)
        {
            var found = await reader.ReadStoredHeadAsync(range.ConversationId, session, cancellationToken);
            (head, session) = (found.Document ?? throw NotFound(range.ConversationId), found.Session ?? session);
        }

        entries ??= await ReadEntriesAsync(range, session, cancellationToken);
        var everyone = await members.OfAsync(head, session, cancellationToken);
        DateTimeOffset? until = null;
        if (!range.IsPushed)
        {
            try
            {
                until = await PushAsync(head, entries, everyone, session, cancellationToken);
                lag.Note(range, entries);
            }
            catch (RealtimeException exception) when (!range.IsListed && !cancellationToken.IsCancellationRequested)
            {
                // Nothing is pushed to the group while somebody who left is in it.
                logger.NotLetOut(exception, range.ConversationId, range.Last);
                await queue.SendAsync(range with { IsListed = true, Session = session }, time.GetUtcNow() + Pause, cancellationToken);
            }
        }

        if (range.IsListed)
        {
            return;
        }

        try
        {
            await WriteAsync(range, head, entries, everyone, until, session, cancellationToken);
            await membership.LetOutAsync(head, entries, everyone, session, cancellationToken);
        }
        catch (Exception exception) when (!range.IsPushed && !cancellationToken.IsCancellationRequested)
        {
            LogLeft(exception, range);

            // In this order: the sweep doesn't find what is noted, and a crash between them costs only a second push.
            await queue.SendAsync(range with { IsPushed = true, Session = session }, time.GetUtcNow() + Pause, cancellationToken);
            await inboxes.TryNotePushedAsync(range.ConversationId, [new SeqRange(range.First, range.Last)]);
        }
    }

    private void LogLeft(Exception exception, EntriesCommitted range)
    {
        if (exception is RealtimeException)
        {
            logger.NotLetOut(exception, range.ConversationId, range.Last);
        }
        else
        {
            logger.NotMoved(exception, range.ConversationId, range.Last);
        }
    }

    /// <returns>Until when those who joined have their places in the push group.</returns>
    private async Task<DateTimeOffset?> PushAsync(
        Head head,
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<UserId> everyone,
        Session? session,
        CancellationToken cancellationToken)
    {
        var until = await membership.AlignAsync(head, entries, everyone, session, cancellationToken);
        if (head.DeletedAt is null)
        {
            var events = await views.ForEveryoneAsync(head, entries, session, cancellationToken);
            await push.PushAsync(head, everyone, [.. events.Select(one => one with { Session = session?.Value })], cancellationToken);
        }

        await membership.PushAsync(entries, everyone, session, cancellationToken);
        return until;
    }

    private async Task WriteAsync(
        EntriesCommitted range,
        Head head,
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<UserId> everyone,
        DateTimeOffset? until,
        Session? session,
        CancellationToken cancellationToken)
    {
        var change = await membership.ChangeAsync(head, entries, session, cancellationToken);
        change = change with { Change = change.Change with { PushUntil = until } };
        await membership.WriteAsync(head, entries, everyone, change.Change, session, cancellationToken);
        await membership.CompleteAsync(entries, session, cancellationToken);
        await (head.DeletedAt is null
            ? inboxes.DeliverAsync(range, change, everyone, entries, cancellationToken)
            : marks.RaiseAsync(range.ConversationId, new DeliveryStep([new SeqRange(range.First, range.Last)]), cancellationToken));
    }

    /// <summary>The range's entries, without those that expired meanwhile.</summary>
    private async Task<IReadOnlyList<LogEntry>> ReadEntriesAsync(EntriesCommitted range, Session? session, CancellationToken cancellationToken)
    {
        var entries = await FindEntriesAsync(range, session, cancellationToken);
        if (entries.Count == range.Last - range.First + 1)
        {
            return entries;
        }

        // A reader who has seen the head that far sees the entries too, but for those that expired.
        var head = await containers.Conversations.ReadDocumentAsync(Head.DocumentId, range.ConversationId, ChatJson.Default.Head, session, cancellationToken);
        return head.Document?.LastSeq >= range.Last
            ? await FindEntriesAsync(range, head.Session, cancellationToken)
            : throw new IncompleteRangeException(range.ConversationId, range.First, range.Last, entries.Count);
    }

    private async Task<List<LogEntry>> FindEntriesAsync(EntriesCommitted range, Session? session, CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.seq >= @first AND c.seq <= @last ORDER BY c.seq")
            .WithParameter("@first", range.First)
            .WithParameter("@last", range.Last);
        return await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(range.ConversationId.Value),
            ChatJson.Default.DocumentsPageLogEntry,
            session,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
    }
}
