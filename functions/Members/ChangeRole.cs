using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Members;

/// <summary>
/// <c>PATCH /conversations/{c}/members/{u}</c>: makes a member an admin, or an admin a member; 204. Idempotent.
/// </summary>
public sealed class ChangeRole(ConversationLog log, Limits limits, CurrentUser user)
{
    [Function(nameof(ChangeRole))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "conversations/{conversationId}/members/{userId}")] HttpRequest request,
        ConversationId conversationId,
        UserId userId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var role = body.OneOf("role", "admin", "member");
        body.ThrowIfMalformed();

        var command = new ChangeRoleCommand
        {
            Actor = user.Id,
            Conversation = conversationId,
            UserId = userId,
            Role = role == "admin" ? MemberRole.Admin : MemberRole.Member,
        };
        var changed = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return changed.Refusal?.ToResult() ?? new NoContentResult(changed.Session);
    }
}

/// <summary>Gives a member another role. The owner's changes only with the ownership.</summary>
internal sealed record ChangeRoleCommand : MemberCommand
{
    public required UserId UserId { get; init; }

    public required MemberRole Role { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [Member.DocumentId(UserId)];

    protected override Right Needed => Right.ChangeRoles;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        if (context.Find<Member>(Member.DocumentId(UserId)) is not { State: MemberState.Active } member)
        {
            return Decision.Refuse(Problems.MemberNotFound);
        }

        return member.Role == MemberRole.Owner ? Decision.Refuse(Problems.NotAllowed)
            : member.Role == Role ? Decision.Unchanged(head)
            : Roles.Change(context, head, Actor, member with { Role = Role });
    }
}
