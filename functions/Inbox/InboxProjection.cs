using System.Net;
using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
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

    /// <summary>Moves a user's entry to a change, and their read mark to their own last message in it.</summary>
    public async Task RaiseAsync(UserId user, InboxChange change, CancellationToken cancellationToken, long ownOrdinal = 0)
    {
        ArgumentNullException.ThrowIfNull(change);
        List<PatchOperation> forward =
        [
            PatchOperation.Set("/lastSeq", change.LastSeq),
            PatchOperation.Set("/lastOrdinal", change.LastOrdinal),
            PatchOperation.Set("/lastMessage", change.LastMessage),
            PatchOperation.Set("/memberCount", change.MemberCount),
            PatchOperation.Set("/activity", change.Activity),
            NextVersion,
        ];
        var isBehind = $"c.lastSeq < {change.LastSeq}";
        var outcome = ownOrdinal > 0
            ? await PatchAsync(user, change, [.. forward, .. HasRead(ownOrdinal)], $"{isBehind} AND c.readOrdinal < {ownOrdinal}", ownOrdinal, cancellationToken)
            : await PatchAsync(user, change, forward, isBehind, 0, cancellationToken);
        if (outcome || ownOrdinal == 0)
        {
            return;
        }

        // One of the two was ahead already; the other may not be.
        await PatchAsync(user, change, forward, isBehind, ownOrdinal, cancellationToken);
        await RaiseReadAsync(user, change, ownOrdinal, cancellationToken);
    }

    /// <summary>Moves a user's read mark to an ordinal because they read, which also ends what they marked as unread.</summary>
    public async Task MarkReadAsync(UserId user, InboxChange change, long readOrdinal, CancellationToken cancellationToken)
    {
        if (!await RaiseReadAsync(user, change, readOrdinal, cancellationToken))
        {
            await PatchAsync(user, change, [PatchOperation.Set("/markedUnread", false), NextVersion], "c.markedUnread = true", readOrdinal, cancellationToken);
        }
    }

    /// <summary>Marks a user's entry as unread.</summary>
    public async Task MarkUnreadAsync(UserId user, InboxChange change, CancellationToken cancellationToken)
    {
        await ReadOrCreateAsync(user, change, cancellationToken);
        await PatchAsync(user, change, [PatchOperation.Set("/markedUnread", true), NextVersion], "c.markedUnread = false", 0, cancellationToken);
    }

    /// <summary>Clears a user's entry up to a position and the ordinal of the last message there, where it isn't cleared further.</summary>
    public Task RaiseClearedAsync(UserId user, InboxChange change, long seq, long ordinal, CancellationToken cancellationToken) =>
        PatchAsync(
            user,
            change,
            [PatchOperation.Set("/clearedSeq", seq), PatchOperation.Set("/clearedOrdinal", ordinal), NextVersion],
            $"c.clearedSeq < {seq}",
            0,
            cancellationToken);

    /// <summary>Notes until when a user gets a conversation's pushes; nothing when there is no entry yet.</summary>
    public async Task SetPushUntilAsync(UserId user, ConversationId conversation, DateTimeOffset until, CancellationToken cancellationToken)
    {
        using var response = await _users.PatchItemStreamAsync(
            InboxEntry.DocumentId(conversation),
            new PartitionKey(user.Value),
            [PatchOperation.Set("/pushUntil", until.ToUnixTimeSeconds())],
            NoContent(null),
            cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>A user's entry, or null.</summary>
    public async Task<InboxEntry?> ReadAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken) =>
        (await _users.ReadDocumentAsync(InboxEntry.DocumentId(conversation), new PartitionKey(user.Value), ChatJson.Default.InboxEntry, null, cancellationToken)).Document;

    /// <summary>A user's entry with its ETag; one that isn't there is created from the change.</summary>
    public async Task<StoredDocument<InboxEntry>> ReadOrCreateAsync(UserId user, InboxChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        while (true)
        {
            var stored = await _users.ReadDocumentAsync(InboxEntry.DocumentId(change.ConversationId), new PartitionKey(user.Value), ChatJson.Default.InboxEntry, null, cancellationToken);
            if (stored.Document is not null)
            {
                return stored;
            }

            await TryCreateAsync(user, change, 0, cancellationToken);
        }
    }

    private static PatchOperation[] HasRead(long ordinal) => [PatchOperation.Set("/readOrdinal", ordinal), PatchOperation.Set("/markedUnread", false)];

    private static PatchItemRequestOptions NoContent(string? condition) =>
        new() { FilterPredicate = condition is null ? null : $"FROM c WHERE {condition}", EnableContentResponseOnWrite = false };

    private Task<bool> RaiseReadAsync(UserId user, InboxChange change, long readOrdinal, CancellationToken cancellationToken) =>
        PatchAsync(user, change, [.. HasRead(readOrdinal), NextVersion], $"c.readOrdinal < {readOrdinal}", readOrdinal, cancellationToken);

    /// <summary>True when the patch applied or created the entry, false when the entry was ahead of the condition.</summary>
    private async Task<bool> PatchAsync(
        UserId user,
        InboxChange change,
        List<PatchOperation> operations,
        string condition,
        long readOrdinal,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            using var patched = await _users.PatchItemStreamAsync(InboxEntry.DocumentId(change.ConversationId), new PartitionKey(user.Value), operations, NoContent(condition), cancellationToken);
            if (patched.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return false;
            }

            if (patched.StatusCode != HttpStatusCode.NotFound)
            {
                patched.EnsureSuccessStatusCode();
                return true;
            }

            if (await TryCreateAsync(user, change, readOrdinal, cancellationToken))
            {
                return true;
            }
        }
    }

    /// <summary>Creates an entry, once in its life: where the member began, and how far they had read. False when somebody else did.</summary>
    private async Task<bool> TryCreateAsync(UserId user, InboxChange change, long readOrdinal, CancellationToken cancellationToken)
    {
        var member = await reader.ReadMemberAsync(change.ConversationId, user, cancellationToken);
        var entry = change.ToEntry(user) with
        {
            JoinedOrdinal = member?.JoinedOrdinal ?? 0,
            ReadOrdinal = Math.Max(readOrdinal, member?.ReadOrdinal ?? 0),
            ClearedSeq = member?.ClearedSeq ?? 0,
            ClearedOrdinal = member?.ClearedOrdinal ?? 0,
        };
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(entry, ChatJson.Default.InboxEntry), writable: false);
        using var created = await _users.CreateItemStreamAsync(body, new PartitionKey(user.Value), new ItemRequestOptions { EnableContentResponseOnWrite = false }, cancellationToken);
        if (created.StatusCode == HttpStatusCode.Conflict)
        {
            return false;
        }

        created.EnsureSuccessStatusCode();
        return true;
    }
}
