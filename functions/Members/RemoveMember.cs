using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Members;

/// <summary>
/// <c>DELETE /conversations/{c}/members/{u}</c>: removes a member of a lesser role, or leaves when it is the caller; 204.
/// Removing a user who isn't a member keeps them from joining by invite link, and from following a channel. The answer waits up to
/// two seconds until the conversation's pushes don't reach them any more.
/// </summary>
public sealed class RemoveMember(
    ConversationLog log,
    Departure departure,
    Exclusion exclusion,
    PushGroups groups,
    InboxProjection inbox,
    SubscriptionStore subscriptions,
    WatchGroups watchers,
    DeliveryQueue queue,
    CurrentUser user)
{
    /// <summary>How many times the user may leave and join again while being removed.</summary>
    private const int MaxTries = 5;

    [Function(nameof(RemoveMember))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "conversations/{conversationId}/members/{userId}")]
        HttpRequest request,
        ConversationId conversationId,
        UserId userId,
        CancellationToken cancellationToken)
    {
        var gone = userId == user.Id
            ? await departure.LeaveAsync(user.Id, conversationId, Session.Of(request), cancellationToken)
            : await RemoveAsync(conversationId, userId, Session.Of(request), cancellationToken);
        if (gone.Refusal is { } refusal)
        {
            if (userId == user.Id && refusal == Problems.ConversationNotFound)
            {
                await inbox.LeaveAgainAsync(user.Id, conversationId, cancellationToken);
            }

            return refusal.ToResult();
        }

        if (gone.Head is { IsChannel: true } channel)
        {
            // Not with the caller: the log has it.
            await EndFollowingAsync(channel, userId, CancellationToken.None);
        }

        if (gone.Entries is [{ } entry])
        {
            await groups.TryAlignAsync(gone.Head!, [userId], gone.Session, cancellationToken);
            if (userId == user.Id)
            {
                // The caller's own list is updated here. The projection updates the list of a user who was removed.
                await inbox.LeaveAsync(user.Id, ConversationSnapshot.Of(gone.Head!) with { LastSeq = entry.Seq }, cancellationToken);
            }
        }

        return new NoContentResult(gone.Session);
    }

    /// <summary>Ends the following of who was removed, and the watching of who doesn't follow any more.</summary>
    private async Task EndFollowingAsync(Head channel, UserId target, CancellationToken cancellationToken)
    {
        var id = channel.ConversationId;
        if (target != user.Id)
        {
            await subscriptions.ExcludeAsync(target, id, cancellationToken);
        }
        else if (await subscriptions.ReadAsync(target, id, cancellationToken) is { IsFollowing: true })
        {
            return;
        }

        if (!await watchers.TryLeaveAsync(target, id, cancellationToken))
        {
            // The log tells of members who are gone, and of nobody else who is kept out.
            var align = new AlignPushGroup { ConversationId = id, Users = [target], Seq = channel.LastSeq };
            await queue.EnqueueAsync(align, null, cancellationToken);
        }
    }

    /// <summary>Removes a member, or excludes a user who isn't one.</summary>
    private async Task<AppendResult> RemoveAsync(
        ConversationId conversation,
        UserId target,
        Session? session,
        CancellationToken cancellationToken)
    {
        var command = new RemoveMemberCommand { Actor = user.Id, Conversation = conversation, UserId = target };
        for (var attempt = 1; ; attempt++)
        {
            var removed = await log.AppendAsync(conversation, command, session, cancellationToken);
            if (removed.Refusal is not null || removed.Entries.Count > 0)
            {
                return removed;
            }

            if (removed.Head is { IsChannel: true })
            {
                // First, as no entry of the log would end it if this call got no further.
                await subscriptions.ExcludeAsync(target, conversation, cancellationToken);
            }

            var (state, excludedBy) = await exclusion.ExcludeAsync(conversation, target, IsOut, cancellationToken);
            if (state != MemberState.Active)
            {
                return removed with { Session = excludedBy ?? removed.Session };
            }

            // They keep leaving and joining. The caller decides whether to go on.
            if (attempt == MaxTries)
            {
                return AppendResult.Refused(Problems.Unavailable);
            }
        }

        static bool IsOut(Member member) => member.State is not (MemberState.Active or MemberState.Removed);
    }
}

/// <summary>Removes a member of a lesser role than the actor's.</summary>
internal sealed record RemoveMemberCommand : MemberCommand
{
    public required UserId UserId { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [Member.DocumentId(UserId)];

    protected override Right Needed => Right.RemoveMembers;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        if (context.Find<Member>(Member.DocumentId(UserId)) is not { State: MemberState.Active } member)
        {
            return Decision.Unchanged(head);
        }

        if (actor.Role >= member.Role)
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        var removed = LogEvent.Of(context, LogEvent.MemberRemoved, Actor, new MemberGone(UserId, Actor), ChatJson.Default.MemberGone);
        return Decision.Append(
            Membership.Without(head with { LastSeq = removed.Seq }, UserId),
            removed,
            member with { State = MemberState.Removed, Role = MemberRole.Member, LeftSeq = removed.Seq, LeftAt = removed.At });
    }
}
