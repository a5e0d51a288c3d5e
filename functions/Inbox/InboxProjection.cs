using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Inbox;

/// <summary>Applies the log's changes, and the user's own, to inbox entries; see <see cref="InboxEntry"/>.</summary>
/// <remarks>
/// Each change raises a watermark by one conditional patch. If the entry is as far already, the condition fails, and that is success. So
/// changes may come late, twice and in any order (at-least-once). An entry that doesn't exist is created.
/// </remarks>
public sealed class InboxProjection(ChatContainers containers, ConversationReader reader)
{
    private readonly InboxStore _store = new(containers.Users, reader);

    /// <summary>Advances a user's entry to a change, and raises their own watermarks.</summary>
    public async Task RaiseAsync(
        UserId user,
        InboxChange change,
        CancellationToken cancellationToken,
        InboxWatermarks watermarks = default)
    {
        List<PatchOperation> advance =
        [
            PatchOperation.Set("/last", change.Last),
            PatchOperation.Set("/activity", change.Activity),
            InboxStore.NextVersion,
        ];
        var isBehind = $"c.last.seq < {change.LastSeq}";
        var patches = watermarks.Patches.ToList();

        // Usually all of them rise, and one patch costs less than three.
        var areAllBehind = string.Join(" AND ", [isBehind, .. patches.Select(one => one.IsBehind)]);
        if (await PatchAsync(user, change, [.. advance, .. patches.SelectMany(one => one.Set)], areAllBehind, watermarks, cancellationToken)
            || patches.Count == 0)
        {
            return;
        }

        // At least one was as far already. A patch doesn't tell which one, so each is tried alone.
        await PatchAsync(user, change, advance, isBehind, watermarks, cancellationToken);
        foreach (var (set, isWatermarkBehind) in patches)
        {
            await PatchAsync(user, change, [.. set, InboxStore.NextVersion], isWatermarkBehind, watermarks, cancellationToken);
        }
    }

    /// <summary>Raises a user's read watermark because they read, and clears their unread flag. False when nothing changed.</summary>
    public async Task<bool> MarkReadAsync(UserId user, InboxChange change, long readOrdinal, CancellationToken cancellationToken)
    {
        var watermarks = new InboxWatermarks(readOrdinal, 0);
        var (set, isBehind) = watermarks.Patches.FirstOrDefault();
        var end = PatchOperation.Set("/markedUnreadOrdinal", (long?)null);
        if (set is not null
            && await PatchAsync(user, change, [.. set, end, InboxStore.NextVersion], isBehind, watermarks, cancellationToken))
        {
            return true;
        }

        // They had read that far before: only the unread flag may be left to clear.
        const string isMarkedUnread = "c.markedUnreadOrdinal >= c.readOrdinal";
        return await PatchAsync(user, change, [end, InboxStore.NextVersion], isMarkedUnread, watermarks, cancellationToken);
    }

    /// <summary>Marks a member's entry as unread; false when they have left.</summary>
    public async Task<bool> MarkUnreadAsync(Member member, InboxChange change, CancellationToken cancellationToken)
    {
        var (entry, _) = await ReadOrCreateAsync(member, change, cancellationToken);
        if (entry.IsLeft)
        {
            return false;
        }

        // The user knows of all messages so far. Their own message among these, projected late, mustn't clear the flag.
        var known = Math.Max(change.LastOrdinal, Math.Max(entry.LastOrdinal, entry.ReadOrdinal));
        var isBehind = $"NOT IS_NUMBER(c.markedUnreadOrdinal) OR c.markedUnreadOrdinal < {known}";
        List<PatchOperation> mark = [PatchOperation.Set("/markedUnreadOrdinal", known), InboxStore.NextVersion];
        await PatchAsync(member.UserId, change, mark, isBehind, default, cancellationToken);
        return true;
    }

    /// <summary>Raises a user's cleared watermark: a position, with the ordinal of the last message up to it.</summary>
    public Task RaiseClearedAsync(UserId user, InboxChange change, long seq, long ordinal, CancellationToken cancellationToken) =>
        PatchAsync(
            user,
            change,
            [PatchOperation.Set("/clearedSeq", seq), PatchOperation.Set("/clearedOrdinal", ordinal), InboxStore.NextVersion],
            $"c.clearedSeq < {seq}",
            default,
            cancellationToken);

    /// <summary>Hides a message that a member deleted for themselves.</summary>
    /// <returns>Whether that changes what is unread.</returns>
    public async Task<bool> HideAsync(Member member, InboxChange change, long seq, long ordinal, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await ReadOrCreateAsync(member, change, cancellationToken);
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

    /// <summary>Turns a user's entry into a tombstone, because an entry of the log says that they left. No list shows it.</summary>
    /// <param name="user">The user who left.</param>
    /// <param name="change">The conversation, with the entry by which they left as its <see cref="InboxChange.LastSeq"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task LeaveAsync(UserId user, InboxChange change, CancellationToken cancellationToken)
    {
        List<PatchOperation> leave =
        [
            PatchOperation.Set("/last/seq", change.LastSeq),
            PatchOperation.Set("/last/message", (MessagePreview?)null),
            PatchOperation.Set("/activity", (string?)null),
            .. PreferencesReset.Patch,
            InboxStore.NextVersion,
        ];

        // The entry may have been advanced to that seq before, as a member's. Then leaving wins.
        var isBehind = $"c.last.seq < {change.LastSeq} OR (c.last.seq = {change.LastSeq} AND NOT IS_NULL(c.activity))";
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            if (await _store.PatchIfAsync(user, change.ConversationId, leave, isBehind, cancellationToken) is not null)
            {
                return;
            }

            // Without a tombstone, a late fan-out of an older entry would create the list's entry again.
            var tombstone = change.ToEntry(user) with { LastMessage = null, Activity = null };
            if (await _store.TryCreateAsync(tombstone, cancellationToken))
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
    /// <param name="change">The conversation by a head that has the restriction, or doesn't have it any more.</param>
    /// <param name="isRestricted">Whether they do.</param>
    /// <param name="version">The restriction's; once a newer one was written here, this one does nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task RestrictAsync(
        UserId user,
        InboxChange change,
        bool isRestricted,
        long version,
        CancellationToken cancellationToken)
    {
        var (isOlder, note) = (
            $"(NOT IS_DEFINED(c.restrictVersion) OR c.restrictVersion < {version})",
            PatchOperation.Set("/restrictVersion", version));
        if (!isRestricted)
        {
            List<PatchOperation> list = [PatchOperation.Set("/activity", change.Activity), note, InboxStore.NextVersion];
            var isHidden = $"IS_NULL(c.activity) AND {isOlder}";
            if (await _store.PatchIfAsync(user, change.ConversationId, list, isHidden, cancellationToken) == false)
            {
                // A newer message has listed it again, or somebody else has.
                await _store.PatchIfAsync(user, change.ConversationId, [note], isOlder, cancellationToken);
            }

            await RaiseAsync(user, change, cancellationToken);
            return;
        }

        // The last message, too: what was committed before, and is projected late, then finds the entry as far already.
        List<PatchOperation> hide =
        [
            PatchOperation.Set("/last", change.Last),
            PatchOperation.Set("/activity", (string?)null),
            note,
            InboxStore.NextVersion,
        ];
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            if (await _store.PatchIfAsync(user, change.ConversationId, hide, isOlder, cancellationToken) is not null
                || await _store.TryCreateAsync(change.ToEntry(user) with { Activity = null, RestrictVersion = version }, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Projects a leave once more when a user is told that they aren't a member: an earlier call of theirs may have been committed but
    /// ended before it reached their list. Nothing changes if the conversation isn't in their list, or if they are a member.
    /// </summary>
    public async Task LeaveAgainAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        if (await ReadAsync(user, conversation, cancellationToken) is not { IsLeft: false })
        {
            return;
        }

        // A lagging replica may show a member document from before they came back.
        await reader.RefreshSessionAsync(conversation, cancellationToken);
        if (await reader.ReadHeadAsync(conversation, null, cancellationToken) is { } head
            && (head.DeletedAt is not null || !await reader.IsMemberAsync(head, user, cancellationToken)))
        {
            await LeaveAsync(user, InboxChange.Of(head) with { LastSeq = head.LastSeq }, cancellationToken);
        }
    }

    /// <summary>Sets title and picture as of an entry of the log, unless a newer entry has set them.</summary>
    public Task RaiseProfileAsync(UserId user, InboxChange change, CancellationToken cancellationToken)
    {
        List<PatchOperation> set =
        [
            PatchOperation.Set("/title", change.Title),
            PatchOperation.Set("/avatarUrl", change.AvatarUrl),
            PatchOperation.Set("/aboutSeq", change.ProfileSeq),
            InboxStore.NextVersion,
        ];
        return PatchAsync(user, change, set, $"c.aboutSeq < {change.ProfileSeq}", default, cancellationToken);
    }

    /// <summary>
    /// Starts a membership in the user's entry, be it their first or a later one: earlier messages aren't unread, and earlier settings
    /// are reset. It happens once for each membership, even if the end of the one before was never projected.
    /// </summary>
    public async Task JoinAsync(Member member, InboxChange change, CancellationToken cancellationToken)
    {
        if (!await _store.TryCreateAsync(InboxStore.NewEntry(change, member, default), cancellationToken))
        {
            List<PatchOperation> begin =
            [
                PatchOperation.Set("/joinedSeq", member.JoinedSeq),
                PatchOperation.Set("/joinedOrdinal", member.JoinedOrdinal),
                // The membership in the push group ended when they left.
                PatchOperation.Set("/pushUntil", change.PushUntil?.ToUnixTimeSeconds() ?? 0),
                .. PreferencesReset.Patch,
                InboxStore.NextVersion,
            ];
            var isBehind = $"NOT IS_DEFINED(c.joinedSeq) OR c.joinedSeq < {member.JoinedSeq}";
            await PatchAsync(member.UserId, change, begin, isBehind, default, cancellationToken);
            await RaiseAsync(member.UserId, change, cancellationToken);
        }

        if (change.ProfileSeq > 0)
        {
            await RaiseProfileAsync(member.UserId, change, cancellationToken);
        }
    }

    /// <summary>Sets when a user's membership in the push group ends; false when the conversation isn't in their list.</summary>
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

    /// <summary>A user's entry, or null.</summary>
    public async Task<InboxEntry?> ReadAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken) =>
        (await _store.ReadAsync(user, conversation, cancellationToken)).Document;

    /// <summary>
    /// A member's entry with its ETag, of this membership or a later one. If the join isn't projected yet, it is projected here: later it
    /// would undo what the member sets now. The entry is a tombstone if they have left meanwhile.
    /// </summary>
    public async Task<(InboxEntry Entry, string ETag)> ReadOrCreateAsync(
        Member member,
        InboxChange change,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (entry, etag) = await _store.ReadAsync(member.UserId, change.ConversationId, cancellationToken);
            if (entry?.IsSince(member.JoinedSeq) == true)
            {
                return (entry, etag!);
            }

            await JoinAsync(member, change, cancellationToken);
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
        InboxChange change,
        IReadOnlyList<PatchOperation> operations,
        string condition,
        InboxWatermarks watermarks,
        CancellationToken cancellationToken) =>
        _store.PatchOrCreateAsync(user, change, operations, condition, watermarks, cancellationToken);
}
