using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>Lets members leave a group. An owner who leaves is followed by the longest-standing admin, else the longest-standing member.</summary>
public sealed class Departure(ConversationLog log, ConversationReader reader, MemberReader members)
{
    /// <summary>How often the members may change while an heir is looked for.</summary>
    private const int MaxTries = 5;

    /// <summary>Leaves. With the last one the group is empty: it stays, and nobody sees it.</summary>
    /// <returns>A 503 when the members changed again and again meanwhile.</returns>
    public async Task<Appended> LeaveAsync(UserId user, ConversationId conversation, Session? session, CancellationToken cancellationToken)
    {
        Heir? heir = null;
        for (var attempt = 1; ; attempt++)
        {
            var left = await log.AppendAsync(conversation, new Leave { Actor = user, Conversation = conversation, Heir = heir }, session, cancellationToken);
            if (left.Refusal != Leave.HeirUnknown || attempt == MaxTries)
            {
                return left;
            }

            heir = await FindHeirAsync(user, conversation, cancellationToken);
        }
    }

    private async Task<Heir?> FindHeirAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        var head = await reader.ReadHeadAsync(conversation, null, cancellationToken);
        var active = await members.ActiveAsync(conversation, cancellationToken);
        return head is not null && Heir.Among(active.Where(member => member.UserId != user)) is { } heir ? new(heir.UserId, head.MembersVersion) : null;
    }
}

/// <summary>Who follows an owner, in one version of the members.</summary>
public sealed record Heir(UserId UserId, long MembersVersion)
{
    /// <summary>The longest-standing of the highest role there is; null when nobody is left.</summary>
    public static Member? Among(IEnumerable<Member> members) =>
        members.OrderBy(member => member.Role).ThenBy(member => member.JoinedSeq).ThenBy(member => member.UserId).FirstOrDefault();
}

/// <summary>A member's wish to leave.</summary>
public sealed record Leave : MemberCommand
{
    /// <summary>The refusal when an owner leaves and who follows isn't known in this version of the members.</summary>
    internal static readonly Problem HeirUnknown = Problems.Unavailable with { Detail = "The members changed meanwhile." };

    /// <summary>Who follows if the actor is the owner; null when nobody was looked for.</summary>
    public Heir? Heir { get; init; }

    public override IReadOnlyList<string> Needs => Heir is null ? [Member.DocumentId(Actor)] : [Member.DocumentId(Actor), Member.DocumentId(Heir.UserId)];

    protected override Right Needed => Right.Leave;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        var isFollowed = actor.Role == MemberRole.Owner && head.MemberCount > 1;
        if (isFollowed && Heir?.MembersVersion != head.MembersVersion)
        {
            return Decision.Refuse(HeirUnknown);
        }

        var heir = isFollowed ? context.Find<Member>(Member.DocumentId(Heir!.UserId))! with { Role = MemberRole.Owner } : null;
        var left = LogEvent.Of(context, LogEvent.MemberLeft, Actor, new MemberGone(Actor, Actor) { Owner = heir?.UserId }, ChatJson.Default.MemberGone);
        var me = context.Find<Member>(Member.DocumentId(Actor))! with { State = MemberState.Left, Role = MemberRole.Member };
        return heir is null
            ? Decision.Append(Membership.Without(head with { LastSeq = left.Seq }, Actor), left, me)
            : Decision.Append(Membership.Without(head with { LastSeq = left.Seq }, Actor, new HeadMember(heir.UserId, heir.Role)), left, me, heir);
    }
}
