using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>
/// The wish of a group's creator that its further members join, when there are more than the first commit holds, as far as there is room.
/// Repeatable: those who are in stay, and those who have left meanwhile stay away. It holds whatever the creator is by then.
/// </summary>
public sealed record MoreMembers : LogCommand
{
    public required ConversationId ConversationId { get; init; }

    /// <summary>At most <see cref="NewConversation.MaxFirstMembers"/>.</summary>
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
