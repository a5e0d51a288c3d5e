using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>
/// Who acts in the comments of a channel's post, as their part in the channel lets them. The comments have no members: the channel's log
/// decides who sees it, and another log can't be read in a commit. So it is read before the command is given to the log.
/// </summary>
/// <param name="User">Who acts.</param>
/// <param name="Role">Their role in the channel; a follower is a plain member.</param>
/// <param name="SlowModeSeconds">The pause between two comments of a plain member; null for none.</param>
/// <param name="Refusal">Why they may not comment; null when they may.</param>
public sealed record Guest(UserId User, MemberRole Role, int? SlowModeSeconds, Problem? Refusal)
{
    /// <summary>
    /// The refusal of a command that needs a <see cref="Guest"/>, as the conversation is the comments of a post. A caller that knows this
    /// instance reads the guest's part and appends again; to all others it is an ordinary 404. Compare it by reference.
    /// </summary>
    internal static readonly Problem Needed = Problems.ConversationNotFound with { };

    /// <summary>The part of somebody who sees a channel, in the comments of its posts.</summary>
    internal static Guest Of(MembershipContext channel) => new(
        channel.Member.UserId,
        channel.Member.Role,
        ConversationSettings.Of(channel.Head, null).SlowModeSeconds,
        channel.Head.Comments ? null : Problems.CommentsOff);

    /// <summary>What readers of the log take them for: a member who sees everything. Never stored.</summary>
    public Member AsMember(ConversationId comments) => new()
    {
        ConversationId = comments,
        UserId = User,
        Role = Role,
        State = MemberState.Active,
    };

    /// <summary>That they have commented, as it is stored: slow mode goes by it, and who may see their name.</summary>
    public Member AsCommenter(ConversationId comments) => AsMember(comments) with
    {
        Role = MemberRole.Member,
        State = MemberState.Commented,
    };
}
