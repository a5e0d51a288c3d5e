using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Members;

/// <summary>
/// <c>DELETE /conversations/{c}/members/{u}</c>: removes a member of a lesser role, or leaves when it is the caller; 204, also for those who
/// aren't members. Answers once no push of the conversation reaches them, or after two seconds.
/// </summary>
public sealed class RemoveMember(ConversationLog log, Departure departure, PushGroups groups, InboxProjection inbox, CurrentUser user)
{
    [Function(nameof(RemoveMember))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "conversations/{conversationId}/members/{userId}")] HttpRequest request,
        string conversationId,
        string userId,
        CancellationToken cancellationToken)
    {
        var (conversation, target) = MemberAddress.Of(conversationId, userId);
        var gone = target == user.Id
            ? await departure.LeaveAsync(user.Id, conversation, cancellationToken)
            : await log.AppendAsync(conversation, new Removal { Actor = user.Id, Conversation = conversation, UserId = target }, cancellationToken);
        if (gone.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        if (target == UserId.None)
        {
            return Problems.MemberNotFound.ToResult();
        }

        if (gone.Entries is [{ } entry])
        {
            await groups.TryAlignAsync(gone.Head!, [target], gone.Session, cancellationToken);
            if (target == user.Id)
            {
                // One's own list shows it at once; that of whoever was removed follows by delivery.
                await inbox.LeaveAsync(user.Id, InboxChange.Of(gone.Head!) with { LastSeq = entry.Seq }, cancellationToken);
            }
        }

        return new NoContent(gone.Session);
    }
}

/// <summary>The wish that a member of a lesser role is removed.</summary>
public sealed record Removal : MemberCommand
{
    public required UserId UserId { get; init; }

    public override IReadOnlyList<string> Needs => [Member.DocumentId(UserId)];

    protected override Right Needed => Right.RemoveMembers;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(actor);
        if (context.Find<Member>(Member.DocumentId(UserId)) is not { State: MemberState.Active } member)
        {
            return Decision.Nothing(head);
        }

        if (actor.Role >= member.Role)
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        var removed = LogEvent.Of(context, LogEvent.MemberRemoved, Actor, new MemberGone(UserId, Actor), ChatJson.Default.MemberGone);
        return Decision.Append(
            Membership.Without(head with { LastSeq = removed.Seq }, UserId),
            removed,
            member with { State = MemberState.Removed, Role = MemberRole.Member });
    }
}
