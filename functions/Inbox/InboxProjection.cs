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

    /// <summary>Moves a user's entry to a change, and their marks to what in it is their own and what mentions them.</summary>
    public async Task RaiseAsync(UserId user, InboxChange change, CancellationToken cancellationToken, InboxMarks marks = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        List<PatchOperation> forward =
        [
            PatchOperation.Set("/lastSeq", change.LastSeq),
            PatchOperation.Set("/lastOrdinal", change.LastOrdinal),
            PatchOperation.Set("/lastMessage", change.LastMessage),
            PatchOperation.Set("/memberCount", change.MemberCount),
            PatchOperation.Set("/activity", change.Activity),
        ];
        var isBehind = $"c.lastSeq < {change.LastSeq}";
        var raised = marks.Raised.ToList();
        if (await PatchAsync(user, change, [.. forward, .. raised.Select(mark => mark.Set)], string.Join(" AND ", [isBehind, .. raised.Select(mark => mark.IsBehind)]), marks, cancellationToken)
            || raised.Count == 0)
        {
            return;
        }

        // One of them was ahead already; the others may not be.
        await PatchAsync(user, change, forward, isBehind, marks, cancellationToken);
        foreach (var (set, isMarkBehind) in raised)
        {
            await PatchAsync(user, change, [set], isMarkBehind, marks, cancellationToken);
        }
    }

    /// <summary>Moves a user's read mark to an ordinal; an entry that isn't there is created from the change.</summary>
    public Task RaiseReadAsync(UserId user, InboxChange change, long readOrdinal, CancellationToken cancellationToken) =>
        PatchAsync(user, change, [PatchOperation.Set("/readOrdinal", readOrdinal)], $"c.readOrdinal < {readOrdinal}", new(readOrdinal, 0), cancellationToken);

    /// <summary>Notes the last message that a user deleted for themselves.</summary>
    public Task HideAsync(UserId user, InboxChange change, long seq, CancellationToken cancellationToken) =>
        PatchAsync(user, change, [PatchOperation.Set("/hiddenSeq", seq)], $"c.hiddenSeq < {seq}", default, cancellationToken);

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

    /// <summary>How many of a conversation's messages, as its head counts them, a user hasn't read.</summary>
    public async Task<long> UnreadAsync(UserId user, Head head, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        return await ReadAsync(user, head.ConversationId, cancellationToken) is { } entry ? entry.Unread(head.MessageCount) : head.MessageCount;
    }

    private static PatchItemRequestOptions NoContent(string? condition) =>
        new() { FilterPredicate = condition is null ? null : $"FROM c WHERE {condition}", EnableContentResponseOnWrite = false };

    /// <summary>True when the patch applied or created the entry, false when the entry was ahead of the condition.</summary>
    private async Task<bool> PatchAsync(
        UserId user,
        InboxChange change,
        List<PatchOperation> operations,
        string condition,
        InboxMarks marks,
        CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(user.Value);
        while (true)
        {
            using var patched = await _users.PatchItemStreamAsync(InboxEntry.DocumentId(change.ConversationId), partition, operations, NoContent(condition), cancellationToken);
            if (patched.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return false;
            }

            if (patched.StatusCode != HttpStatusCode.NotFound)
            {
                patched.EnsureSuccessStatusCode();
                return true;
            }

            // Once in an entry's life: where the member began, how far they had read and what they don't see.
            var member = await reader.ReadMemberAsync(change.ConversationId, user, cancellationToken);
            var entry = change.ToEntry(user) with
            {
                JoinedOrdinal = member?.JoinedOrdinal ?? 0,
                ReadOrdinal = Math.Max(marks.Read, member?.ReadOrdinal ?? 0),
                MentionedOrdinal = marks.Mentioned,
                HiddenSeq = member?.Hidden?.Max() ?? 0,
            };
            using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(entry, ChatJson.Default.InboxEntry), writable: false);
            using var created = await _users.CreateItemStreamAsync(body, partition, new ItemRequestOptions { EnableContentResponseOnWrite = false }, cancellationToken);
            if (created.StatusCode != HttpStatusCode.Conflict)
            {
                created.EnsureSuccessStatusCode();
                return true;
            }
        }
    }
}
