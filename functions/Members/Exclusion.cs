using System.Net;
using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Members;

/// <summary>Sees to it that somebody who isn't in a group comes in only by being added: their member document in the state <see cref="MemberState.Removed"/>.</summary>
/// <remarks>
/// Not part of the log, since it changes nothing for those who are in. Written under the document's ETag, which a join replaces too: one of the two
/// comes first, and the other is decided again.
/// </remarks>
public sealed class Exclusion(ChatContainers containers)
{
    private readonly Container _conversations = containers.Conversations;

    /// <summary>Excludes a user in one of some states.</summary>
    /// <returns>The state that they are in then, null when they never had a part in the conversation; and by which session a reader sees it.</returns>
    public async Task<(MemberState? State, Session? Session)> ExcludeAsync(
        ConversationId conversation,
        UserId user,
        Predicate<Member> isMeant,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (member, etag) = await _conversations.ReadDocumentAsync(
                Member.DocumentId(user),
                conversation,
                ChatJson.Default.Member,
                null,
                cancellationToken);
            if (member is null || !isMeant(member))
            {
                return (member?.State, null);
            }

            var excluded = member with { State = MemberState.Removed, RequestedAt = null, RequestedLink = null };
            using var document = new MemoryStream(
                JsonSerializer.SerializeToUtf8Bytes(excluded, ChatJson.Default.ConversationDocument),
                writable: false);
            using var response = await _conversations.ReplaceItemStreamAsync(
                document,
                member.Id,
                new PartitionKey(conversation.Value),
                new ItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false },
                cancellationToken);
            if (response.StatusCode != HttpStatusCode.PreconditionFailed)
            {
                response.EnsureSuccessStatusCode();
                return (MemberState.Removed, Session.Of(response.Headers));
            }
        }
    }
}
