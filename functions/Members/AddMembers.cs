using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.RateLimits;
using Chat.Functions.Realtime;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Members;

/// <summary>
/// <c>POST /conversations/{c}/members</c>: adds users to a group, even those who were removed from it; 204. Idempotent: members stay as
/// they are. Users whom first contact doesn't let be added are invited. The answer waits up to two seconds until the new members receive
/// the group's pushes.
/// </summary>
public sealed class AddMembers(
    ConversationLog log,
    ConversationReader reader,
    ContactPolicy policy,
    Invitations invitations,
    FirstContactLimits contacts,
    PushGroups groups,
    DailyLimits daily,
    Limits limits,
    CurrentUser user)
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
        if (await daily.CountAddsAsync(user.Id, conversationId, users, cancellationToken) is { } tooMany)
        {
            return tooMany.ToResult();
        }

        var (refused, joining, invited) = await EvaluateContactAsync(conversationId, users, Session.Of(request), cancellationToken);
        if (refused is not null)
        {
            return refused.ToResult();
        }

        // Users that don't fit into one commit go into the next. After a crash or a 503 in between, a repeat adds the rest.
        AppendResult? added = null;
        for (var first = 0; first == 0 || first < joining.Count; first += CreateConversationCommand.MaxFirstMembers)
        {
            var command = new AddMembersCommand
            {
                Actor = user.Id,
                Conversation = conversationId,
                Users = [.. joining.Skip(first)],
                Limits = limits,
            };
            // Later commits get a deadline of their own: the first one may have used up most of the call's.
            added = first == 0
                ? await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken)
                : await log.AppendFurtherAsync(conversationId, command, Session.Of(request), cancellationToken);
            if (added.Refusal is { } refusal)
            {
                return refusal.ToResult();
            }
        }

        await groups.TryAlignAsync(added!.Head!, joining, added.Session, cancellationToken);
        if (invited.Count > 0)
        {
            added = await invitations.InviteAsync(user.Id, conversationId, invited, isFirst: false, added.Session, cancellationToken);
        }

        return added.Refusal?.ToResult() ?? new NoContentResult(added.Session);
    }

    /// <summary>
    /// Decides by first contact who joins and who is invited of those who aren't members. If one of them must not be in the group all are
    /// refused, so that the answer doesn't tell which one.
    /// </summary>
    private async Task<(Problem? Refusal, IReadOnlyList<UserId> Joining, IReadOnlyList<UserId> Invited)> EvaluateContactAsync(
        ConversationId conversation,
        IReadOnlyList<UserId> users,
        Session? session,
        CancellationToken cancellationToken)
    {
        // Rights come first: a command that adds nobody tells which one is missing. If none is, the right came after the read here. First
        // contact isn't evaluated then, so nobody may join; a repeat evaluates it.
        if (await reader.ReadForAsync(user.Id, conversation, session, cancellationToken) is not { } part
            || !part.Member.Role.Has(Right.AddMembers, part.Head.Kind))
        {
            var nobody = new AddMembersCommand { Actor = user.Id, Conversation = conversation, Users = [], Limits = limits };
            return ((await log.AppendAsync(conversation, nobody, session, cancellationToken)).Refusal ?? Problems.Unavailable, [], []);
        }

        var members = await reader.MemberIdsAsync(part.Head, session, cancellationToken);
        var adds = await policy.DecideAddsAsync(user.Id, [.. users.Except(members)], members, cancellationToken);
        if (adds.Values.Contains(Contact.Refused))
        {
            return (Problems.CannotMessage, [], []);
        }

        IReadOnlyList<UserId> invited = [.. users.Where(one => adds.GetValueOrDefault(one) == Contact.Request)];
        return (
            await contacts.CountInvitedAsync(user.Id, invited, part.Head.Title, cancellationToken),
            [.. users.Where(one => adds.GetValueOrDefault(one) == Contact.Open)],
            invited);
    }
}

/// <summary>Adds the first users of a list to a group, as many as fit into one commit.</summary>
internal sealed record AddMembersCommand : MemberCommand
{
    public required IReadOnlyList<UserId> Users { get; init; }

    public required Limits Limits { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [.. Users.Select(Member.DocumentId)];

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
