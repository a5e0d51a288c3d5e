using System.Net;
using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Erasure;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Inbox;

/// <summary>Reads and writes inbox entries, one document in the user's partition for each conversation.</summary>
/// <remarks>
/// Every write is one operation: a patch with a condition or an ETag, or a create. A condition that doesn't hold is an answer, not a
/// failure. An entry that doesn't exist is created from the conversation and the member.
/// </remarks>
internal sealed class InboxStore(Container users, ConversationReader reader, TimeProvider time)
{
    /// <summary>
    /// An entry whose conversation was active so lately may be created unasked: if its user is being erased, a pass is still to come that
    /// deletes it (<see cref="ErasureProgress.BetweenPasses"/>).
    /// </summary>
    private static readonly TimeSpan MaxUnasked = TimeSpan.FromHours(1);

    /// <summary>Goes with every change that clients see.</summary>
    public static PatchOperation NextVersion { get; } = PatchOperation.Increment("/version", 1);

    /// <summary>A user's entry with its ETag; null when there is none.</summary>
    public Task<StoredDocument<InboxEntry>> ReadAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken) =>
        users.ReadDocumentAsync(
            InboxEntry.DocumentId(conversation),
            new PartitionKey(user.Value),
            ChatJson.Default.InboxEntry,
            cancellationToken: cancellationToken);

    /// <summary>Patches an entry as it was read; false when it has changed since.</summary>
    public async Task<bool> TryPatchAsync(
        InboxEntry read,
        IReadOnlyList<PatchOperation> operations,
        string etag,
        CancellationToken cancellationToken)
    {
        using var response = await users.PatchItemStreamAsync(
            read.Id,
            new PartitionKey(read.UserId.Value),
            operations,
            new PatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false },
            cancellationToken);
        return response.StatusCode != HttpStatusCode.PreconditionFailed && Written(response);
    }

    /// <summary>Patches an entry if a condition holds; null when there is none, false when the condition doesn't hold.</summary>
    /// <param name="user">Whose entry.</param>
    /// <param name="conversation">Of which conversation.</param>
    /// <param name="operations">At most 10, a limit of Cosmos DB.</param>
    /// <param name="condition">A condition on <c>c</c>, in Cosmos DB's SQL.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<bool?> PatchIfAsync(
        UserId user,
        ConversationId conversation,
        IReadOnlyList<PatchOperation> operations,
        string condition,
        CancellationToken cancellationToken)
    {
        using var response = await users.PatchItemStreamAsync(
            InboxEntry.DocumentId(conversation),
            new PartitionKey(user.Value),
            operations,
            new PatchItemRequestOptions { FilterPredicate = $"FROM c WHERE {condition}", EnableContentResponseOnWrite = false },
            cancellationToken);
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => null,
            HttpStatusCode.PreconditionFailed => false,
            _ => Written(response),
        };
    }

    /// <summary>Patches an entry if a condition holds, or creates it. False when the condition doesn't hold.</summary>
    /// <exception cref="TimeoutException">No replica shows the member yet.</exception>
    public async Task<bool> PatchOrCreateAsync(
        UserId user,
        ConversationSnapshot snapshot,
        IReadOnlyList<PatchOperation> operations,
        string condition,
        InboxWatermarks watermarks,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            if (await PatchIfAsync(user, snapshot.ConversationId, operations, condition, cancellationToken) is { } isPatched)
            {
                return isPatched;
            }

            var member = await ReadMemberAsync(user, snapshot.ConversationId, snapshot.CameBackAt(user), cancellationToken);
            if (await TryProjectAsync(NewEntry(snapshot, member, watermarks), cancellationToken))
            {
                return true;
            }
        }
    }

    /// <summary>
    /// Creates an entry because of what the log says, unless its user was erased: the feed, or a replayed message, may tell what was long
    /// before. False when there is one already.
    /// </summary>
    public async Task<bool> TryProjectAsync(InboxEntry entry, CancellationToken cancellationToken) =>
        ((entry.IsTombstone || time.GetUtcNow() - entry.ActivityAt > MaxUnasked)
                && await users.IsErasedAsync(entry.UserId, cancellationToken))
            || await TryCreateAsync(entry, cancellationToken);

    /// <summary>Creates an entry; false when there is one already.</summary>
    public async Task<bool> TryCreateAsync(InboxEntry entry, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(entry, ChatJson.Default.InboxEntry), writable: false);
        using var response = await users.CreateItemStreamAsync(
            body,
            new PartitionKey(entry.UserId.Value),
            new ItemRequestOptions { EnableContentResponseOnWrite = false },
            cancellationToken);
        return response.StatusCode != HttpStatusCode.Conflict && Written(response);
    }

    /// <summary>A new member's entry: it begins where the membership began, with what the member has read and cleared.</summary>
    public static InboxEntry NewEntry(ConversationSnapshot snapshot, Member member, InboxWatermarks watermarks) =>
        snapshot.ToEntry(member.UserId) with
        {
            JoinedSeq = member.JoinedSeq,
            JoinedOrdinal = member.JoinedOrdinal,
            SeesEarlier = member.SeesEarlier,
            ReadOrdinal = Math.Max(watermarks.Read, member.ReadOrdinal),
            MentionedOrdinal = watermarks.Mentioned,
            HiddenSeq = member.Hidden?.Max() ?? 0,
            ClearedSeq = member.ClearedSeq,
            ClearedOrdinal = member.ClearedOrdinal,
        };

    /// <summary>A member, of the membership that began by an entry of the log, or of a later one.</summary>
    /// <exception cref="TimeoutException">No replica shows it yet.</exception>
    public async Task<Member> ReadMemberAsync(
        UserId user,
        ConversationId conversation,
        long joinedSeq,
        CancellationToken cancellationToken)
    {
        var member = await reader.ReadMemberAsync(conversation, user, cancellationToken);
        if (member is not { State: MemberState.Active } || member.JoinedSeq < joinedSeq)
        {
            // The replica lags, or they have left since. Without the membership the inbox entry would show what was said before it, and
            // count that as unread.
            await reader.RefreshSessionAsync(conversation, cancellationToken);
            member = await reader.ReadMemberAsync(conversation, user, cancellationToken);
        }

        return member is { State: MemberState.Active } or { JoinedSeq: > 0 } && member.JoinedSeq >= joinedSeq
            ? member
            : throw new TimeoutException("No replica shows the member yet.");
    }

    private static bool Written(ResponseMessage response)
    {
        response.EnsureSuccessStatusCode();
        Metrics.InboxWrites.Add(1);
        return true;
    }
}
