using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>
/// The wish of a group's creator that its further members join, when there are more than the first commit holds. Repeatable: those who are in
/// stay, and those who have left meanwhile stay away.
/// </summary>
public sealed record MoreMembers : LogCommand
{
    public required ConversationId ConversationId { get; init; }

    /// <summary>At most <see cref="NewConversation.MaxFirstMembers"/>.</summary>
    public required IReadOnlyList<UserId> Users { get; init; }

    public override IReadOnlyList<string> Needs => [.. Users.Select(Member.DocumentId)];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head || context.MemberOf(Actor) is not { } actor)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        // A late repeat, by a creator who has handed over, has nothing to complete any more.
        var documentOf = context.DocumentOf;
        var joining = Users.Where(user => documentOf(Member.DocumentId(user)) is null).ToList();
        return joining.Count == 0 || actor.Role != MemberRole.Owner ? Decision.Nothing(head) : Membership.Join(context, head, Actor, joining);
    }
}
