using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Members;

/// <summary>
/// <c>POST /conversations/{c}/members</c>: adds users to a group, also those who were removed from it; 204. Those who are in stay as they are,
/// so that a repeat changes nothing. Answers once they get its pushes, or after two seconds.
/// </summary>
public sealed class AddMembers(ConversationLog log, PushGroups groups, Limits limits, CurrentUser user)
{
    [Function(nameof(AddMembers))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/members")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var users = body.UserIds("members") ?? [];
        if (users.Count > limits.AddedMembers)
        {
            body.Fault("/members", "too_many", $"At most {limits.AddedMembers} at once.");
        }

        body.ThrowIfMalformed();

        // What doesn't fit one commit goes into the next; a repeat goes on where a crash or a 503 may have left it.
        Appended? added = null;
        for (var first = 0; first == 0 || first < users.Count; first += CreateConversationCommand.MaxFirstMembers)
        {
            var command = new AddMembersCommand
            {
                Actor = user.Id,
                Conversation = conversationId,
                Users = [.. users.Skip(first)],
                Limits = limits,
            };
            added = first == 0
                ? await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken)
                : await log.AppendFurtherAsync(conversationId, command, Session.Of(request), cancellationToken);
            if (added.Refusal is { } refusal)
            {
                return refusal.ToResult();
            }
        }

        await groups.TryAlignAsync(added!.Head!, users, added.Session, cancellationToken);
        return new NoContentResult(added.Session);
    }
}

/// <summary>The wish that users are members of a group: as many of them as a commit holds, from the first on.</summary>
public sealed record AddMembersCommand : MemberCommand
{
    public required IReadOnlyList<UserId> Users { get; init; }

    public required Limits Limits { get; init; }

    public override IReadOnlyList<string> Needs => [.. Users.Select(Member.DocumentId)];

    protected override Right Needed => Right.AddMembers;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        var documentOf = context.DocumentOf;
        bool IsOut(UserId user) => documentOf(Member.DocumentId(user)) is not Member { State: MemberState.Active };
        if (head.MemberCount + Users.Count(IsOut) > Limits.GroupMembers)
        {
            return Decision.Refuse(Problems.LimitReached("groupMembers", Limits.GroupMembers));
        }

        var joining = Users.Take(CreateConversationCommand.MaxFirstMembers).Where(IsOut).ToList();
        return joining.Count == 0 ? Decision.Nothing(head) : Membership.Join(context, head, Actor, joining);
    }
}
