using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>The data of <c>member.joined</c>.</summary>
internal sealed record MembersJoined(IReadOnlyList<HeadMember> Members, UserId By);

/// <summary>The data of <c>member.left</c> and <c>member.removed</c>.</summary>
internal sealed record MemberGone(UserId UserId, UserId By)
{
    /// <summary>The new owner, when the owner left.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? Owner { get; init; }
}

/// <summary>The data of <c>member.updated</c>: the members whose roles changed.</summary>
internal sealed record MembersUpdated(IReadOnlyList<HeadMember> Members, UserId By);

/// <summary>The data of <c>member.requested</c>, for those who decide.</summary>
internal sealed record MemberRequested(UserId UserId);
