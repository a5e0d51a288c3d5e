using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Presence;

/// <summary>Whom a user shares a conversation with.</summary>
public sealed class Acquaintances(ConversationReader reader, Pairs pairs, ChatContainers containers)
{
    /// <summary>
    /// Those of some users who are members of a conversation of the user's, or have a direct one with them when none is given. Null when the
    /// conversation isn't the user's.
    /// </summary>
    public async Task<IReadOnlyList<UserId>?> AmongAsync(UserId user, IReadOnlyList<UserId> others, string? conversationId, Session? session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(others);
        if (conversationId is null)
        {
            return await pairs.AmongAsync(user, others, cancellationToken);
        }

        if (!ConversationId.TryParse(conversationId, out var conversation) || await reader.ReadForAsync(user, conversation, session, cancellationToken) is not { Head: var head })
        {
            return null;
        }

        if (head.Members is not null)
        {
            return [.. others.Where(other => head.Member(other) is not null)];
        }

        var members = await containers.Conversations.ReadDocumentsAsync(
            others.Select(Member.DocumentId),
            conversation,
            ChatJson.Default.DocumentsPageMember,
            cancellationToken: cancellationToken);
        return [.. members.Where(member => member.State == MemberState.Active).Select(member => member.UserId)];
    }
}
