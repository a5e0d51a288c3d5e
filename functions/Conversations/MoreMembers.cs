using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>The wish of a group's creator that its further members join, when there are more than the first commit holds. Repeatable: those who are in stay.</summary>
public sealed record MoreMembers : LogCommand
{
    public required ConversationId ConversationId { get; init; }

    /// <summary>At most <see cref="NewConversation.MaxFirstMembers"/>.</summary>
    public required IReadOnlyList<HeadMember> Members { get; init; }

    public override IReadOnlyList<UserId> Concerns => [Actor, .. Members.Select(member => member.UserId)];

    public override IReadOnlyList<string> Needs => [.. Members.Select(member => Member.DocumentId(member.UserId))];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head || context.MemberOf(Actor)?.Role != MemberRole.Owner)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        var memberOf = context.MemberOf;
        var joining = Members.Where(member => memberOf(member.UserId) is null).ToList();
        if (joining.Count == 0)
        {
            return Decision.Nothing(head);
        }

        var joined = LogEvent.Of(context, LogEvent.MemberJoined, Actor, new MembersJoined(joining), ChatJson.Default.MembersJoined);
        return Decision.Append(
            Membership.Joined(head with { LastSeq = joined.Seq, JoinedSeq = joined.Seq }, joining),
            joined,
            Membership.Documents(ConversationId, joining, joined.Seq, head.MessageCount));
    }
}
