using System.Runtime.CompilerServices;
using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Admin.Inbox;

/// <summary>Reads what conversations say about a user's inbox.</summary>
internal sealed class EvidenceReader(ChatContainers containers)
{
    private const string Own =
        "SELECT TOP 1 * FROM c WHERE c.type = 'message' AND c.seq > @since AND c.seq <= @last AND c.senderId = @user ORDER BY c.seq DESC";
    private const string Mentioning =
        """
        SELECT TOP 1 * FROM c WHERE c.type = 'message' AND c.seq > @since AND c.seq <= @last
        AND (ARRAY_CONTAINS(c.mentionedFirst, @user)
        OR (NOT IS_DEFINED(c.mentionedFirst) AND ARRAY_CONTAINS(c.mentions, {"userId": @user}, true))) ORDER BY c.seq DESC
        """;

    private const string Leaving =
        "SELECT TOP 1 * FROM c WHERE c.type = 'event' AND c.what IN (@left, @removed) AND c.data.userId = @user ORDER BY c.seq DESC";

    private readonly ConversationReader _reader = new(containers);

    /// <summary>
    /// The user's part in every conversation that they ever were in or asked to join: a query across all partitions, as the members'
    /// documents are the only place that surely says so.
    /// </summary>
    public async IAsyncEnumerable<ConversationId> ConversationsOfAsync(
        UserId user,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new QueryDefinition("SELECT * FROM c WHERE c.id = @id").WithParameter("@id", Member.DocumentId(user));
        using var pages = containers.Conversations.GetItemQueryStreamIterator(query);
        while (pages.HasMoreResults)
        {
            using var response = await pages.ReadNextAsync(cancellationToken);
            response.EnsureSuccessStatusCode();
            var page = await JsonSerializer.DeserializeAsync(response.Content, ChatJson.Default.DocumentsPageMember, cancellationToken);
            foreach (var member in page!.Documents)
            {
                yield return member.ConversationId;
            }
        }
    }

    /// <summary>What a conversation says now; null when it or the user's part in it isn't there, or changed while it was read.</summary>
    public async Task<Evidence?> ReadAsync(ConversationId conversation, UserId user, CancellationToken cancellationToken)
    {
        if (await _reader.ReadHeadAsync(conversation, null, cancellationToken) is not { } head
            || await _reader.ReadMemberAsync(conversation, user, cancellationToken) is not { } member)
        {
            return null;
        }

        var profile = await _reader.ReadProfileAsync(head, null, cancellationToken);
        if ((profile?.UpdatedSeq ?? 0) != head.ProfileSeq)
        {
            return null;
        }

        // What is as far as they joined or read says nothing that the member doesn't; and what is newer than the head isn't in what the
        // head says.
        LogEntry?[] entries =
        [
            await LastAsync(new QueryDefinition(Own).WithParameter("@since", Math.Max(member.JoinedSeq, member.ReadSeq))
                .WithParameter("@user", user.Value)),
            await LastAsync(new QueryDefinition(Mentioning).WithParameter("@since", member.JoinedSeq).WithParameter("@user", user.Value)),
        ];
        var left = member.State == MemberState.Active ? null : await LastAsync(
            new QueryDefinition(Leaving).WithParameter("@left", LogEvent.MemberLeft).WithParameter("@removed", LogEvent.MemberRemoved)
                .WithParameter("@user", user.Value));
        return new(
            head,
            member,
            profile,
            [.. entries.OfType<LogEntry>().DistinctBy(entry => entry.Seq).OrderBy(entry => entry.Seq)],
            left?.Seq ?? 0);

        async Task<LogEntry?> LastAsync(QueryDefinition query) => await containers.Conversations.QueryPartitionAsync(
            query.WithParameter("@last", head.LastSeq),
            new PartitionKey(conversation.Value),
            ChatJson.Default.DocumentsPageLogEntry,
            cancellationToken: cancellationToken).FirstOrDefaultAsync(cancellationToken);
    }
}
