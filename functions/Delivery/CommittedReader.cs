using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Delivery;

/// <summary>Reads heads, entries and members that are known to be committed, although a replica may not show them yet.</summary>
/// <remarks>
/// A queue message or a page of the change feed names an entry, with an old session token or none. If the read finds less than that, the
/// replica is behind: the reader refreshes the process's session and reads again. If it still finds less, the caller tries again later.
/// </remarks>
public sealed class CommittedReader(ConversationReader reader, ChatContainers containers)
{
    /// <summary>The head, at least as new as an entry, with the session token by which another read is as new.</summary>
    /// <exception cref="UnprocessableException">There is no such conversation.</exception>
    /// <exception cref="ReplicaBehindException">No replica shows that entry yet.</exception>
    public async Task<(Head Head, Session? Session)> ReadHeadAsync(
        ConversationId conversation,
        long seq,
        Session? session,
        CancellationToken cancellationToken)
    {
        var found = await reader.ReadStoredHeadAsync(conversation, session, cancellationToken);
        if (found.Document is not { } seen || seen.LastSeq < seq)
        {
            await reader.RefreshSessionAsync(conversation, cancellationToken);
            found = await reader.ReadStoredHeadAsync(conversation, null, cancellationToken);
        }

        var head = found.Document
            ?? throw new UnprocessableException("ConversationNotFound", $"There is no conversation {conversation}.");
        return head.LastSeq >= seq ? (head, found.Session) : throw new ReplicaBehindException(conversation, seq);
    }

    /// <summary>The entries of a closed range, without those that have expired.</summary>
    /// <exception cref="UnprocessableException">There is no such conversation.</exception>
    /// <exception cref="ReplicaBehindException">No replica shows that range yet.</exception>
    public async Task<IReadOnlyList<LogEntry>> ReadEntriesAsync(
        ConversationId conversation,
        long first,
        long last,
        Session? session,
        CancellationToken cancellationToken)
    {
        var entries = await FindAsync(conversation, first, last, session, cancellationToken);
        if (entries.Count == last - first + 1)
        {
            return entries;
        }

        // Head and entries are committed together: a read by the head's session shows all entries but the expired ones.
        var (_, seen) = await ReadHeadAsync(conversation, last, session, cancellationToken);
        return await FindAsync(conversation, first, last, seen, cancellationToken);
    }

    /// <summary>
    /// A head or an entry as it is stored now, as a page of the change feed would show it; null when there is none any more.
    /// </summary>
    /// <exception cref="UnprocessableException">This version can't read it.</exception>
    public async Task<ChangedConversation?> ReadChangeAsync(
        ConversationId conversation,
        string documentId,
        CancellationToken cancellationToken)
    {
        // The change may be newer than what this process's session shows.
        await reader.RefreshSessionAsync(conversation, cancellationToken);
        try
        {
            var (stored, _) = await containers.Conversations.ReadDocumentAsync(
                documentId,
                conversation,
                ChatJson.Default.JsonDocument,
                cancellationToken: cancellationToken);
            using (stored)
            {
                var (head, entry) = stored is null ? default : ChangedConversation.Decode(stored.RootElement);
                return head is null && entry is null ? null : new(conversation, head, entry is null ? [] : [entry], []);
            }
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException
            || (exception is InvalidOperationException && exception is not ObjectDisposedException))
        {
            throw UnprocessableException.Unreadable();
        }
    }

    /// <summary>The group's profile, at least as new as the head's title and picture; null for a group that has none.</summary>
    /// <exception cref="ReplicaBehindException">No replica shows it yet.</exception>
    public async Task<GroupProfile?> ReadProfileAsync(Head head, Session? session, CancellationToken cancellationToken)
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

    /// <summary>
    /// The member documents of users who joined. Each is of the membership that began then, or of a later one. It may have ended: the
    /// tombstone's higher <c>seq</c> wins.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="joined">The users, with the entries by which they joined.</param>
    /// <param name="session">The session token by which the head was read; null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ReplicaBehindException">No replica shows them yet.</exception>
    public async Task<IReadOnlyDictionary<UserId, Member>> ReadJoinedAsync(
        ConversationId conversation,
        IReadOnlyDictionary<UserId, long> joined,
        Session? session,
        CancellationToken cancellationToken)
    {
        var found = await FindAsync(session);
        if (joined.Any(IsMissing))
        {
            await reader.RefreshSessionAsync(conversation, cancellationToken);
            found = await FindAsync(null);
        }

        return joined.Any(IsMissing) ? throw new ReplicaBehindException(conversation, joined.Values.Max()) : found;

        async Task<Dictionary<UserId, Member>> FindAsync(Session? by) => joined.Count == 0
            ? []
            : (await containers.Conversations.ReadDocumentsAsync(
                joined.Keys.Select(Member.DocumentId),
                conversation,
                ChatJson.Default.DocumentsPageMember,
                by,
                cancellationToken)).ToDictionary(member => member.UserId);

        bool IsMissing(KeyValuePair<UserId, long> one) => !found.TryGetValue(one.Key, out var member) || member.JoinedSeq < one.Value;
    }

    private async Task<List<LogEntry>> FindAsync(
        ConversationId conversation,
        long first,
        long last,
        Session? session,
        CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.seq >= @first AND c.seq <= @last ORDER BY c.seq")
            .WithParameter("@first", first)
            .WithParameter("@last", last);
        return await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(conversation.Value),
            ChatJson.Default.DocumentsPageLogEntry,
            session,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
    }
}

/// <summary>A read found less of a conversation than is committed: its replica lags. A later try succeeds.</summary>
public sealed class ReplicaBehindException(ConversationId conversation, long seq)
    : Exception($"Conversation {conversation}: no replica shows entry {seq} yet.");
