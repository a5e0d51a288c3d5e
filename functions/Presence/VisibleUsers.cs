using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Presence;

/// <summary>
/// Finds the users whose presence a user may see: those in a common conversation that shows them (<see cref="Head.Shows"/>).
/// </summary>
public sealed class VisibleUsers(ConversationReader reader, DirectConversations direct, ChatContainers containers)
{
    /// <summary>
    /// Which of some users a conversation of the user's shows; without a conversation, which of them the user's direct ones show.
    /// A channel shows nobody. Null when the conversation isn't the user's.
    /// </summary>
    public async Task<IReadOnlyList<UserId>?> AmongAsync(
        UserId user,
        IReadOnlyList<UserId> others,
        string? conversationId,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (conversationId is null)
        {
            return await AmongPairsAsync(user, others, cancellationToken);
        }

        if (!ConversationId.TryParse(conversationId, out var conversation)
            || await reader.ReadForAsync(user, conversation, session, cancellationToken) is not { Head: var head })
        {
            return null;
        }

        if (head.IsChannel)
        {
            return [];
        }

        if (head.Members is not null)
        {
            return [.. others.Where(other => head.Member(other) is not null && (other == user || head.Shows(other)))];
        }

        var members = await containers.Conversations.ReadDocumentsAsync(
            others.Select(Member.DocumentId),
            conversation,
            ChatJson.Default.DocumentsPageMember,
            cancellationToken: cancellationToken);
        return [.. members.Where(member => member.State == MemberState.Active).Select(member => member.UserId)];
    }

    private async Task<IReadOnlyList<UserId>> AmongPairsAsync(
        UserId user,
        IReadOnlyList<UserId> others,
        CancellationToken cancellationToken)
    {
        var all = await direct.AmongAsync(user, others, cancellationToken);
        if (all.Count == 0)
        {
            return [];
        }

        var heads = (await containers.Conversations.ReadDocumentsAsync(
            all.Select(pair => (Head.DocumentId, new PartitionKey(pair.Conversation.Value))),
            ChatJson.Default.DocumentsPageHead,
            cancellationToken: cancellationToken)).ToDictionary(head => head.ConversationId);
        return [.. all.Where(pair => heads.GetValueOrDefault(pair.Conversation)?.Shows(pair.Other) == true).Select(pair => pair.Other)];
    }
}
