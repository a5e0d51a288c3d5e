using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Requests;

/// <summary>
/// Accepts or declines a request to the actor. Declining leaves no entry, so nobody learns of it; accepting one leaves none in a direct
/// conversation. Where the actor restricts the other one, accepting changes nothing here. Who accepts an invitation to a group makes
/// contact with its members: blocks are looked for first. Idempotent.
/// </summary>
internal sealed record AnswerRequestCommand : ContactCommand
{
    public required bool IsAccepted { get; init; }

    /// <summary>The version of the group's members among whom blocks were looked for.</summary>
    public long SeenMembers { get; init; }

    public required Limits Limits { get; init; }

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override IReadOnlyList<string> DocumentsToLoad => [Member.DocumentId(Actor)];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head || context.Find<Member>(Member.DocumentId(Actor)) is not { } me)
        {
            return Decision.Refuse(Problems.RequestNotFound);
        }

        return head.Kind == ConversationKind.Direct ? DecideDirect(head) : DecideGroup(context, head, me);
    }

    private Decision DecideDirect(Head head) => head.Request switch
    {
        var request when head.Restricts(Actor) && !(request is { SentAt: not null } && request.By != Actor) =>
            IsAccepted && head.IsBlocked ? Decision.Refuse(Problems.RequestNotFound)
            : IsAccepted || !head.AsksFor(Actor) ? Decision.Unchanged(head)
            : Decision.WithoutEntry(head.With(head.Member(Actor)! with { DeclinedSeq = head.LastSeq })),
        null when IsAccepted => Decision.Unchanged(head),
        { SentAt: not null } request when request.By != Actor => (request.State, IsAccepted) switch
        {
            (RequestState.Pending, true) when !head.IsBlocked => Decision.WithoutEntry(head with { Request = null }),
            (RequestState.Pending, false) => Decision.WithoutEntry(head with { Request = request with { State = RequestState.Declined } }),
            (_, false) => Decision.Unchanged(head),
            _ => Decision.Refuse(Problems.RequestNotFound),
        },
        _ => Decision.Refuse(Problems.RequestNotFound),
    };

    private Decision DecideGroup(in DecisionContext context, Head head, Member me) => (me, IsAccepted) switch
    {
        ({ State: MemberState.Active }, true) => Decision.Unchanged(head, me),
        ({ IsInvited: true }, false) => Decision.WithoutEntry(head, me with { IsDeclined = true }),
        ({ State: MemberState.Invited }, false) => Decision.Unchanged(head, me),
        ({ IsInvited: true }, true) when head.MemberCount is 0 => Decision.Refuse(Problems.RequestNotFound),
        ({ IsInvited: true }, true) when Contact is null || SeenMembers != head.MembersVersion => Decision.Refuse(Undecided),
        ({ IsInvited: true }, true) when Contact == Trust.Contact.Refused => Decision.Refuse(Problems.RequestNotFound),
        ({ IsInvited: true }, true) when Membership.FullRefusal(head, 1, Limits) is { } refusal => Decision.Refuse(refusal),
        ({ IsInvited: true }, true) => Membership.Join(context, head, Actor, [Actor]),
        _ => Decision.Refuse(Problems.RequestNotFound),
    };
}
