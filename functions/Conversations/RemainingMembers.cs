using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>Lets in those members of a new group for whom its first commit had no room.</summary>
/// <remarks>
/// The request does it, and delivery of the group's first entry once more. So all of them for whom there is room get in, although the request
/// ends too early, its process dies, or the creator hands the group over or leaves. Repeatable: those who are in stay, and those who have left
/// meanwhile stay away.
/// </remarks>
public sealed class RemainingMembers(ConversationLog log, Limits limits)
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
        foreach (var part in users.Chunk(CreateConversationCommand.MaxFirstMembers))
        {
            var command = new AddRemainingMembersCommand
            {
                Actor = creator,
                ConversationId = conversation,
                Users = part,
                MaxMembers = limits.GroupMembers,
            };
            var more = await log.AppendAsync(conversation, command, session, cancellationToken);
            session = more.Session ?? session;
            if (more.Refusal is { } refusal)
            {
                return (refusal, session);
            }
        }

        return (null, session);
    }
}

/// <summary>
/// The wish of a group's creator that its further members join, when there are more than the first commit holds, as far as there is room.
/// Repeatable: those who are in stay, and those who have left meanwhile stay away. It holds whatever the creator is by then.
/// </summary>
public sealed record AddRemainingMembersCommand : LogCommand
{
    public required ConversationId ConversationId { get; init; }

    /// <summary>At most <see cref="CreateConversationCommand.MaxFirstMembers"/>.</summary>
    public required IReadOnlyList<UserId> Users { get; init; }

    /// <summary>How many a group can have.</summary>
    public required int MaxMembers { get; init; }

    public override IReadOnlyList<string> Needs => [.. Users.Select(Member.DocumentId)];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { MemberCount: > 0, DeletedAt: null } head || head.CreatedBy != Actor)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        // Others may have come meanwhile.
        var (documentOf, room) = (context.DocumentOf, Math.Max(MaxMembers - head.MemberCount, 0));
        var joining = Users.Where(user => documentOf(Member.DocumentId(user)) is null).Take(room).ToList();
        return joining.Count == 0 ? Decision.Nothing(head) : Membership.Join(context, head, Actor, joining);
    }
}
