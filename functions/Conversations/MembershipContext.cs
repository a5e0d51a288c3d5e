using Chat.Functions.Log;
using Chat.Functions.Members;

namespace Chat.Functions.Conversations;

/// <summary>A conversation's head with the document of one active member; of a channel's follower as if they were one.</summary>
public sealed record MembershipContext(Head Head, Member Member)
{
    /// <summary>In the comments on a post: what stands for a member, by their part in the channel. Null elsewhere.</summary>
    public Guest? Guest { get; init; }

    /// <summary>Whether it is a channel's follower, who never joined.</summary>
    public bool IsFollower => Head.IsChannel && Member.JoinedSeq == 0;
}
