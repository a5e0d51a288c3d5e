using System.Runtime.ExceptionServices;
using System.Text.Json;
using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Realtime;
using Chat.Functions.Receipts;
using Chat.Functions.Requests;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// Projects a conversation's log into its members' inbox entries. A log entry updates the entries of the users whom it concerns: the
/// sender's read watermark, who is mentioned, who joined or left; a new title or picture concerns all. The head moves every member's
/// inbox entry to the newest message; raising a watermark does that, too.
/// </summary>
/// <remarks>
/// Idempotent and commutative: watermarks only rise, so changes may come late, twice or in parts. Only current members are advanced. The
/// inbox entry of a user who left stays a tombstone.
/// </remarks>
public sealed class EntryProjection(
    CommittedReader log,
    ConversationReader reader,
    MemberListCache members,
    BlockReader blocks,
    RequestNoteStore notes,
    InboxProjection inbox,
    InboxFanOut fanOut,
    SentReceipts receipts,
    RemainingMembers remaining,
    DeliveryQueue queue,
    TimeProvider time)
{
    /// <summary>
    /// How many updates of a page are written inline, and how many members are advanced inline. More updates are enqueued on
    /// <c>fanout</c>; more members are advanced by <see cref="InboxFanOut"/>.
    /// </summary>
    private const int MaxInlineMembers = 32;

    private const int MaxParallel = 16;

    /// <summary>
    /// Older log entries are skipped, except joins, leaves and messages that a moderator held. They were projected when they were new,
    /// unless the change feed stood still for so long; then mentions and new titles of that time are missing in lists.
    /// </summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    private readonly ProjectionCache _recent = new();

    /// <summary>
    /// Projects what a page of the change feed shows of a conversation. If many inbox entries change, it enqueues the ranges of log entries
    /// on <c>fanout</c> instead.
    /// </summary>
    /// <param name="changed">The conversation.</param>
    /// <param name="cancellationToken">Ends the call, also at the end of the page's time budget.</param>
    /// <exception cref="Exception">A write failed; the others were tried. The caller enqueues all ranges on <c>fanout</c>.</exception>
    public async Task ProjectPageAsync(ChangedConversation changed, CancellationToken cancellationToken)
    {
        // A reaction or an edit makes the message and the head appear in the feed again. What this process projected before is skipped.
        var entries = changed.Entries.Where(entry => !NeedsNoProjection(entry)).ToList();
        var advances = changed.Head is { } shown && !_recent.HasAdvanced(changed.ConversationId, shown.ListSeq);
        if (entries.Count == 0 && !advances)
        {
            return;
        }

        var (head, session) = changed.Head is { } known
            ? (known, null)
            : await log.ReadHeadAsync(changed.ConversationId, entries.Max(entry => entry.Seq), null, cancellationToken);
        var everyone = await members.ReadAsync(head, session, cancellationToken);
        var updates = await UpdatesAsync(head, entries, everyone, cancellationToken);
        if (updates.Count > MaxInlineMembers || updates.MayTakeLong)
        {
            foreach (var range in (changed with { Entries = entries }).Ranges())
            {
                await queue.EnqueueAsync(range, null, cancellationToken);
            }

            // ProjectRangeAsync, which handles them, also advances all members.
            _recent.NoteAdvanced(head.ConversationId, head.ListSeq);
        }
        else
        {
            await ApplyToAllAsync(head, session, updates, everyone, advances, cancellationToken);
        }

        // Last, so that a failure before leaves them to be projected again.
        _recent.Note(head.ConversationId, entries.Select(entry => entry.Seq));
    }

    /// <summary>
    /// Projects a range of log entries as they are stored now, and advances all current members, also if an entry can't be read.
    /// </summary>
    /// <exception cref="UnprocessableException">This version can't read the head, or the one entry.</exception>
    /// <exception cref="Exception">A write failed; the others were tried. It may be tried again.</exception>
    public async Task ProjectRangeAsync(ProjectEntries range, CancellationToken cancellationToken)
    {
        // The page may have shown a newer head at the same seq: accepting a request changes only the head.
        await reader.RefreshSessionAsync(range.ConversationId, cancellationToken);
        var (head, session) = await ReadHeadAsync(range.ConversationId, range.Last, cancellationToken);
        var entries = await ReadableAsync(
            log.ReadEntriesAsync(range.ConversationId, range.First, range.Last, session, cancellationToken));
        if (await ProjectAndAdvanceAsync(head, session, entries, cancellationToken))
        {
            return;
        }

        if (range.First == range.Last)
        {
            throw UnprocessableException.Unreadable();
        }

        // One by one, so that the entry that can't be read holds up none of the others.
        for (var seq = range.First; seq <= range.Last; seq++)
        {
            await queue.EnqueueAsync(range with { First = seq, Last = seq }, null, cancellationToken);
        }
    }

    /// <exception cref="UnprocessableException">This version can't read it, or there is none.</exception>
    private async Task<(Head Head, Session? Session)> ReadHeadAsync(ConversationId id, long seq, CancellationToken cancellationToken)
    {
        try
        {
            return await log.ReadHeadAsync(id, seq, null, cancellationToken);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw UnprocessableException.Unreadable();
        }
    }

    /// <summary>Projects log entries, and advances all current members.</summary>
    /// <param name="head">The conversation, at least as new as the log entries.</param>
    /// <param name="session">The session token by which the head was read; null if it is that of the process.</param>
    /// <param name="entries">The log entries; null if this version can't read them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False if this version can't read the log entries, or what they say.</returns>
    private async Task<bool> ProjectAndAdvanceAsync(
        Head head,
        Session? session,
        IReadOnlyList<LogEntry>? entries,
        CancellationToken cancellationToken)
    {
        // A new group's remaining members are added first; the session sees them. Their joins have entries of their own. A conversation's
        // creation is always its first entry.
        if (entries is [LogEvent { FurtherMembers: { } users } created, ..])
        {
            session = await AddRemainingMembersAsync(created, users, session, cancellationToken);
        }

        var everyone = await members.ReadAsync(head, session, cancellationToken);
        var updates = entries is null ? null : await ReadableAsync(UpdatesAsync(head, entries, everyone, cancellationToken));
        await ApplyToAllAsync(head, session, updates ?? InboxUpdates.None, everyone, advances: true, cancellationToken);
        return updates is not null;
    }

    /// <summary>What the log entries change for whom they concern. Mentions of members who block the sender are ignored.</summary>
    private async Task<InboxUpdates> UpdatesAsync(
        Head head,
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<CurrentMember> everyone,
        CancellationToken cancellationToken)
    {
        var mentions = head.Kind == ConversationKind.Direct ? [] : entries.OfType<Message>()
            .SelectMany(message => message.MentionedWhenSent.Select(user => (user, message.SenderId))).ToHashSet();
        var users = everyone.Select(member => member.UserId).ToList();
        return InboxUpdates.Of(head, entries, users, await blocks.BlockedAsync(mentions, cancellationToken));
    }

    /// <summary>What was read; null if this version can't read it.</summary>
    private static async Task<T?> ReadableAsync<T>(Task<T> reading)
        where T : class
    {
        try
        {
            return await reading;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a log entry needs no projection: it is too old, or a message that this process projected and that has changed since. An
    /// edit or a reaction changes nothing that the message's own entry projects, and the preview comes with the head. A message that was
    /// held is the exception: it mentions users only when it is shown.
    /// </summary>
    private bool NeedsNoProjection(LogEntry entry) =>
        (entry.At < time.GetUtcNow() - MaxAge
            && !MembershipChange.IsMembershipEvent(entry)
            && entry is not Messages.Message { WasHeld: true })
        || (entry is Messages.Message { UpdatedSeq: not null, WasHeld: false } && _recent.Has(entry.ConversationId, entry.Seq));

    /// <summary>Writes the inbox entries that the log entries and the head change, or schedules the debounced fan-out.</summary>
    /// <param name="head">The conversation, at least as new as the log entries.</param>
    /// <param name="session">The session token by which the head was read; null if it came with the change feed.</param>
    /// <param name="updates">The updates of the members concerned.</param>
    /// <param name="everyone">The members.</param>
    /// <param name="advances">Whether they are advanced to the head.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private async Task ApplyToAllAsync(
        Head head,
        Session? session,
        InboxUpdates updates,
        IReadOnlyList<CurrentMember> everyone,
        bool advances,
        CancellationToken cancellationToken)
    {
        await NoteRestrictedAsync(head, cancellationToken);

        // Only a new member's inbox entry needs the group's picture; the others have it.
        var profile = updates.Joined.Count > 0 ? await log.ReadProfileAsync(head, session, cancellationToken) : null;
        var snapshot = ConversationSnapshot.Of(head, profile) with { Members = everyone };
        var joined = await log.ReadJoinedAsync(head.ConversationId, updates.Joined, session, cancellationToken);
        IReadOnlyList<UserId> toAdvance = advances && head.DeletedAt is null ? [.. everyone.Select(member => member.UserId)] : [];

        // A larger conversation's members are advanced by a queue message, at the end of the debounce window.
        var inline = toAdvance.Count <= MaxInlineMembers ? toAdvance : [];
        var failed = await Each.FailedAsync(
            updates.Users.Union(inline),
            MaxParallel,
            (user, cancel) => ApplyToUserAsync(user, snapshot, updates, joined.GetValueOrDefault(user), inline.Contains(user), cancel),
            cancellationToken);
        if (toAdvance.Count > MaxInlineMembers)
        {
            await fanOut.ScheduleAsync(head, cancellationToken);
        }

        // A head with a request or a restriction isn't cached: accepting the one, or taking back the other, changes the head at the same
        // listSeq, and everybody must be advanced then.
        if (toAdvance.Count > 0 && head.Request is null && !head.IsRestricted && failed.Count == 0)
        {
            _recent.NoteAdvanced(head.ConversationId, head.ListSeq);
        }

        // An inbox that can't be written delays neither the fan-out nor the alignment of others.
        await EnqueueAlignmentAsync(head, updates, failed.Select(one => one.One).ToHashSet(), cancellationToken);
        if (failed is [var (_, failure), ..])
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>
    /// If Alice restricts Bob and he writes, her list of requests shows the conversation first, also if she declined what he wrote before.
    /// The head alone decides it, as every message brings the head into the feed, however late.
    /// </summary>
    private async Task NoteRestrictedAsync(Head head, CancellationToken cancellationToken)
    {
        foreach (var user in head.IsRestricted ? head.Members!.Select(member => member.UserId).Where(head.Restricts) : [])
        {
            if (head.AsksFor(user) && head.LastMessage is { } last)
            {
                var by = head.Other(user)!.UserId;
                await notes.NoteRestrictedAsync(user, head.ConversationId, by, last.At, cancellationToken);
            }
        }
    }

    /// <summary>Writes one user's inbox entry.</summary>
    /// <param name="user">The user.</param>
    /// <param name="snapshot">The conversation by the head.</param>
    /// <param name="updates">The updates, of this user and others.</param>
    /// <param name="joined">The user's member document if they joined by these log entries; else null.</param>
    /// <param name="mustAdvance">Whether to advance the inbox entry also where no watermark is raised, which advances it as well.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private async Task ApplyToUserAsync(
        UserId user,
        ConversationSnapshot snapshot,
        InboxUpdates updates,
        Member? joined,
        bool mustAdvance,
        CancellationToken cancellationToken)
    {
        if (updates.Left.TryGetValue(user, out var leftSeq))
        {
            // A tombstone takes nothing else: a user who left gets neither the head nor other updates.
            await inbox.LeaveAsync(user, snapshot with { LastSeq = leftSeq }, cancellationToken);
            return;
        }

        if (joined is not null)
        {
            await inbox.JoinAsync(joined, snapshot, cancellationToken);
        }

        var watermarks = updates.WatermarksOf(user);

        // JoinAsync has advanced the inbox entry already.
        if ((mustAdvance && joined is null) || watermarks != default)
        {
            await inbox.RaiseAsync(user, snapshot, cancellationToken, watermarks);
        }

        if (updates.Settings is { } settings)
        {
            var shown = snapshot with { Title = settings.Title, AvatarUrl = settings.AvatarUrl, ProfileSeq = updates.SettingsSeq };
            await inbox.RaiseProfileAsync(user, shown, cancellationToken);
        }

        if (updates.Sent.TryGetValue(user, out var sent))
        {
            await receipts.RaiseAsync(snapshot, user, sent.Seq, sent.Ordinal, cancellationToken);
        }
    }

    /// <summary>
    /// Enqueues the alignment of the push group: leaves at once, joins after <see cref="PushGroups.AddedAfter"/>. Only after the inbox
    /// entries were written: until then a renewal may add a user who left, since their inbox entry still says member. This alignment
    /// removes them.
    /// </summary>
    /// <param name="head">The conversation.</param>
    /// <param name="updates">The joins and leaves.</param>
    /// <param name="failed">The users whose inbox couldn't be written. They are aligned once it is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private async Task EnqueueAlignmentAsync(Head head, InboxUpdates updates, HashSet<UserId> failed, CancellationToken cancellationToken)
    {
        if (head.Kind == ConversationKind.Direct)
        {
            return;
        }

        // Push group memberships end by themselves after their time to live.
        var since = time.GetUtcNow() - PushGroups.Ttl;
        foreach (var change in updates.Changes.Where(change => change.Entry.At >= since))
        {
            IReadOnlyList<UserId> users = [.. change.Users.Except(failed)];
            if (users.Count > 0)
            {
                var align = new AlignPushGroup { ConversationId = head.ConversationId, Users = users, Seq = change.Entry.Seq };
                DateTimeOffset? at = change.Entry.EventType == LogEvent.MemberJoined ? change.Entry.At + PushGroups.AddedAfter : null;
                await queue.EnqueueAsync(align, at, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Adds the members of a new group for whom its first commit had no room. The request that created it does so, too, unless it crashed.
    /// </summary>
    /// <returns>The session token by which a reader sees them.</returns>
    /// <exception cref="TimeoutException">They can't be added just now.</exception>
    private async Task<Session?> AddRemainingMembersAsync(
        LogEvent created,
        IReadOnlyList<UserId> users,
        Session? session,
        CancellationToken cancellationToken)
    {
        var (refusal, joined) = await remaining.JoinAsync(created.ConversationId, created.ActorId, users, session, cancellationToken);
        if (refusal == Problems.Unavailable)
        {
            throw new TimeoutException("The group's further members can't be added just now.");
        }

        return joined;
    }
}
