using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>
/// Lets members leave a group. When the owner leaves, the longest-standing admin becomes the owner, or the longest-standing
/// member if there is no admin.
/// </summary>
public sealed class Departure(ConversationLog log, ConversationReader reader, MemberReader members)
{
    /// <summary>How many times the members may change while a successor is sought.</summary>
    private const int MaxTries = 5;

    /// <summary>Leaves the group. After its last member it still exists, but nobody sees it.</summary>
    /// <param name="user">Who leaves.</param>
    /// <param name="conversation">The group.</param>
    /// <param name="session">What the caller has seen; null for nothing.</param>
    /// <param name="cancellationToken">Ends the call. They may have left by then.</param>
    /// <param name="isErasure">Whether they leave because they are erased.</param>
    /// <returns>The result; a 503 when the members kept changing meanwhile.</returns>
    public async Task<AppendResult> LeaveAsync(
        UserId user,
        ConversationId conversation,
        Session? session,
        CancellationToken cancellationToken,
        bool isErasure = false)
    {
        Successor? successor = null;
        for (var attempt = 1; ; attempt++)
        {
            var command = new LeaveConversationCommand
            {
                Actor = user,
                Conversation = conversation,
                Successor = successor,
                IsErasure = isErasure,
            };

            // Erasing isn't a call that somebody waits for.
            var left = isErasure
                ? await log.AppendFurtherAsync(conversation, command, session, cancellationToken)
                : await log.AppendAsync(conversation, command, session, cancellationToken);
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

/// <summary>The next owner, valid for one version of the members.</summary>
internal sealed record Successor(UserId UserId, long MembersVersion)
{
    /// <summary>The longest-standing member of the highest role; null when nobody is left.</summary>
    public static Member? Among(IEnumerable<Member> members) =>
        members.OrderBy(member => member.Role).ThenBy(member => member.JoinedSeq).ThenBy(member => member.UserId).FirstOrDefault();
}

/// <summary>Takes the actor out of a group, and makes a successor the owner if the actor was.</summary>
internal sealed record LeaveConversationCommand : MemberCommand
{
    /// <summary>The owner leaves, and the successor was chosen from another version of the members.</summary>
    internal static readonly Problem SuccessorUnknown = Problems.Unavailable with { Detail = "The members changed meanwhile." };

    /// <summary>The next owner if the actor is the owner; null while none is chosen.</summary>
    public Successor? Successor { get; init; }

    /// <summary>Whether they leave because they are erased, which no standing bars.</summary>
    public bool IsErasure { get; init; }

    public override bool IsByActor => !IsErasure;

    public override IReadOnlyList<string> DocumentsToLoad =>
        Successor is null ? [Member.DocumentId(Actor)] : [Member.DocumentId(Actor), Member.DocumentId(Successor.UserId)];

    protected override Right Needed => Right.Leave;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        var isFollowed = actor.Role == MemberRole.Owner && head.MemberCount > 1;
        var next = Successor is { } chosen && chosen.MembersVersion == head.MembersVersion
            ? context.Find<Member>(Member.DocumentId(chosen.UserId))
            : null;

        // A replica that lags may not have the successor's document yet, although it has the head.
        if (isFollowed && next is not { State: MemberState.Active })
        {
            return Decision.Refuse(SuccessorUnknown);
        }

        var successor = isFollowed ? next! with { Role = MemberRole.Owner } : null;
        var left = LogEvent.Of(
            context,
            LogEvent.MemberLeft,
            Actor,
            new MemberGone(Actor, Actor) { Owner = successor?.UserId },
            ChatJson.Default.MemberGone);
        var me = context.Find<Member>(Member.DocumentId(Actor))! with
        {
            State = MemberState.Left,
            Role = MemberRole.Member,
            LeftSeq = left.Seq,
            LeftAt = left.At,
        };
        return successor is null
            ? Decision.Append(Membership.Without(head with { LastSeq = left.Seq }, Actor), left, me)
            : Decision.Append(
                Membership.Without(head with { LastSeq = left.Seq }, Actor, new HeadMember(successor.UserId, successor.Role)),
                left,
                me,
                successor);
    }
}
