using Chat.Functions.Conversations;
using Chat.Functions.Events;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Delivery;

/// <summary>Delivers a range of a log: push first, then the inboxes and the mark. Every step may be repeated.</summary>
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
    DeliveryLag lag)
{
    /// <summary>Entries of a long undelivered range that go out in one go.</summary>
    private const int MaxEntries = 100;

    /// <summary>Delivers a range; the sweep's only as far as it hasn't been delivered meanwhile, with another look at it later.</summary>
    /// <exception cref="UnprocessableException">There is no such conversation.</exception>
    /// <exception cref="IncompleteRangeException">The log doesn't show the whole range yet.</exception>
    public async Task DeliverAsync(EntriesCommitted committed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(committed);
        if (committed.Sweep == 0)
        {
            // Who joined while it waited isn't to be pushed what was before, nor who left what came after.
            var head = committed.Head is { } carried && !schedule.IsLate(carried.CommittedAt) ? carried : null;
            await DeliverAsync(committed, head, committed.Entries, cancellationToken);
            return;
        }

        if (marks.HasFinished(committed.ConversationId, committed.Last))
        {
            return;
        }

        var range = new SeqRange(committed.First, committed.Last);
        var mark = await marks.ReadAsync(committed.ConversationId, cancellationToken);
        if (mark.Covers(range) && mark.InboxesReach(range.Last))
        {
            return;
        }

        // Before anything can go wrong: the next look doesn't depend on what becomes of this message.
        await queue.SendAsync(committed with { Sweep = committed.Sweep + 1 }, schedule.Next(committed.Sweep), cancellationToken);
        foreach (var missing in mark.Missing(range).ToList())
        {
            for (var first = missing.First; first <= missing.Last; first += MaxEntries)
            {
                var part = committed with { First = first, Last = Math.Min(first + MaxEntries - 1, missing.Last) };
                await DeliverAsync(part, null, null, cancellationToken);
            }
        }

        if (mark.InboxesAreBehind)
        {
            await queue.SendAsync(new EntriesPushed { ConversationId = committed.ConversationId }, cancellationToken);
        }
    }

    private async Task DeliverAsync(EntriesCommitted range, Head? head, IReadOnlyList<LogEntry>? entries, CancellationToken cancellationToken)
    {
        head ??= await reader.ReadHeadAsync(range.ConversationId, range.Session, cancellationToken)
            ?? throw new UnprocessableException("ConversationNotFound", $"There is no conversation {range.ConversationId}.");
        entries ??= await ReadEntriesAsync(range, cancellationToken);
        var everyone = await members.OfAsync(head, range.Session, cancellationToken);
        var change = await membership.DeliverAsync(head, entries, everyone, range.Session, cancellationToken);
        if (head.DeletedAt is not null)
        {
            lag.Note(range, entries);
            await marks.RaiseAsync(range.ConversationId, new DeliveryStep(new SeqRange(range.First, range.Last)), cancellationToken);
            return;
        }

        await push.PushAsync(head, everyone, await views.ForEveryoneAsync(head, entries, range.Session, cancellationToken), cancellationToken);
        lag.Note(range, entries);
        await inboxes.DeliverAsync(range, change, everyone, entries, cancellationToken);
    }

    /// <summary>The range's entries, without those that expired meanwhile.</summary>
    private async Task<IReadOnlyList<LogEntry>> ReadEntriesAsync(EntriesCommitted range, CancellationToken cancellationToken)
    {
        var entries = await FindEntriesAsync(range, range.Session, cancellationToken);
        if (entries.Count == range.Last - range.First + 1)
        {
            return entries;
        }

        // A reader who has seen the head that far sees the entries too, but for those that expired.
        var head = await containers.Conversations.ReadDocumentAsync(Head.DocumentId, range.ConversationId, ChatJson.Default.Head, range.Session, cancellationToken);
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
