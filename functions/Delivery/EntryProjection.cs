using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Realtime;
using Chat.Functions.Receipts;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// Projects the log into the members' inboxes. Entries raise what concerns some: the sender's read watermark, who is mentioned, who joined
/// or left, title and picture. The head updates what concerns all.
/// </summary>
/// <remarks>
/// All of it are levels that only rise, so it may come late, twice, in any order and in parts. Only members of a head are moved to it:
/// whoever left before keeps the trace.
/// </remarks>
public sealed class EntryProjection(
    CommittedReader log,
    ConversationReader reader,
    MemberListCache members,
    InboxProjection inbox,
    InboxFanOut advance,
    SentReceipts receipts,
    RemainingMembers remaining,
    ChatContainers containers,
    DeliveryQueue queue,
    TimeProvider time)
{
    /// <summary>How many inboxes of a conversation are moved while a page of the change feed waits.</summary>
    private const int MaxInlineMembers = 32;

    private const int MaxParallel = 16;

    /// <summary>Of older entries the feed only has projected who joined and left: the rest was, unless leases were lost for longer.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    private readonly ProjectionCache _recent = new();

    /// <summary>Projects what a page of the change feed shows of a conversation, or leaves what is much of it to <c>fanout</c>.</summary>
    /// <exception cref="Exception">Some of it isn't done.</exception>
    public async Task ProjectAsync(ChangedConversation changed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changed);
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
        var updates = InboxUpdates.Of(head, entries, everyone);
        if (updates.Count > MaxInlineMembers || updates.MayTakeLong)
        {
            foreach (var range in (changed with { Entries = entries }).Ranges())
            {
                await queue.EnqueueAsync(range, null, cancellationToken);
            }

            // Its handler moves everybody, too.
            _recent.NoteAdvanced(head.ConversationId, head.ListSeq);
        }
        else
        {
            await ApplyAsync(head, session, updates, advances ? everyone : [], cancellationToken);
        }

        _recent.Note(head.ConversationId, entries.Select(entry => entry.Seq));
    }

    /// <summary>Projects entries as they are stored now, and then moves everybody.</summary>
    /// <exception cref="UnprocessableException">This version can't read them.</exception>
    /// <exception cref="Exception">Some of it isn't done.</exception>
    public async Task ProjectAsync(ProjectEntries range, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        try
        {
            var (head, session) = await log.ReadHeadAsync(range.ConversationId, range.Last, null, cancellationToken);
            var entries = await log.ReadEntriesAsync(range.ConversationId, range.First, range.Last, session, cancellationToken);
            await ProjectAsync(head, session, entries, cancellationToken);
        }
        catch (JsonException)
        {
            throw Unreadable();
        }
    }

    /// <summary>Projects a document as it is stored now.</summary>
    /// <exception cref="UnprocessableException">This version can't read it.</exception>
    /// <exception cref="Exception">Some of it isn't done.</exception>
    public async Task ProjectAsync(ProjectDocument document, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(document);
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

        // It may be gone meanwhile.
        if ((head?.LastSeq ?? entry?.Seq) is { } seq)
        {
            var (now, session) = head is null
                ? await log.ReadHeadAsync(document.ConversationId, seq, null, cancellationToken)
                : (head, null);
            await ProjectAsync(now, session, entry is null ? [] : [entry], cancellationToken);
        }
    }

    private async Task ProjectAsync(Head head, Session? session, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        if (entries is [LogEvent { FurtherMembers: { } users } created, ..])
        {
            await AddRemainingMembersAsync(created, users, session, cancellationToken);
        }

        var everyone = await members.ReadAsync(head, session, cancellationToken);
        await ApplyAsync(head, session, InboxUpdates.Of(head, entries, everyone), everyone, cancellationToken);
    }

    /// <summary>Without the cause, which may quote what people wrote.</summary>
    private static UnprocessableException Unreadable() => new("Unreadable", "A document isn't one that this version can read.");

    /// <summary>What changes a message afterwards changes nothing of what it says to lists.</summary>
    private bool IsProjected(LogEntry entry) =>
        (entry.At < time.GetUtcNow() - MaxAge && !MembershipChange.IsMembershipEvent(entry))
        || (entry is Messages.Message { UpdatedSeq: not null } && _recent.Has(entry.ConversationId, entry.Seq));

    /// <param name="head">The conversation, at least as new as the entries.</param>
    /// <param name="session">By which the head was read; null where that isn't known.</param>
    /// <param name="updates">What concerns some.</param>
    /// <param name="everyone">The members, if all are to move to the head.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private async Task ApplyAsync(
        Head head,
        Session? session,
        InboxUpdates updates,
        IReadOnlyList<UserId> everyone,
        CancellationToken cancellationToken)
    {
        var change = InboxChange.Of(head, updates.Joined.Count > 0 ? await ReadProfileAsync(head, session, cancellationToken) : null);
        var joined = await ReadJoinedAsync(head, updates, session, cancellationToken);
        var all = everyone.Count <= MaxInlineMembers && head.DeletedAt is null ? everyone : [];
        await Each.TryAsync(
            updates.Users.Union(all),
            MaxParallel,
            (user, cancel) => ApplyAsync(user, change, updates, joined.GetValueOrDefault(user), all.Contains(user), cancel),
            cancellationToken);
        if (everyone.Count > 0 && head.DeletedAt is null)
        {
            if (all.Count == 0)
            {
                await advance.ScheduleAsync(head, cancellationToken);
            }

            _recent.NoteAdvanced(head.ConversationId, head.ListSeq);
        }

        await AlignAsync(head, updates, cancellationToken);
    }

    private async Task ApplyAsync(
        UserId user,
        InboxChange change,
        InboxUpdates updates,
        Member? joined,
        bool advances,
        CancellationToken cancellationToken)
    {
        if (updates.Left.TryGetValue(user, out var leftSeq))
        {
            await inbox.LeaveAsync(user, change with { LastSeq = leftSeq }, cancellationToken);
            return;
        }

        if (joined is not null)
        {
            await inbox.JoinAsync(joined, change, cancellationToken);
        }

        var watermarks = updates.WatermarksOf(user);
        if ((advances && joined is null) || watermarks != default)
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

    /// <summary>What is said about a conversation in the head's version; null while that is nothing.</summary>
    /// <exception cref="ReplicaBehindException">It isn't to be seen yet.</exception>
    private async Task<GroupProfile?> ReadProfileAsync(Head head, Session? session, CancellationToken cancellationToken)
    {
        if (await reader.ReadProfileAsync(head, session, cancellationToken) is var profile && (profile?.UpdatedSeq ?? 0) < head.ProfileSeq)
        {
            await reader.RefreshSessionAsync(head.ConversationId, cancellationToken);
            profile = await reader.ReadProfileAsync(head, null, cancellationToken);
        }

        return (profile?.UpdatedSeq ?? 0) >= head.ProfileSeq ? profile : throw new ReplicaBehindException(head.ConversationId, head.ProfileSeq);
    }

    /// <summary>The members' documents of those who joined, of that time or a later one.</summary>
    /// <exception cref="ReplicaBehindException">They aren't to be seen yet.</exception>
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

    /// <summary>Has places in the push group follow, after the lists: a renewal that found the conversation in one may have made a place.</summary>
    private async Task AlignAsync(Head head, InboxUpdates updates, CancellationToken cancellationToken)
    {
        // Older places have ended.
        var since = time.GetUtcNow() - PushGroups.Ttl;
        foreach (var change in updates.Changes.Where(change => head.Kind == ConversationKind.Group && change.Entry.At >= since && change.Users.Count > 0))
        {
            var align = new AlignPushGroup { ConversationId = head.ConversationId, Users = change.Users, Seq = change.Entry.Seq };
            await queue.EnqueueAsync(align, null, cancellationToken);
        }
    }

    /// <summary>Lets in those for whom a new group's first commit had no room, where its request didn't.</summary>
    /// <exception cref="TimeoutException">They can't be let in just now.</exception>
    private async Task AddRemainingMembersAsync(LogEvent created, IReadOnlyList<UserId> users, Session? session, CancellationToken cancellationToken)
    {
        var (refusal, _) = await remaining.JoinAsync(created.ConversationId, created.ActorId, users, session, cancellationToken);
        if (refusal == Problems.Unavailable)
        {
            throw new TimeoutException("The group's further members can't be let in just now.");
        }
    }
}
