using System.Net;
using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Inbox;

/// <summary>Moves inbox entries forward; see <see cref="InboxEntry"/>.</summary>
/// <remarks>
/// Each raise is one conditional patch in the user's partition: where the entry is as far already the condition fails, and that is success.
/// So raises may come late, twice and in any order. An entry that isn't there is created from the change and the member.
/// </remarks>
public sealed class InboxProjection(ChatContainers containers, ConversationReader reader)
{
    private readonly Container _users = containers.Users;

    /// <summary>Goes with every change that clients see.</summary>
    public static PatchOperation NextVersion { get; } = PatchOperation.Increment("/version", 1);

    /// <summary>Moves a user's entry to a change, and their watermarks to what in it is their own and what mentions them.</summary>
    public async Task RaiseAsync(UserId user, InboxChange change, CancellationToken cancellationToken, InboxWatermarks watermarks = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        List<PatchOperation> forward =
        [
            PatchOperation.Set("/last", change.Last),
            PatchOperation.Set("/activity", change.Activity),
            NextVersion,
        ];
        var isBehind = $"c.last.seq < {change.LastSeq}";
        var raised = watermarks.Patches.ToList();
        if (await PatchAsync(user, change, [.. forward, .. raised.SelectMany(one => one.Set)], string.Join(" AND ", [isBehind, .. raised.Select(one => one.IsBehind)]), watermarks, cancellationToken)
            || raised.Count == 0)
        {
            return;
        }

        // One of them was ahead already; the others may not be.
        await PatchAsync(user, change, forward, isBehind, watermarks, cancellationToken);
        foreach (var (set, isWatermarkBehind) in raised)
        {
            await PatchAsync(user, change, [.. set, NextVersion], isWatermarkBehind, watermarks, cancellationToken);
        }
    }

    /// <summary>Moves a user's read mark to an ordinal because they read, which also ends what they marked as unread. False when nothing changed.</summary>
    public async Task<bool> MarkReadAsync(UserId user, InboxChange change, long readOrdinal, CancellationToken cancellationToken)
    {
        var watermarks = new InboxWatermarks(readOrdinal, 0);
        var (set, isBehind) = watermarks.Patches.FirstOrDefault();
        var end = PatchOperation.Set("/markedUnreadOrdinal", (long?)null);
        return (set is not null && await PatchAsync(user, change, [.. set, end, NextVersion], isBehind, watermarks, cancellationToken))
            || await PatchAsync(user, change, [end, NextVersion], "c.markedUnreadOrdinal >= c.readOrdinal", watermarks, cancellationToken);
    }

    /// <summary>Marks a member's entry as unread; false when they have left.</summary>
    public async Task<bool> MarkUnreadAsync(Member member, InboxChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        var (entry, _) = await ReadOrCreateAsync(member, change, cancellationToken);
        if (entry.IsLeft)
        {
            return false;
        }

        // What the user knew is what yields to nothing that was there already, however late it is projected.
        var known = Math.Max(change.LastOrdinal, Math.Max(entry.LastOrdinal, entry.ReadOrdinal));
        var isBehind = $"NOT IS_NUMBER(c.markedUnreadOrdinal) OR c.markedUnreadOrdinal < {known}";
        await PatchAsync(member.UserId, change, [PatchOperation.Set("/markedUnreadOrdinal", known), NextVersion], isBehind, default, cancellationToken);
        return true;
    }

    /// <summary>Clears a user's entry up to a position and the ordinal of the last message there, where it isn't cleared further.</summary>
    public Task RaiseClearedAsync(UserId user, InboxChange change, long seq, long ordinal, CancellationToken cancellationToken) =>
        PatchAsync(
            user,
            change,
            [PatchOperation.Set("/clearedSeq", seq), PatchOperation.Set("/clearedOrdinal", ordinal), NextVersion],
            $"c.clearedSeq < {seq}",
            default,
            cancellationToken);

    /// <summary>Leaves out a message that a member deleted for themselves.</summary>
    /// <returns>Whether it isn't unread any more by that.</returns>
    public async Task<bool> HideAsync(Member member, InboxChange change, long seq, long ordinal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await ReadOrCreateAsync(member, change, cancellationToken);
            var after = before.WithHidden(seq, ordinal);
            if (after == before)
            {
                return false;
            }

            if (await TryPatchAsync(before, [PatchOperation.Set("/hiddenSeq", after.HiddenSeq), PatchOperation.Set("/hiddenOrdinals", after.HiddenOrdinals)], etag, cancellationToken))
            {
                return after.HiddenOrdinals != before.HiddenOrdinals;
            }
        }
    }

    /// <summary>Makes a user's entry a trace of a conversation that they left by an entry of the log: no list has it until they are in again.</summary>
    /// <param name="user">Who left.</param>
    /// <param name="change">The conversation, with the entry by which they left as its <see cref="InboxChange.LastSeq"/>.</param>
    public async Task LeaveAsync(UserId user, InboxChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var partition = new PartitionKey(user.Value);
        List<PatchOperation> leave =
        [
            PatchOperation.Set("/last/seq", change.LastSeq),
            PatchOperation.Set("/last/message", (MessagePreview?)null),
            PatchOperation.Set("/activity", (string?)null),
            .. EndOfMembership.Patch,
            NextVersion,
        ];
        var isBehind = $"c.last.seq < {change.LastSeq} OR (c.last.seq = {change.LastSeq} AND NOT IS_NULL(c.activity))";
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            using var patched = await _users.PatchItemStreamAsync(InboxEntry.DocumentId(change.ConversationId), partition, leave, NoContent(isBehind), cancellationToken);
            if (patched.StatusCode != HttpStatusCode.NotFound)
            {
                if (patched.StatusCode != HttpStatusCode.PreconditionFailed)
                {
                    patched.EnsureSuccessStatusCode();
                    Metrics.InboxWrites.Add(1);
                }

                return;
            }

            // So that a late fan-out finds that they left.
            var trace = change.ToEntry(user) with { LastMessage = null, Activity = null };
            if (await TryCreateAsync(trace, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Does the same for a user who is told that they aren't in: they may have left, or deleted the conversation, by a call that got no
    /// further. It does nothing where no list has it, or where they are in.
    /// </summary>
    public async Task LeaveAgainAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        if (await ReadAsync(user, conversation, cancellationToken) is not { IsLeft: false })
        {
            return;
        }

        // A member document of a lagging replica may be of the time before they came back.
        await reader.RefreshSessionAsync(conversation, cancellationToken);
        if (await reader.ReadHeadAsync(conversation, null, cancellationToken) is { } head
            && (head.DeletedAt is not null || !await reader.IsMemberAsync(head, user, cancellationToken)))
        {
            await LeaveAsync(user, InboxChange.Of(head) with { LastSeq = head.LastSeq }, cancellationToken);
        }
    }

    /// <summary>Shows title and picture as an entry of the log left them, where nothing newer is shown.</summary>
    public Task RaiseProfileAsync(UserId user, InboxChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return PatchAsync(
            user,
            change,
            [PatchOperation.Set("/title", change.Title), PatchOperation.Set("/avatarUrl", change.AvatarUrl), PatchOperation.Set("/aboutSeq", change.ProfileSeq), NextVersion],
            $"c.aboutSeq < {change.ProfileSeq}",
            default,
            cancellationToken);
    }

    /// <summary>
    /// Moves the entry of a user who joins, perhaps not for the first time: what was sent before isn't unread, and what they had set before is
    /// gone. Once for each time that they join, whether or not the entry was told that they had left.
    /// </summary>
    public async Task JoinAsync(Member member, InboxChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(change);
        if (!await TryCreateAsync(EntryOf(member.UserId, change, member, default), cancellationToken))
        {
            List<PatchOperation> begin =
            [
                PatchOperation.Set("/joinedSeq", member.JoinedSeq),
                PatchOperation.Set("/joinedOrdinal", member.JoinedOrdinal),
                // A place that they had before ended when they left.
                PatchOperation.Set("/pushUntil", change.PushUntil?.ToUnixTimeSeconds() ?? 0),
                .. EndOfMembership.Patch,
                NextVersion,
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

    /// <summary>Notes until when a user gets a conversation's pushes; false when it isn't in their list.</summary>
    public async Task<bool> TrySetPushUntilAsync(UserId user, ConversationId conversation, DateTimeOffset until, CancellationToken cancellationToken)
    {
        using var response = await _users.PatchItemStreamAsync(
            InboxEntry.DocumentId(conversation),
            new PartitionKey(user.Value),
            [PatchOperation.Set("/pushUntil", until.ToUnixTimeSeconds())],
            NoContent("NOT IS_NULL(c.activity)"),
            cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed)
        {
            return false;
        }

        response.EnsureSuccessStatusCode();
        Metrics.InboxWrites.Add(1);
        return true;
    }

    /// <summary>A user's entry, or null.</summary>
    public async Task<InboxEntry?> ReadAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken) =>
        (await _users.ReadDocumentAsync(InboxEntry.DocumentId(conversation), new PartitionKey(user.Value), ChatJson.Default.InboxEntry, null, cancellationToken)).Document;

    /// <summary>
    /// A member's entry with its ETag, of this membership or a later one: where delivery hasn't said yet that they joined, it is said here, so
    /// that it undoes nothing that they set since. It is a trace if they have left meanwhile.
    /// </summary>
    public async Task<(InboxEntry Entry, string ETag)> ReadOrCreateAsync(Member member, InboxChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(change);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (entry, etag) = await _users.ReadDocumentAsync(
                InboxEntry.DocumentId(change.ConversationId),
                new PartitionKey(member.UserId.Value),
                ChatJson.Default.InboxEntry,
                null,
                cancellationToken);
            if (entry?.IsSince(member.JoinedSeq) == true)
            {
                return (entry, etag!);
            }

            await JoinAsync(member, change, cancellationToken);
        }
    }

    /// <summary>Writes what a user changes in their entry; false when it isn't as it was read any more.</summary>
    public async Task<bool> TryPatchAsync(InboxEntry read, IReadOnlyList<PatchOperation> changes, string etag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        using var response = await _users.PatchItemStreamAsync(
            read.Id,
            new PartitionKey(read.UserId.Value),
            [.. changes, NextVersion],
            new PatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false },
            cancellationToken);
        if (response.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }

        response.EnsureSuccessStatusCode();
        Metrics.InboxWrites.Add(1);
        return true;
    }

    private static PatchItemRequestOptions NoContent(string? condition) =>
        new() { FilterPredicate = condition is null ? null : $"FROM c WHERE {condition}", EnableContentResponseOnWrite = false };

    /// <summary>True when the patch applied or created the entry, false when the entry was ahead of the condition.</summary>
    private async Task<bool> PatchAsync(
        UserId user,
        InboxChange change,
        List<PatchOperation> operations,
        string condition,
        InboxWatermarks watermarks,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            using var patched = await _users.PatchItemStreamAsync(InboxEntry.DocumentId(change.ConversationId), new PartitionKey(user.Value), operations, NoContent(condition), cancellationToken);
            if (patched.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return false;
            }

            if (patched.StatusCode != HttpStatusCode.NotFound)
            {
                patched.EnsureSuccessStatusCode();
                Metrics.InboxWrites.Add(1);
                return true;
            }

            if (await TryCreateAsync(user, change, watermarks, cancellationToken))
            {
                return true;
            }
        }
    }

    /// <exception cref="TimeoutException">The member isn't to be seen yet.</exception>
    private async Task<bool> TryCreateAsync(UserId user, InboxChange change, InboxWatermarks watermarks, CancellationToken cancellationToken)
    {
        if (await reader.ReadMemberAsync(change.ConversationId, user, cancellationToken) is not { } member)
        {
            // The replica is behind: without the member the entry would begin anywhere.
            await reader.RefreshSessionAsync(change.ConversationId, cancellationToken);
            member = await reader.ReadMemberAsync(change.ConversationId, user, cancellationToken) ?? throw new TimeoutException("The member isn't to be seen yet.");
        }

        return await TryCreateAsync(EntryOf(user, change, member, watermarks), cancellationToken);
    }

    /// <summary>An entry, as it begins: where the member did, and how far they had read.</summary>
    private static InboxEntry EntryOf(UserId user, InboxChange change, Member member, InboxWatermarks watermarks) => change.ToEntry(user) with
    {
        JoinedSeq = member.JoinedSeq,
        JoinedOrdinal = member.JoinedOrdinal,
        ReadOrdinal = Math.Max(watermarks.Read, member.ReadOrdinal),
        MentionedOrdinal = watermarks.Mentioned,
        HiddenSeq = member.Hidden?.Max() ?? 0,
        ClearedSeq = member.ClearedSeq,
        ClearedOrdinal = member.ClearedOrdinal,
    };

    /// <summary>False when there is one already.</summary>
    private async Task<bool> TryCreateAsync(InboxEntry entry, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(entry, ChatJson.Default.InboxEntry), writable: false);
        using var created = await _users.CreateItemStreamAsync(
            body,
            new PartitionKey(entry.UserId.Value),
            new ItemRequestOptions { EnableContentResponseOnWrite = false },
            cancellationToken);
        if (created.StatusCode == HttpStatusCode.Conflict)
        {
            return false;
        }

        created.EnsureSuccessStatusCode();
        Metrics.InboxWrites.Add(1);
        return true;
    }
}
