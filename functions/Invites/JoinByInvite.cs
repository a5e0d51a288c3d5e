using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Invites;

/// <summary>
/// <c>POST /invites/{code}/join</c>: joins the group of an invite link, or follows its channel; 200 with the conversation, even for members
/// and followers. In groups with approval it asks to join; 202. For removed and rejected users the link doesn't exist.
/// </summary>
public sealed class JoinByInvite(
    ConversationLog log,
    ConversationReader reader,
    ConversationViews views,
    JoinRequests requests,
    InviteLinkStore links,
    ChannelInvites channels,
    BlockReader blocks,
    InboxProjection inbox,
    DailyLimits daily,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(JoinByInvite))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "invites/{code}/join")] HttpRequest request,
        string code,
        CancellationToken cancellationToken)
    {
        if (!InviteCode.TryParse(code, out var invite))
        {
            return Problems.InviteNotFound.ToResult();
        }

        // What isn't there counts as what is: the limit doesn't tell them apart. Comments have no links.
        var found = await reader.ReadHeadAsync(invite.Conversation, Session.Of(request), cancellationToken);
        if (found is not { DeletedAt: null, CommentsOf: null } head)
        {
            var joinRefusal = await daily.CountJoinAsync(user.Id, invite.Conversation, cancellationToken);
            return (joinRefusal ?? Problems.InviteNotFound).ToResult();
        }

        var isMember = await reader.IsMemberAsync(head, user.Id, cancellationToken);
        if (head.IsChannel && !isMember)
        {
            var (followed, use, followRefusal) = await channels.FollowAsync(user.Id, head, invite, cancellationToken);
            return followRefusal is not null
                ? followRefusal.ToResult()
                : new JsonResult<ConversationView>(
                    StatusCodes.Status200OK,
                    await views.OfFollowerAsync(head, followed!, Session.Of(request), cancellationToken),
                    ChatJson.Default.ConversationView,
                    use);
        }

        if (!isMember && await daily.CountJoinAsync(user.Id, invite.Conversation, cancellationToken) is { } dailyRefusal)
        {
            return dailyRefusal.ToResult();
        }

        // Whoever made the link hasn't let in somebody whom they block, or who blocks them.
        if (!isMember
            && (await links.ReadAsync(invite.Conversation, cancellationToken)).Links.MakerOf(invite.LinkId) is { } maker
            && (await blocks.BetweenAsync(user.Id, [maker], cancellationToken)).Count > 0)
        {
            return Problems.InviteNotFound.ToResult();
        }

        if (head.JoinPolicy == JoinPolicy.Approval && !isMember)
        {
            var (askRefusal, session) = await requests.AskAsync(head, invite, user.Id, cancellationToken);
            return askRefusal is not null
                ? askRefusal.ToResult()
                : new JsonResult<JoinRequested>(
                    StatusCodes.Status202Accepted,
                    new(invite.Conversation, MemberState.Requested),
                    ChatJson.Default.JoinRequested,
                    session);
        }

        var joined = await log.AppendAsync(
            invite.Conversation,
            new JoinByInviteCommand { Actor = user.Id, Invite = invite, Limits = limits },
            Session.Of(request),
            cancellationToken);
        if (joined.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        // The caller's list is moved here, also after a call that got no further.
        var profile = await reader.ReadProfileAsync(joined.Head!, joined.Session, cancellationToken);
        await inbox.ReadOrCreateAsync(
            joined.Document<Member>(),
            ConversationSnapshot.Of(joined.Head!, profile),
            cancellationToken);
        var view = await views.OfAsync(user.Id, joined.Head!, joined.Session, cancellationToken);
        return new JsonResult<ConversationView>(StatusCodes.Status200OK, view, ChatJson.Default.ConversationView, joined.Session);
    }
}

/// <summary>Makes the actor a member by an invite link.</summary>
internal sealed record JoinByInviteCommand : LogCommand
{
    public required InviteCode Invite { get; init; }

    public required Limits Limits { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [InviteLinks.DocumentId, Member.DocumentId(Actor)];

    public override Decision Decide(in DecisionContext context)
    {
        var me = context.Find<Member>(Member.DocumentId(Actor));
        if (context.Head is not { MemberCount: > 0 } head || me is { State: MemberState.Removed })
        {
            return Decision.Refuse(Problems.InviteNotFound);
        }

        if (me is { State: MemberState.Active })
        {
            return Decision.Unchanged(head, me);
        }

        // They were a channel's member when they asked. Their retry follows it.
        if (head.IsChannel)
        {
            return Decision.Refuse(Problems.Unavailable);
        }

        var links = context.Find<InviteLinks>(InviteLinks.DocumentId);
        var hasAsked = me is { State: MemberState.Requested }
            && (me.RequestedLink is { } asked ? asked == Invite.LinkId : links?.HasAsked(Invite.LinkId) == true);
        if (links?.Find(Invite.LinkId, hasAsked, context.Now) is not { } link)
        {
            return Decision.Refuse(Problems.InviteNotFound);
        }

        // The policy changed after the caller read it. Their retry asks to join.
        if (head.JoinPolicy != JoinPolicy.Open)
        {
            return Decision.Refuse(Problems.Unavailable);
        }

        if (Membership.FullRefusal(head, 1, Limits) is { } fullRefusal)
        {
            return Decision.Refuse(fullRefusal);
        }

        // A user who asked to join by this link was counted as a use then.
        return Membership.Join(context, head, Actor, [Actor], hasAsked ? [] : [links.WithUseOf(link, hasAsked: false)]);
    }
}

/// <summary>The answer to a user who asked to join.</summary>
internal sealed record JoinRequested(ConversationId ConversationId, MemberState State);
