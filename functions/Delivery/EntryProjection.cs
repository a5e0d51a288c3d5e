using System.Text.Json;
using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Realtime;
using Chat.Functions.Receipts;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// Projects the log into the members' inboxes. Entries update single members: the sender's read watermark, mentions, joins and leaves,
/// title and picture. The head advances everybody's entry to the newest message.
/// </summary>
/// <remarks>
/// Idempotent and independent of order: watermarks only rise, so changes may come late, twice and in parts. Only members of the head are
/// advanced: a user who left keeps a tombstone.
/// </remarks>
public sealed class EntryProjection(
    CommittedReader log,
    ConversationReader reader,
    MemberListCache members,
    BlockReader blocks,
    InboxProjection inbox,
    InboxFanOut fanOut,
    SentReceipts receipts,
    RemainingMembers remaining,
    ChatContainers containers,
    DeliveryQueue queue,
    TimeProvider time)
{
    /// <summary>How many inboxes of a conversation are written at once. More go through queue <c>fanout</c>.</summary>
    private const int MaxInlineMembers = 32;

    private const int MaxParallel = 16;

    /// <summary>
    /// Of older entries only joins and leaves are projected again. The rest was projected before, unless the feed's leases were lost for
    /// longer than this.
    /// </summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    private readonly ProjectionCache _recent = new();

    /// <summary>Projects a conversation's changes in a page of the change feed. If they take long, queue <c>fanout</c> does it.</summary>
    /// <exception cref="Exception">Some of the changes aren't projected.</exception>
    public async Task ProjectAsync(ChangedConversation changed, CancellationToken cancellationToken)
    {
        // Most of a page was projected before: a reaction shows its message and the head again.
        var entries = changed.Entries.Where(entry => !IsProjected(entry)).ToList();
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

            // That message's handler advances everybody, too. Until then the feed needn't ask for it again.
            _recent.NoteAdvanced(head.ConversationId, head.ListSeq);
        }
        else
        {
            await ApplyAsync(head, session, updates, advances ? everyone : [], cancellationToken);
        }

        // Only after all of it succeeded: what isn't noted is projected again.
        _recent.Note(head.ConversationId, entries.Select(entry => entry.Seq));
    }

    /// <summary>Projects a range of entries as they are stored now, and advances everybody.</summary>
    /// <exception cref="UnprocessableException">This version can't read them.</exception>
    /// <exception cref="Exception">Some of the entries aren't projected.</exception>
    public async Task ProjectAsync(ProjectEntries range, CancellationToken cancellationToken)
    {
        try
        {
            var (head, session) = await log.ReadHeadAsync(range.ConversationId, range.Last, null, cancellationToken);
            var entries = await log.ReadEntriesAsync(range.ConversationId, range.First, range.Last, session, cancellationToken);
            await ProjectAndAdvanceAsync(head, session, entries, cancellationToken);
        }
        catch (JsonException)
        {
            throw Unreadable();
        }
    }

    /// <summary>Projects a document as it is stored now.</summary>
    /// <exception cref="UnprocessableException">This version can't read it.</exception>
    /// <exception cref="Exception">Some of it isn't projected.</exception>
    public async Task ProjectAsync(ProjectDocument document, CancellationToken cancellationToken)
    {
        // The message names a version of the document, which a lagging replica may not show.
        await reader.RefreshSessionAsync(document.ConversationId, cancellationToken);
        Head? head = null;
        LogEntry? entry = null;
        try
        {
            var (stored, _) = await containers.Conversations.ReadDocumentAsync(
                document.DocumentId,
                document.ConversationId,
                ChatJson.Default.JsonDocument,
                cancellationToken: cancellationToken);
            using (stored)
            {
                (head, entry) = stored is null ? default : ChangedConversation.Decode(stored.RootElement);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw Unreadable();
        }

        // The document may be deleted by now.
        if ((head?.LastSeq ?? entry?.Seq) is { } seq)
        {
            var (current, session) = head is null
                ? await log.ReadHeadAsync(document.ConversationId, seq, null, cancellationToken)
                : (head, null);
            await ProjectAndAdvanceAsync(current, session, entry is null ? [] : [entry], cancellationToken);
        }
    }

    private async Task ProjectAndAdvanceAsync(
        Head head,
        Session? session,
        IReadOnlyList<LogEntry> entries,
        CancellationToken cancellationToken)
    {
        // Before the members are read, so that they are among them.
        if (entries is [LogEvent { FurtherMembers: { } users } created, ..])
        {
            await AddRemainingMembersAsync(created, users, session, cancellationToken);
        }

        var everyone = await members.ReadAsync(head, session, cancellationToken);
        await ApplyAsync(head, session, await UpdatesAsync(head, entries, everyone, cancellationToken), everyone, cancellationToken);
    }

    /// <summary>What the entries change in single inboxes. A group's members aren't mentioned by whom they block.</summary>
    private async Task<InboxUpdates> UpdatesAsync(
        Head head,
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<UserId> everyone,
        CancellationToken cancellationToken)
    {
        HashSet<(UserId, UserId)> mentions = head.Kind == ConversationKind.Direct ? [] :
        [
            .. entries.OfType<Message>().SelectMany(message => message.MentionedWhenSent.Select(user => (user, message.SenderId))),
        ];
        return InboxUpdates.Of(head, entries, everyone, await blocks.BlockedAsync(mentions, cancellationToken));
    }

    /// <summary>Has no inner exception: that of a JSON fault may quote what people wrote.</summary>
    private static UnprocessableException Unreadable() => new("Unreadable", "A document isn't one that this version can read.");

    /// <summary>
    /// Whether an entry needs no projection: it is too old, or it is a message that was changed after it was projected. Edits and
    /// reactions don't change what a message's own entry means for inboxes.
    /// </summary>
    private bool IsProjected(LogEntry entry) =>
        (entry.At < time.GetUtcNow() - MaxAge && !MembershipChange.IsMembershipEvent(entry))
        || (entry is Messages.Message { UpdatedSeq: not null, WasHeld: false } && _recent.Has(entry.ConversationId, entry.Seq));

    /// <summary>Writes all inboxes that the entries and the head change, at once or by <c>fanout</c>.</summary>
    /// <param name="head">The conversation, at least as new as the entries.</param>
    /// <param name="session">The session token by which the head was read; null if it came with the change feed.</param>
    /// <param name="updates">The updates of single members.</param>
    /// <param name="advanced">The members if all are to be advanced to the head; else none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private async Task ApplyAsync(
        Head head,
        Session? session,
        InboxUpdates updates,
        IReadOnlyList<UserId> advanced,
        CancellationToken cancellationToken)
    {
        // Only a new member's entry needs the group's picture; the others have it.
        var change = InboxChange.Of(head, updates.Joined.Count > 0 ? await ReadProfileAsync(head, session, cancellationToken) : null);
        var joined = await ReadJoinedAsync(head, updates, session, cancellationToken);
        if (head.DeletedAt is not null)
        {
            advanced = [];
        }

        // The members of a larger conversation are advanced by one message at the end of the window.
        var inline = advanced.Count <= MaxInlineMembers ? advanced : [];
        await Each.TryAsync(
            updates.Users.Union(inline),
            MaxParallel,
            (user, cancel) => ApplyAsync(user, change, updates, joined.GetValueOrDefault(user), inline.Contains(user), cancel),
            cancellationToken);
        if (advanced.Count > MaxInlineMembers)
        {
            await fanOut.ScheduleAsync(head, cancellationToken);
        }

        // Accepting a request and taking back a restriction write no entry. Everybody is advanced to this entry once more then, so it
        // isn't noted before.
        if (advanced.Count > 0 && head.Request is null && !head.IsRestricted)
        {
            _recent.NoteAdvanced(head.ConversationId, head.ListSeq);
        }

        await AlignAsync(head, updates, cancellationToken);
    }

    /// <summary>Writes one user's inbox.</summary>
    /// <param name="user">The user.</param>
    /// <param name="change">The conversation by the head.</param>
    /// <param name="updates">The updates, of this user and others.</param>
    /// <param name="joined">The user's member document if they joined by these entries; else null.</param>
    /// <param name="isAdvanced">Whether the user's entry is to be advanced to the head.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private async Task ApplyAsync(
        UserId user,
        InboxChange change,
        InboxUpdates updates,
        Member? joined,
        bool isAdvanced,
        CancellationToken cancellationToken)
    {
        if (updates.Left.TryGetValue(user, out var leftSeq))
        {
            // The entry ends there: neither the head nor other updates reach a user who left.
            await inbox.LeaveAsync(user, change with { LastSeq = leftSeq }, cancellationToken);
            return;
        }

        if (joined is not null)
        {
            await inbox.JoinAsync(joined, change, cancellationToken);
        }

        var watermarks = updates.WatermarksOf(user);

        // Joining has advanced the entry already.
        if ((isAdvanced && joined is null) || watermarks != default)
        {
            await inbox.RaiseAsync(user, change, cancellationToken, watermarks);
        }

        if (updates.Settings is { } settings)
        {
            var shown = change with { Title = settings.Title, AvatarUrl = settings.AvatarUrl, ProfileSeq = updates.SettingsSeq };
            await inbox.RaiseProfileAsync(user, shown, cancellationToken);
        }

        if (updates.Sent.TryGetValue(user, out var sent))
        {
            await receipts.RaiseAsync(change, user, sent.Seq, sent.Ordinal, cancellationToken);
        }
    }

    /// <summary>The group's profile in the head's version; null while there is none.</summary>
    /// <exception cref="ReplicaBehindException">No replica shows that version yet.</exception>
    private async Task<GroupProfile?> ReadProfileAsync(Head head, Session? session, CancellationToken cancellationToken)
    {
        var profile = await reader.ReadProfileAsync(head, session, cancellationToken);
        if ((profile?.UpdatedSeq ?? 0) < head.ProfileSeq)
        {
            await reader.RefreshSessionAsync(head.ConversationId, cancellationToken);
            profile = await reader.ReadProfileAsync(head, null, cancellationToken);
        }

        return (profile?.UpdatedSeq ?? 0) >= head.ProfileSeq
            ? profile
            : throw new ReplicaBehindException(head.ConversationId, head.ProfileSeq);
    }

    /// <summary>The member documents of the users who joined, of that membership or a later one.</summary>
    /// <exception cref="ReplicaBehindException">No replica shows them yet.</exception>
    private async Task<Dictionary<UserId, Member>> ReadJoinedAsync(
        Head head,
        InboxUpdates updates,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (updates.Joined.Count == 0)
        {
            return [];
        }

        var found = await FindAsync(session);
        if (updates.Joined.Any(IsMissing))
        {
            await reader.RefreshSessionAsync(head.ConversationId, cancellationToken);
            found = await FindAsync(null);
        }

        return updates.Joined.Any(IsMissing) ? throw new ReplicaBehindException(head.ConversationId, updates.Joined.Values.Max()) : found;

        async Task<Dictionary<UserId, Member>> FindAsync(Session? by) => (await containers.Conversations.ReadDocumentsAsync(
            updates.Joined.Keys.Select(Member.DocumentId),
            head.ConversationId,
            ChatJson.Default.DocumentsPageMember,
            by,
            cancellationToken)).ToDictionary(member => member.UserId);

        bool IsMissing(KeyValuePair<UserId, long> one) => !found.TryGetValue(one.Key, out var member) || member.JoinedSeq < one.Value;
    }

    /// <summary>
    /// Enqueues the alignment of the push group with joins and leaves. It comes after the inboxes: a renewal goes by them, and one that ran
    /// before may have added a user who has left.
    /// </summary>
    private async Task AlignAsync(Head head, InboxUpdates updates, CancellationToken cancellationToken)
    {
        if (head.Kind != ConversationKind.Group)
        {
            return;
        }

        // Memberships in push groups that are older than their time to live have ended by themselves.
        var since = time.GetUtcNow() - PushGroups.Ttl;
        foreach (var change in updates.Changes.Where(change => change.Entry.At >= since && change.Users.Count > 0))
        {
            var align = new AlignPushGroup { ConversationId = head.ConversationId, Users = change.Users, Seq = change.Entry.Seq };
            await queue.EnqueueAsync(align, null, cancellationToken);
        }
    }

    /// <summary>Adds a new group's members for whom its first commit had no room, in case its request didn't get that far.</summary>
    /// <exception cref="TimeoutException">They can't be added just now.</exception>
    private async Task AddRemainingMembersAsync(
        LogEvent created,
        IReadOnlyList<UserId> users,
        Session? session,
        CancellationToken cancellationToken)
    {
        var (refusal, _) = await remaining.JoinAsync(created.ConversationId, created.ActorId, users, session, cancellationToken);
        if (refusal == Problems.Unavailable)
        {
            throw new TimeoutException("The group's further members can't be added just now.");
        }
    }
}
