using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.People;

/// <summary>Finds the users whose name and picture a user may see.</summary>
public sealed class AcquaintedUsers(ConversationReader reader, DirectConversations direct, ChatContainers containers)
{
    /// <summary>
    /// Which of some users are, or ever were, in a conversation of the user's; without a conversation, which have a direct one with
    /// the user. The user is always among them. Null when the conversation isn't the user's.
    /// </summary>
    public async Task<IReadOnlyList<UserId>?> AmongAsync(
        UserId user,
        IReadOnlyList<UserId> others,
        ConversationId? conversation,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (conversation is { } id && await reader.ReadAsReaderAsync(user, id, session, cancellationToken) is null)
        {
            return null;
        }

        var known = others.Count == 0 ? []
            : conversation is { } shared ? await MembersAsync(shared, others, cancellationToken)
            : await PairedAsync(user, others, cancellationToken);
        return [.. others.Where(other => other == user || known.Contains(other))];
    }

    /// <summary>Those who left count: what they said is still there. Those who were only invited don't.</summary>
    private async Task<HashSet<UserId>> MembersAsync(
        ConversationId conversation,
        IReadOnlyList<UserId> others,
        CancellationToken cancellationToken) =>
        (await containers.Conversations.ReadDocumentsAsync(
            others.Select(Member.DocumentId),
            conversation,
            ChatJson.Default.DocumentsPageMember,
            cancellationToken: cancellationToken))
            .Where(member => member.JoinedSeq > 0 || member.State == MemberState.Commented)
            .Select(member => member.UserId)
            .ToHashSet();

    private async Task<HashSet<UserId>> PairedAsync(UserId user, IReadOnlyList<UserId> others, CancellationToken cancellationToken)
    {
        var pairs = await direct.AmongAsync(user, others, cancellationToken);
        if (pairs.Count == 0)
        {
            return [];
        }

        // A pair may have no conversation yet.
        var heads = (await containers.Conversations.ReadDocumentsAsync(
            pairs.Select(pair => (Head.DocumentId, new PartitionKey(pair.Conversation.Value))),
            ChatJson.Default.DocumentsPageHead,
            cancellationToken: cancellationToken)).Select(head => head.ConversationId).ToHashSet();
        return [.. pairs.Where(pair => heads.Contains(pair.Conversation)).Select(pair => pair.Other)];
    }
}
