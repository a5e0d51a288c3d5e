using System.Text.Json;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>How members stand in the head and as documents of their own.</summary>
public static class Membership
{
    /// <summary>A bound on the head, which every commit pays for.</summary>
    private const int MaxBytesInHead = 1024;

    /// <summary>The head with these members in.</summary>
    public static Head Joined(Head head, IReadOnlyList<HeadMember> joining)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(joining);

        // Once the list was dropped, what it would hold is no longer known here.
        IReadOnlyList<HeadMember>? all = head.MemberCount == 0 ? joining : head.Members is { } members ? [.. members, .. joining] : null;
        var fits = all is not null && JsonSerializer.SerializeToUtf8Bytes(all, ChatJson.Default.IReadOnlyListHeadMember).Length <= MaxBytesInHead;
        return head with
        {
            MemberCount = head.MemberCount + joining.Count,
            MembersVersion = head.MembersVersion + 1,
            Members = fits ? all : null,
        };
    }

    /// <summary>The documents of members who join by an entry.</summary>
    public static IReadOnlyList<Member> Documents(ConversationId conversation, IReadOnlyList<HeadMember> joining, long joinedSeq, long joinedOrdinal) =>
        [.. joining.Select(member => new Member
        {
            ConversationId = conversation,
            UserId = member.UserId,
            Role = member.Role,
            State = MemberState.Active,
            VisibleFrom = joinedSeq,
            JoinedSeq = joinedSeq,
            JoinedOrdinal = joinedOrdinal,
        })];
}
