using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Members;

/// <summary>
/// <c>POST /conversations/{c}/owner</c>: transfers a group to another member; 204. The former owner becomes an admin.
/// </summary>
public sealed class ChangeOwner(ConversationLog log, Limits limits, CurrentUser user)
{
    [Function(nameof(ChangeOwner))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/owner")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var owner = body.User("userId");
        body.ThrowIfMalformed();

        var command = new ChangeOwnerCommand { Actor = user.Id, Conversation = conversationId, UserId = owner };
        var changed = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return changed.Refusal?.ToResult() ?? new NoContentResult(changed.Session);
    }
}

/// <summary>Transfers ownership from the actor to another member.</summary>
internal sealed record ChangeOwnerCommand : MemberCommand
{
    public required UserId UserId { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [Member.DocumentId(Actor), Member.DocumentId(UserId)];

    protected override Right Needed => Right.TransferOwnership;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        if (context.Find<Member>(Member.DocumentId(UserId)) is not { State: MemberState.Active } heir)
        {
            return Decision.Refuse(Problems.MemberNotFound);
        }

        return UserId == Actor
            ? Decision.Unchanged(head)
            : Roles.Change(
                context,
                head,
                Actor,
                heir with { Role = MemberRole.Owner },
                context.Find<Member>(Member.DocumentId(Actor))! with { Role = MemberRole.Admin });
    }
}
