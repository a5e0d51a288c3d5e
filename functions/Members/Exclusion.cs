using System.Net;
using System.Text.Json;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Members;

/// <summary>
/// Keeps a user who isn't a member from joining by invite link, until a member adds them: their member document gets the state
/// <see cref="MemberState.Removed"/>.
/// </summary>
/// <remarks>
/// Not part of the log, since it changes nothing for members. It replaces the member document under its ETag, as a join does: if
/// the two race, the later one is decided again.
/// </remarks>
public sealed class Exclusion(ChatContainers containers)
{
    private readonly Container _conversations = containers.Conversations;

    /// <summary>Excludes a user whose member document matches a condition.</summary>
    /// <returns>
    /// The user's state afterwards (null without a member document), and the session token by which a reader sees the write.
    /// </returns>
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

            // A pending join request ends with it.
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
