using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Inbox;

/// <summary>Applies the log's changes, and the user's own, to inbox entries; see <see cref="InboxEntry"/>.</summary>
/// <remarks>
/// Changes of the log raise watermarks by conditional patches. If the watermark is as high already, the condition fails, and that is
/// success. So these changes may come late, twice and in any order (at-least-once). What a user does themselves is a patch with a
/// condition of its own. An inbox entry that doesn't exist is created, unless its user was erased. A patch has at most 10 operations, a
/// limit of Cosmos DB: leaving uses 9 and joining 10.
/// </remarks>
public sealed class InboxProjection(ChatContainers containers, ConversationReader reader, TimeProvider time)
{
    private readonly InboxStore _store = new(containers.Users, reader, time);

    /// <summary>Advances a user's inbox entry to the state of a conversation, and raises the watermarks that are given.</summary>
    /// <remarks>
    /// A member who came back to a group doesn't see what was said while they were away. If their entry is still of the membership before,
    /// the join is projected here. A group's tombstone comes back by a join alone.
    /// </remarks>
    public async Task RaiseAsync(
        UserId user,
        ConversationSnapshot snapshot,
        CancellationToken cancellationToken,
        InboxWatermarks watermarks = default)
    {
        List<PatchOperation> advance =
        [
            PatchOperation.Set("/last", snapshot.Last),
            PatchOperation.Set("/activity", snapshot.Activity),
            InboxStore.NextVersion,
        ];
        var isBehind = IsBehind(user, snapshot);
        var patches = watermarks.Patches.ToList();

        // Usually the entry and all watermarks are behind. Then one patch does it, which costs less than one for each.
        var areAllBehind = string.Join(" AND ", [isBehind, .. patches.Select(one => one.IsBehind)]);
        PatchOperation[] all = [.. advance, .. patches.SelectMany(one => one.Set)];
        if (await PatchAsync(user, snapshot, all, areAllBehind, watermarks, cancellationToken))
        {
            return;
        }

        // Something wasn't behind. A failed condition doesn't tell what, so the rest is tried one by one.
        var isAdvanced = patches.Count > 0
            && await PatchAsync(user, snapshot, advance, isBehind, watermarks, cancellationToken);
        foreach (var (set, isWatermarkBehind) in patches)
        {
            await PatchAsync(user, snapshot, [.. set, InboxStore.NextVersion], isWatermarkBehind, watermarks, cancellationToken);
        }

        if (!isAdvanced && snapshot.CameBackAt(user) is > 0 and var joinedSeq)
        {
            await JoinIfMissingAsync(user, snapshot, joinedSeq, cancellationToken);
        }
    }

    /// <summary>The condition that an entry is behind a conversation's state, and of the membership that the state shows.</summary>
    private static string IsBehind(UserId user, ConversationSnapshot snapshot)
    {
        var isBehind = $"c.last.seq < {snapshot.LastSeq}";
        if (snapshot.Kind != ConversationKind.Direct)
        {
            isBehind += " AND (NOT IS_NULL(c.activity) OR c.joinedSeq > c.last.seq)";
        }

        return snapshot.CameBackAt(user) is > 0 and var joinedSeq
            ? $"{isBehind} AND (NOT IS_DEFINED(c.joinedSeq) OR c.joinedSeq >= {joinedSeq})"
            : isBehind;
    }

    /// <summary>Projects the join of a user who came back, if their entry is still of a membership before.</summary>
    private async Task JoinIfMissingAsync(
        UserId user,
        ConversationSnapshot snapshot,
        long joinedSeq,
        CancellationToken cancellationToken)
    {
        // The refused patch before has refreshed the process's session.
        var entry = await ReadAsync(user, snapshot.ConversationId, cancellationToken);
        if (entry is not null && (entry.JoinedSeq is { } joined ? joined < joinedSeq : entry.IsTombstone))
        {
            var member = await _store.ReadMemberAsync(user, snapshot.ConversationId, joinedSeq, cancellationToken);
            await JoinAsync(member, snapshot, cancellationToken);
        }
    }

    /// <summary>
    /// Raises a user's read watermark because they read, and clears their unread flag, unless it was set at a later message. False when
    /// nothing changed.
    /// </summary>
    public async Task<bool> MarkReadAsync(UserId user, ConversationSnapshot snapshot, long readOrdinal, CancellationToken cancellationToken)
    {
        var watermarks = new InboxWatermarks(readOrdinal, 0);
        var isBehind = $"c.readOrdinal < {readOrdinal}";
        PatchOperation[] raise = [PatchOperation.Set("/readOrdinal", readOrdinal), InboxStore.NextVersion];

        // If they had read that far before, only the unread flag may be left to clear.
        var mayClear = $"({isBehind} AND (NOT IS_NUMBER(c.markedUnreadOrdinal) OR c.markedUnreadOrdinal <= {readOrdinal}))"
            + $" OR (c.readOrdinal = {readOrdinal} AND c.markedUnreadOrdinal = {readOrdinal})";
        PatchOperation[] raiseAndClear = [PatchOperation.Set("/markedUnreadOrdinal", (long?)null), .. raise];
        return await PatchAsync(user, snapshot, raiseAndClear, mayClear, watermarks, cancellationToken)
            || await PatchAsync(user, snapshot, raise, isBehind, watermarks, cancellationToken);
    }

    /// <summary>Marks a member's entry as unread; false when they have left.</summary>
    public async Task<bool> MarkUnreadAsync(Member member, ConversationSnapshot snapshot, CancellationToken cancellationToken)
    {
        var (entry, _) = await ReadOrCreateAsync(member, snapshot, cancellationToken);
        if (entry.IsTombstone)
        {
            return false;
        }

        // The flag ends when the read watermark exceeds it. A message that the user sent before may raise the watermark only now, so the
        // flag is set at the newest message that they know of.
        var known = Math.Max(snapshot.LastOrdinal, Math.Max(entry.LastOrdinal, entry.ReadOrdinal));
        var isBehind = $"NOT IS_NUMBER(c.markedUnreadOrdinal) OR c.markedUnreadOrdinal < {known}";
        List<PatchOperation> mark = [PatchOperation.Set("/markedUnreadOrdinal", known), InboxStore.NextVersion];
        await PatchAsync(member.UserId, snapshot, mark, isBehind, default, cancellationToken);
        return true;
    }

    /// <summary>Raises the position up to which a user has cleared the conversation for themselves.</summary>
    /// <param name="user">The user.</param>
    /// <param name="snapshot">The conversation.</param>
    /// <param name="seq">The position.</param>
    /// <param name="ordinal">The ordinal of the last message up to it; 0 for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task RaiseClearedAsync(
        UserId user,
        ConversationSnapshot snapshot,
        long seq,
        long ordinal,
        CancellationToken cancellationToken) =>
        PatchAsync(
            user,
            snapshot,
            [PatchOperation.Set("/clearedSeq", seq), PatchOperation.Set("/clearedOrdinal", ordinal), InboxStore.NextVersion],
            $"c.clearedSeq < {seq}",
            default,
            cancellationToken);

    /// <summary>Hides a message that a member deleted for themselves.</summary>
    /// <returns>Whether that changes what is unread.</returns>
    public async Task<bool> HideAsync(
        Member member,
        ConversationSnapshot snapshot,
        long seq,
        long ordinal,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await ReadOrCreateAsync(member, snapshot, cancellationToken);
            var after = before.WithHidden(seq, ordinal);
            if (after == before)
            {
                return false;
            }

            List<PatchOperation> hide =
            [
                PatchOperation.Set("/hiddenSeq", after.HiddenSeq),
                PatchOperation.Set("/hiddenOrdinals", after.HiddenOrdinals),
            ];
            if (await TryPatchAsync(before, hide, etag, cancellationToken))
            {
                return after.HiddenOrdinals != before.HiddenOrdinals;
            }
        }
    }

    /// <summary>Turns a user's inbox entry into a tombstone, because a log entry says that they left. No list shows it.</summary>
    /// <param name="user">The user who left.</param>
    /// <param name="snapshot">The conversation; <see cref="ConversationSnapshot.LastSeq"/> is the log entry by which they left.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task LeaveAsync(UserId user, ConversationSnapshot snapshot, CancellationToken cancellationToken)
    {
        List<PatchOperation> leave =
        [
            PatchOperation.Set("/last/seq", snapshot.LastSeq),
            PatchOperation.Set("/last/message", (MessagePreview?)null),
            PatchOperation.Set("/activity", (string?)null),
            .. PreferencesReset.Patch,
            InboxStore.NextVersion,
        ];

        // The inbox entry may have been advanced to that seq while the user was still taken for a member. Leaving wins then.
        var isBehind = $"c.last.seq < {snapshot.LastSeq} OR (c.last.seq = {snapshot.LastSeq} AND NOT IS_NULL(c.activity))";
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            if (await _store.PatchIfAsync(user, snapshot.ConversationId, leave, isBehind, cancellationToken) is not null)
            {
                return;
            }

            // There was no inbox entry. The tombstone is created all the same: without it, a late fan-out would create a member's entry.
            var tombstone = snapshot.ToEntry(user) with { LastMessage = null, Activity = null };
            if (await _store.TryProjectAsync(tombstone, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Takes a direct conversation off a user's list, because they restrict the other one, or puts it back. What they set for themselves
    /// stays.
    /// </summary>
    /// <param name="user">Who restricts.</param>
    /// <param name="snapshot">The conversation by a head that has the restriction, or doesn't have it any more.</param>
    /// <param name="isRestricted">Whether they do.</param>
    /// <param name="version">The restriction's; once a newer one was written here, this one does nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task RestrictAsync(
        UserId user,
        ConversationSnapshot snapshot,
        bool isRestricted,
        long version,
        CancellationToken cancellationToken)
    {
        var (isOlder, note) = (
            $"(NOT IS_DEFINED(c.restrictVersion) OR c.restrictVersion < {version})",
            PatchOperation.Set("/restrictVersion", version));
        if (!isRestricted)
        {
            List<PatchOperation> list = [PatchOperation.Set("/activity", snapshot.Activity), note, InboxStore.NextVersion];
            var isHidden = $"IS_NULL(c.activity) AND {isOlder}";
            if (await _store.PatchIfAsync(user, snapshot.ConversationId, list, isHidden, cancellationToken) == false)
            {
                // A newer message has listed it again, or somebody else has.
                await _store.PatchIfAsync(user, snapshot.ConversationId, [note], isOlder, cancellationToken);
            }

            await RaiseAsync(user, snapshot, cancellationToken);
            return;
        }

        // The last message, too: what was committed before, and is projected late, then finds the entry as far already.
        List<PatchOperation> hide =
        [
            PatchOperation.Set("/last", snapshot.Last),
            PatchOperation.Set("/activity", (string?)null),
            note,
            InboxStore.NextVersion,
        ];
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            if (await _store.PatchIfAsync(user, snapshot.ConversationId, hide, isOlder, cancellationToken) is not null
                || await _store.TryProjectAsync(
                    snapshot.ToEntry(user) with { Activity = null, RestrictVersion = version },
                    cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Projects a leave once more, when a user is answered that they aren't a member. Their own leave may be committed although its call
    /// ended before their list changed. Nothing changes if the conversation isn't in their list, or if they are a member.
    /// </summary>
    public async Task LeaveAgainAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        if (await ReadAsync(user, conversation, cancellationToken) is not { IsTombstone: false })
        {
            return;
        }

        // A user who left may have come back. A lagging replica may not show it.
        await reader.RefreshSessionAsync(conversation, cancellationToken);
        if (await reader.ReadHeadAsync(conversation, null, cancellationToken) is { } head
            && (head.DeletedAt is not null || !await reader.IsMemberAsync(head, user, cancellationToken)))
        {
            await LeaveAsync(user, ConversationSnapshot.Of(head) with { LastSeq = head.LastSeq }, cancellationToken);
        }
    }

    /// <summary>Sets title and picture as of a log entry, unless a newer log entry has set them.</summary>
    public Task RaiseProfileAsync(UserId user, ConversationSnapshot snapshot, CancellationToken cancellationToken)
    {
        List<PatchOperation> set =
        [
            PatchOperation.Set("/title", snapshot.Title),
            PatchOperation.Set("/avatarUrl", snapshot.AvatarUrl),
            PatchOperation.Set("/aboutSeq", snapshot.ProfileSeq),
            InboxStore.NextVersion,
        ];
        return PatchAsync(user, snapshot, set, $"c.aboutSeq < {snapshot.ProfileSeq}", default, cancellationToken);
    }

    /// <summary>
    /// Starts a membership in the user's inbox entry, the first or a later one. Earlier messages aren't unread, and earlier settings are
    /// reset. Repeats for the same membership reset nothing, and the end of the membership before needn't be projected first.
    /// </summary>
    /// <remarks>Two patches, because of the limit of operations. See <see cref="InboxEntry.IsSince"/> for what is between them.</remarks>
    public async Task JoinAsync(Member member, ConversationSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (!await _store.TryProjectAsync(InboxStore.NewEntry(snapshot, member, default), cancellationToken))
        {
            List<PatchOperation> begin =
            [
                PatchOperation.Set("/joinedSeq", member.JoinedSeq),
                PatchOperation.Set("/joinedOrdinal", member.JoinedOrdinal),
                PatchOperation.Set("/seesEarlier", member.SeesEarlier),
                // Leaving ended the earlier push group membership, so its expiry doesn't count.
                PatchOperation.Set("/pushUntil", snapshot.PushUntil?.ToUnixTimeSeconds() ?? 0),
                .. PreferencesReset.Patch,
                InboxStore.NextVersion,
            ];
            var isBehind = $"NOT IS_DEFINED(c.joinedSeq) OR c.joinedSeq < {member.JoinedSeq}";
            await PatchAsync(member.UserId, snapshot, begin, isBehind, default, cancellationToken);
            await RaiseAsync(member.UserId, snapshot, cancellationToken);
        }

        if (snapshot.ProfileSeq > 0)
        {
            await RaiseProfileAsync(member.UserId, snapshot, cancellationToken);
        }
    }

    /// <summary>Notes when a user's membership in the push group ends; false when the conversation isn't in their list.</summary>
    public async Task<bool> TrySetPushUntilAsync(
        UserId user,
        ConversationId conversation,
        DateTimeOffset until,
        CancellationToken cancellationToken)
    {
        // Clients don't see it, so the version stays.
        List<PatchOperation> set = [PatchOperation.Set("/pushUntil", until.ToUnixTimeSeconds())];
        return await _store.PatchIfAsync(user, conversation, set, "NOT IS_NULL(c.activity)", cancellationToken) == true;
    }

    /// <summary>
    /// Notes in a tombstone that its user isn't in the push group, so that no renewal selects it again. Does nothing if the entry has
    /// changed since it was read.
    /// </summary>
    public Task ForgetPushUntilAsync(InboxEntry tombstone, CancellationToken cancellationToken) =>
        _store.PatchIfAsync(
            tombstone.UserId,
            tombstone.ConversationId,
            [PatchOperation.Set("/pushUntil", (long?)null)],
            $"IS_NULL(c.activity) AND c.version = {tombstone.Version}",
            cancellationToken);

    /// <summary>A user's inbox entry; null when there is none.</summary>
    public async Task<InboxEntry?> ReadAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken) =>
        (await _store.ReadAsync(user, conversation, cancellationToken)).Document;

    /// <summary>
    /// A member's inbox entry with its ETag, of this membership or a later one. If the join isn't projected yet, it is projected here:
    /// otherwise it would reset later what the member sets now. The inbox entry is a tombstone if they have left meanwhile.
    /// </summary>
    public async Task<(InboxEntry Entry, string ETag)> ReadOrCreateAsync(
        Member member,
        ConversationSnapshot snapshot,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (entry, etag) = await _store.ReadAsync(member.UserId, snapshot.ConversationId, cancellationToken);
            if (entry?.IsSince(member.JoinedSeq) == true)
            {
                return (entry, etag!);
            }

            // What the user does themselves creates it in any case.
            if (entry is not null
                || !await _store.TryCreateAsync(InboxStore.NewEntry(snapshot, member, default), cancellationToken))
            {
                await JoinAsync(member, snapshot, cancellationToken);
            }
        }
    }

    /// <summary>Writes what a user changes in their entry; false when it has changed since it was read.</summary>
    public Task<bool> TryPatchAsync(
        InboxEntry read,
        IReadOnlyList<PatchOperation> changes,
        string etag,
        CancellationToken cancellationToken) =>
        _store.TryPatchAsync(read, [.. changes, InboxStore.NextVersion], etag, cancellationToken);

    /// <summary>True when the patch was applied or the entry created, false when the entry was as far already.</summary>
    private Task<bool> PatchAsync(
        UserId user,
        ConversationSnapshot snapshot,
        IReadOnlyList<PatchOperation> operations,
        string condition,
        InboxWatermarks watermarks,
        CancellationToken cancellationToken) =>
        _store.PatchOrCreateAsync(user, snapshot, operations, condition, watermarks, cancellationToken);
}
