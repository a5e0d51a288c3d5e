using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>Adds the members of a new group that its first commit had no room for.</summary>
/// <remarks>
/// The request does it, and the projection of the group's first entry does it once more. So they join even if the request ends early, its
/// process dies, or the creator leaves or transfers the group. Idempotent: members stay, and those who left meanwhile aren't added again.
/// </remarks>
public sealed class RemainingMembers(ConversationLog log, Limits limits)
{
    /// <summary>Appends in parts of the size of a commit, one after another.</summary>
    /// <param name="creator">Who created the group.</param>
    /// <returns>The refusal if some couldn't join, and the session token by which a reader sees those who did.</returns>
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
            var more = await log.AppendFurtherAsync(conversation, command, session, cancellationToken);
            // The next part must see this one, also from another replica.
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
/// Adds a new group's remaining members, as far as the group has room. Idempotent: members stay, and those who left meanwhile
/// aren't added again. It applies even if the creator isn't a member any more.
/// </summary>
internal sealed record AddRemainingMembersCommand : LogCommand
{
    public required ConversationId ConversationId { get; init; }

    /// <summary>At most <see cref="CreateConversationCommand.MaxFirstMembers"/>.</summary>
    public required IReadOnlyList<UserId> Users { get; init; }

    /// <summary>The most members that a group may have.</summary>
    public required int MaxMembers { get; init; }

    // What the creator began is completed, even if they have left.
    public override bool IsByActor => false;

    public override IReadOnlyList<string> DocumentsToLoad => [.. Users.Select(Member.DocumentId)];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { MemberCount: > 0, DeletedAt: null } head || head.CreatedBy != Actor)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        // Others may have joined by invitation meanwhile and taken the room.
        var (documentOf, room) = (context.DocumentOf, Math.Max(MaxMembers - head.MemberCount, 0));
        var joining = Users.Where(user => documentOf(Member.DocumentId(user)) is null).Take(room).ToList();
        return joining.Count == 0 ? Decision.Unchanged(head) : Membership.Join(context, head, Actor, joining);
    }
}
