using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.RateLimits;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Members;

/// <summary>
/// <c>POST /conversations/{c}/members</c>: adds users to a group, even those who were removed from it; 204. Idempotent: members stay as
/// they are. Users whom first contact doesn't let be added are invited.
/// </summary>
public sealed class AddMembers(
    ConversationLog log,
    ConversationReader reader,
    ContactPolicy policy,
    Invitations invitations,
    FirstContactLimits contacts,
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
        if (await daily.CountAddsAsync(user.Id, conversationId, users, cancellationToken) is { } dailyRefusal)
        {
            return dailyRefusal.ToResult();
        }

        var (added, adds) = await AddAsync(conversationId, users, Session.Of(request), cancellationToken);
        if (added.Refusal is null && adds.Invited.Count > 0)
        {
            added = await invitations.InviteAsync(
                user.Id,
                conversationId,
                adds.Invited,
                adds.SilentlyDeclined,
                added.Head!.Title,
                isFirst: false,
                added.Session,
                cancellationToken);
        }

        return added.Refusal?.ToResult() ?? new NoContentResult(added.Session);
    }

    /// <summary>
    /// Adds those who may be added, as many as fit into a commit at a time, and looks again for each: who is in the group has changed.
    /// After a crash or a 503 in between, a repeat adds the rest.
    /// </summary>
    private async Task<(AppendResult Added, Adds Adds)> AddAsync(
        ConversationId conversation,
        IReadOnlyList<UserId> users,
        Session? session,
        CancellationToken cancellationToken)
    {
        var (isFurther, evaluations) = (false, 0);
        while (true)
        {
            var (refusal, seen, adds) = await EvaluateContactAsync(conversation, users, session, cancellationToken);
            if (refusal is not null)
            {
                return (AppendResult.Refused(refusal), adds);
            }

            var command = new AddMembersCommand
            {
                Actor = user.Id,
                Conversation = conversation,
                Users = adds.Joining,
                SeenMembers = seen,
                Limits = limits,
            };
            // Later commits get a deadline of their own: the first one may have used up most of the call's.
            var added = isFurther
                ? await log.AppendFurtherAsync(conversation, command, session, cancellationToken)
                : await log.AppendAsync(conversation, command, session, cancellationToken);
            isFurther = true;
            if (added.Refusal == ContactCommand.Undecided && ++evaluations < ContactCommand.MaxEvaluations)
            {
                continue;
            }

            if (added.Refusal is not null || adds.Joining.Count <= CreateConversationCommand.MaxFirstMembers)
            {
                return (added, adds);
            }

            (users, session) = ([.. users.Except(adds.Joining.Take(CreateConversationCommand.MaxFirstMembers))], added.Session);
        }
    }

    /// <summary>
    /// Who joins and who is invited: first contact decides, for each who isn't a member. All are refused if anybody must not be in the
    /// group, so that the answer doesn't tell who.
    /// </summary>
    /// <returns>The refusal; or who joins and who is invited, by the members of that version.</returns>
    private async Task<(Problem? Refusal, long Seen, Adds Adds)> EvaluateContactAsync(
        ConversationId conversation,
        IReadOnlyList<UserId> users,
        Session? session,
        CancellationToken cancellationToken)
    {
        var nobody = new Adds(Contact.Refused, [], [], []);
        // Rights come first; a command that adds nobody says what is wrong with them. If it finds nothing, they came after the read
        // here: nobody was looked at, so nobody may join, and a repeat looks again.
        if (await reader.ReadForAsync(user.Id, conversation, session, cancellationToken) is not { } part
            || !part.Member.Role.Has(Right.AddMembers, part.Head.Kind))
        {
            var command = new AddMembersCommand
            {
                Actor = user.Id,
                Conversation = conversation,
                Users = [],
                SeenMembers = null,
                Limits = limits,
            };
            return ((await log.AppendAsync(conversation, command, session, cancellationToken)).Refusal ?? Problems.Unavailable, 0, nobody);
        }

        var members = await reader.MembersToBeAsync(part.Head, session, cancellationToken);
        var decided = await policy.DecideAddsAsync(user.Id, [.. users.Except(members)], members, cancellationToken);
        var adds = Adds.Of(users, decided);
        return adds.Contact == Contact.Refused
            ? (Problems.CannotMessage, 0, nobody)
            : (
                await contacts.CountInvitedAsync(user.Id, adds.Invited, part.Head.Title, cancellationToken),
                part.Head.MembersVersion,
                adds);
    }
}

/// <summary>Adds the first users of a list to a group, as many as fit into one commit.</summary>
internal sealed record AddMembersCommand : MemberCommand
{
    public required IReadOnlyList<UserId> Users { get; init; }

    /// <summary>The version of the members among whom blocks were looked for; null when none were.</summary>
    public required long? SeenMembers { get; init; }

    public required Limits Limits { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [.. Users.Select(Member.DocumentId)];

    protected override Right Needed => Right.AddMembers;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        var documentOf = context.DocumentOf;
        bool IsOut(UserId user) => documentOf(Member.DocumentId(user)) is not Member { State: MemberState.Active };
        if (Membership.FullRefusal(head, Users.Count(IsOut), Limits) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        var joining = Users.Take(CreateConversationCommand.MaxFirstMembers).Where(IsOut).ToList();
        return joining.Count == 0 ? Decision.Unchanged(head)
            : SeenMembers is { } seen && seen != head.MembersVersion ? Decision.Refuse(ContactCommand.Undecided)
            : Membership.Join(context, head, Actor, joining);
    }
}
