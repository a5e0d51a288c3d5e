using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>What <c>member.joined</c> tells.</summary>
public sealed record MembersJoined(IReadOnlyList<HeadMember> Members, UserId By);

/// <summary>What <c>member.left</c> and <c>member.removed</c> tell.</summary>
public sealed record MemberGone(UserId UserId, UserId By)
{
    /// <summary>Who owns the conversation from now on, when it was its owner who left.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? Owner { get; init; }
}

/// <summary>What <c>member.updated</c> tells: the members whose roles changed.</summary>
public sealed record MembersUpdated(IReadOnlyList<HeadMember> Members, UserId By);

/// <summary>What <c>member.requested</c> tells those who decide.</summary>
public sealed record MemberRequested(UserId UserId);
