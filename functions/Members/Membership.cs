using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>Changes of members, made alike in the head and in the member documents.</summary>
internal static class Membership
{
    /// <summary>Bounds the list in the head, since every commit pays for the head's size.</summary>
    private const int MaxBytesInHead = 1024;

    /// <summary>The refusal if so many more members don't fit; null if they do.</summary>
    public static Problem? FullRefusal(Head head, int joining, Limits limits)
    {
        var (name, most) = head.IsChannel ? ("channelMembers", limits.ChannelMembers) : ("groupMembers", limits.GroupMembers);
        return head.MemberCount + joining > most ? Problems.LimitReached(name, most) : null;
    }

    /// <summary>The head after these members joined.</summary>
    public static Head Joined(Head head, IReadOnlyList<HeadMember> joining)
    {
        // Once the head doesn't list members any more, it can't again: the full list isn't at hand here.
        return With(
            head with { MemberCount = head.MemberCount + joining.Count },
            head.MemberCount == 0 ? joining : head.Members is { } members ? [.. members, .. joining] : null);
    }

    /// <summary>The head after a member left, with the roles that changed by it.</summary>
    public static Head Without(Head head, UserId user, params IReadOnlyList<HeadMember> changed) =>
        With(head with { MemberCount = head.MemberCount - 1 }, InRoles(head.Members, changed)?.Where(member => member.UserId != user));

    /// <summary>The head after members' roles changed.</summary>
    public static Head Changed(Head head, IReadOnlyList<HeadMember> changed) =>
        With(head, InRoles(head.Members, changed));

    /// <summary>Makes users members, by one entry. Former members come back with their old document.</summary>
    /// <param name="context">The command must need the users' member documents.</param>
    /// <param name="head">The head before.</param>
    /// <param name="by">Who added them; they themselves when they joined by a link.</param>
    /// <param name="joining">
    /// Users who aren't members; together with <paramref name="also"/> no more than fit into a commit.
    /// </param>
    /// <param name="also">Other documents that change with it.</param>
    public static Decision Join(
        in DecisionContext context,
        Head head,
        UserId by,
        IReadOnlyList<UserId> joining,
        params IReadOnlyList<ConversationDocument> also)
    {
        IReadOnlyList<HeadMember> members = [.. joining.Select(user => new HeadMember(user, MemberRole.Member))];
        var joined = LogEvent.Of(context, LogEvent.MemberJoined, by, new MembersJoined(members, by), ChatJson.Default.MembersJoined);
        var documentOf = context.DocumentOf;
        var documents = members
            .Select(member => (Member: member, Before: documentOf(Member.DocumentId(member.UserId)) as Member))
            .ToList();
        return Decision.Append(
            Joined(
                head with
                {
                    LastSeq = joined.Seq,
                    JoinedSeq = head.HistoryVisibility == HistoryVisibility.All ? head.JoinedSeq : joined.Seq,
                    LastJoinedAt = joined.At,
                },
                [.. documents.Select(one => one.Before is { JoinedSeq: > 0 } ? one.Member with { JoinedSeq = joined.Seq } : one.Member)]),
            joined,
            [.. documents.Select(one => New(head, one.Member, joined.Seq, joined.At, one.Before)), .. also]);
    }

    /// <summary>The member document of a user who joins by an entry.</summary>
    /// <param name="before">Their document from before, if any.</param>
    public static Member New(Head head, HeadMember member, long joinedSeq, DateTimeOffset at, Member? before = null)
    {
        before ??= new Member
        {
            ConversationId = head.ConversationId,
            UserId = member.UserId,
            Role = member.Role,
            State = MemberState.Active,
        };
        return before with
        {
            Role = member.Role,
            State = MemberState.Active,
            RequestedAt = null,
            RequestedLink = null,
            InvitedBy = null,
            InvitedAt = null,
            IsDeclined = false,
            LeftSeq = null,
            LeftAt = null,
            VisibleFrom = head.HistoryVisibility == HistoryVisibility.All ? 1 : joinedSeq,
            JoinedSeq = joinedSeq,
            JoinedOrdinal = head.MessageCount,
            JoinedAt = at,
        };
    }

    private static IEnumerable<HeadMember>? InRoles(IReadOnlyList<HeadMember>? members, IReadOnlyList<HeadMember> changed) =>
        members?.Select(member =>
            changed.FirstOrDefault(one => one.UserId == member.UserId) is { } now ? member with { Role = now.Role } : member);

    private static Head With(Head head, IEnumerable<HeadMember>? members)
    {
        IReadOnlyList<HeadMember>? all = members is null ? null : [.. members];
        var fits = all is not null
            && JsonSerializer.SerializeToUtf8Bytes(all, ChatJson.Default.IReadOnlyListHeadMember).Length <= MaxBytesInHead;
        return head with { MembersVersion = head.MembersVersion + 1, Members = fits ? all : null };
    }
}
