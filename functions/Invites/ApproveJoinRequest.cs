using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Invites;

/// <summary>
/// <c>POST /conversations/{c}/join-requests/{u}/approve</c>: accepts a join request; 204, even when the user is a member already.
/// Nobody lets in somebody whom they block, or who blocks them.
/// </summary>
public sealed class ApproveJoinRequest(ConversationLog log, BlockReader blocks, Limits limits, CurrentUser user)
{
    [Function(nameof(ApproveJoinRequest))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/join-requests/{userId}/approve")]
        HttpRequest request,
        ConversationId conversationId,
        UserId userId,
        CancellationToken cancellationToken)
    {
        var command = new ApproveJoinRequestCommand
        {
            Actor = user.Id,
            Conversation = conversationId,
            UserId = userId,
            IsBlocked = (await blocks.BetweenAsync(user.Id, [userId], cancellationToken)).Count > 0,
            Limits = limits,
        };
        var approved = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return approved.Refusal?.ToResult() ?? new NoContentResult(approved.Session);
    }
}

/// <summary>Makes a user who asked to join a member.</summary>
internal sealed record ApproveJoinRequestCommand : MemberCommand
{
    public required UserId UserId { get; init; }

    /// <summary>Whether the actor blocks the user, or the other way round.</summary>
    public required bool IsBlocked { get; init; }

    public required Limits Limits { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [Member.DocumentId(UserId)];

    protected override Right Needed => Right.DecideJoinRequests;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor) =>
        context.Find<Member>(Member.DocumentId(UserId)) switch
        {
            { State: MemberState.Active } => Decision.Unchanged(head),
            not { State: MemberState.Requested } => Decision.Refuse(Problems.JoinRequestNotFound),
            _ when IsBlocked => Decision.Refuse(Problems.CannotMessage),
            _ when Membership.FullRefusal(head, 1, Limits) is { } refusal => Decision.Refuse(refusal),
            _ => Membership.Join(context, head, Actor, [UserId]),
        };
}
