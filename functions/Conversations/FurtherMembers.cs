using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>Lets in those members of a new group for whom its first commit had no room.</summary>
/// <remarks>
/// The request does it, and delivery of the group's first entry once more. So all of them for whom there is room get in, although the request
/// ends too early, its process dies, or the creator hands the group over or leaves. Repeatable: those who are in stay, and those who have left
/// meanwhile stay away.
/// </remarks>
public sealed class FurtherMembers(ConversationLog log, Limits limits)
{
    /// <summary>Appends a part after another, as large as commits hold them.</summary>
    /// <param name="creator">Who adds them.</param>
    /// <returns>Why not all of them are in, and by which session a reader sees those who are.</returns>
    public async Task<(Problem? Refusal, Session? Session)> JoinAsync(
        ConversationId conversation,
        UserId creator,
        IReadOnlyList<UserId> users,
        Session? session,
        CancellationToken cancellationToken)
    {
        foreach (var part in users.Chunk(NewConversation.MaxFirstMembers))
        {
            var further = new MoreMembers { Actor = creator, ConversationId = conversation, Users = part, MaxMembers = limits.GroupMembers };
            var more = await log.AppendAsync(conversation, further, session, cancellationToken);
            session = more.Session ?? session;
            if (more.Refusal is { } refusal)
            {
                return (refusal, session);
            }
        }

        return (null, session);
    }
}
