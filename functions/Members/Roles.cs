using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>Changes roles: the entry, the member documents and the head in one commit.</summary>
internal static class Roles
{
    /// <param name="context">The command must need the members' documents.</param>
    /// <param name="head">The head before.</param>
    /// <param name="by">Who changes them.</param>
    /// <param name="changed">The members in their new roles.</param>
    public static Decision Change(in DecisionContext context, Head head, UserId by, params IReadOnlyList<Member> changed)
    {
        IReadOnlyList<HeadMember> members = [.. changed.Select(member => new HeadMember(member.UserId, member.Role))];
        var updated = LogEvent.Of(context, LogEvent.MemberUpdated, by, new MembersUpdated(members, by), ChatJson.Default.MembersUpdated);
        return Decision.Append(
            Membership.Changed(head with { LastSeq = updated.Seq }, members),
            updated with { Quiet = true },
            [.. changed]);
    }
}
