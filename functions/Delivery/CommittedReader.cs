using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Delivery;

/// <summary>Reads what queue messages and the change feed tell of, although a replica may not show it yet.</summary>
/// <remarks>
/// Those who tell of an entry carry no session, or an old one. A reader who finds less than it was told of is behind: it catches up and
/// reads again. Whoever still finds less is to try again later.
/// </remarks>
public sealed class CommittedReader(ConversationReader reader, ChatContainers containers)
{
    /// <summary>The head, at least as far as an entry, and by which session another read is at least as new.</summary>
    /// <exception cref="UnprocessableException">There is no such conversation.</exception>
    /// <exception cref="ReplicaBehindException">It isn't to be seen that far.</exception>
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

        var head = found.Document ?? throw new UnprocessableException("ConversationNotFound", $"There is no conversation {conversation}.");
        return head.LastSeq >= seq ? (head, found.Session) : throw new ReplicaBehindException(conversation, seq);
    }

    /// <summary>The entries of a closed range, without those that expired meanwhile.</summary>
    /// <exception cref="UnprocessableException">There is no such conversation.</exception>
    /// <exception cref="ReplicaBehindException">It isn't to be seen that far.</exception>
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

        // Whoever sees the head that far sees the entries too, but for those that expired.
        var (_, seen) = await ReadHeadAsync(conversation, last, session, cancellationToken);
        return await FindAsync(conversation, first, last, seen, cancellationToken);
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

/// <summary>A reader found less of a conversation than it was told of: its replica isn't there yet.</summary>
public sealed class ReplicaBehindException(ConversationId conversation, long seq)
    : Exception($"Conversation {conversation}: entry {seq} isn't to be seen yet.");
