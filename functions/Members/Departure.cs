using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>Lets members leave a group. An owner who leaves is followed by the longest-standing admin, else the longest-standing member.</summary>
public sealed class Departure(ConversationLog log, ConversationReader reader, MemberReader members)
{
    /// <summary>How often the members may change while a successor is looked for.</summary>
    private const int MaxTries = 5;

    /// <summary>Leaves. With the last one the group is empty: it stays, and nobody sees it.</summary>
    /// <returns>A 503 when the members changed again and again meanwhile.</returns>
    public async Task<AppendResult> LeaveAsync(
        UserId user,
        ConversationId conversation,
        Session? session,
        CancellationToken cancellationToken)
    {
        Successor? successor = null;
        for (var attempt = 1; ; attempt++)
        {
            var left = await log.AppendAsync(
                conversation,
                new LeaveConversationCommand { Actor = user, Conversation = conversation, Successor = successor },
                session,
                cancellationToken);
            if (left.Refusal != LeaveConversationCommand.SuccessorUnknown || attempt == MaxTries)
            {
                return left;
            }

            successor = await FindSuccessorAsync(user, conversation, cancellationToken);
        }
    }

    private async Task<Successor?> FindSuccessorAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        var head = await reader.ReadHeadAsync(conversation, null, cancellationToken);
        var active = await members.ActiveAsync(conversation, cancellationToken);
        return head is not null && Successor.Among(active.Where(member => member.UserId != user)) is { } successor
            ? new(successor.UserId, head.MembersVersion)
            : null;
    }
}

/// <summary>Who follows an owner, in one version of the members.</summary>
public sealed record Successor(UserId UserId, long MembersVersion)
{
    /// <summary>The longest-standing of the highest role there is; null when nobody is left.</summary>
    public static Member? Among(IEnumerable<Member> members) =>
        members.OrderBy(member => member.Role).ThenBy(member => member.JoinedSeq).ThenBy(member => member.UserId).FirstOrDefault();
}

/// <summary>A member's wish to leave.</summary>
public sealed record LeaveConversationCommand : MemberCommand
{
    /// <summary>The refusal when an owner leaves and who follows isn't known in this version of the members.</summary>
    internal static readonly Problem SuccessorUnknown = Problems.Unavailable with { Detail = "The members changed meanwhile." };

    /// <summary>Who follows if the actor is the owner; null when nobody was looked for.</summary>
    public Successor? Successor { get; init; }

    public override IReadOnlyList<string> Needs =>
        Successor is null ? [Member.DocumentId(Actor)] : [Member.DocumentId(Actor), Member.DocumentId(Successor.UserId)];

    protected override Right Needed => Right.Leave;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        var isFollowed = actor.Role == MemberRole.Owner && head.MemberCount > 1;
        if (isFollowed && Successor?.MembersVersion != head.MembersVersion)
        {
            return Decision.Refuse(SuccessorUnknown);
        }

        var successor = isFollowed ? context.Find<Member>(Member.DocumentId(Successor!.UserId))! with { Role = MemberRole.Owner } : null;
        var left = LogEvent.Of(
            context,
            LogEvent.MemberLeft,
            Actor,
            new MemberGone(Actor, Actor) { Owner = successor?.UserId },
            ChatJson.Default.MemberGone);
        var me = context.Find<Member>(Member.DocumentId(Actor))! with { State = MemberState.Left, Role = MemberRole.Member };
        return successor is null
            ? Decision.Append(Membership.Without(head with { LastSeq = left.Seq }, Actor), left, me)
            : Decision.Append(
                Membership.Without(head with { LastSeq = left.Seq }, Actor, new HeadMember(successor.UserId, successor.Role)),
                left,
                me,
                successor);
    }
}
