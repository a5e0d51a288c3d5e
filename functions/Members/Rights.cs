using System.Collections.Frozen;
using Chat.Functions.Conversations;

namespace Chat.Functions.Members;

/// <summary>What only some members may do, depending on role and kind of conversation.</summary>
internal enum Right
{
    ChangeSettings,
    ChangeMessageTtl,
    AddMembers,

    /// <summary>Members of a lesser role only.</summary>
    RemoveMembers,
    ChangeRoles,
    TransferOwnership,
    Leave,
    ManageInviteLinks,
    DecideJoinRequests,

    /// <summary>Unsend others' messages, and one's own at any time.</summary>
    Moderate,
    MentionAll,
    Pin,
    Delete,
}

/// <summary>Which role has which right. docs/protocol.md has the same table by operation; a test compares the two.</summary>
internal static class Rights
{
    /// <summary>What nobody may in a channel, whatever their role.</summary>
    private static readonly FrozenSet<Right> NotInChannels =
        new[] { Right.ChangeMessageTtl, Right.DecideJoinRequests, Right.MentionAll }.ToFrozenSet();

    /// <summary>
    /// The least role that has the right in a group or channel, and whether both users have it in a direct conversation.
    /// </summary>
    private static readonly FrozenDictionary<Right, (MemberRole InGroup, bool InDirect)> Table = new Dictionary<Right, (MemberRole, bool)>
    {
        [Right.ChangeSettings] = (MemberRole.Admin, false),
        [Right.ChangeMessageTtl] = (MemberRole.Admin, true),
        [Right.AddMembers] = (MemberRole.Admin, false),
        [Right.RemoveMembers] = (MemberRole.Admin, false),
        [Right.ChangeRoles] = (MemberRole.Owner, false),
        [Right.TransferOwnership] = (MemberRole.Owner, false),
        [Right.Leave] = (MemberRole.Member, false),
        [Right.ManageInviteLinks] = (MemberRole.Admin, false),
        [Right.DecideJoinRequests] = (MemberRole.Admin, false),
        [Right.Moderate] = (MemberRole.Admin, false),
        [Right.MentionAll] = (MemberRole.Admin, false),
        [Right.Pin] = (MemberRole.Admin, true),
        [Right.Delete] = (MemberRole.Owner, false),
    }.ToFrozenDictionary();

    /// <summary>Whether a role has a right in a kind of conversation.</summary>
    public static bool Has(this MemberRole role, Right right, ConversationKind kind)
    {
        var (inGroup, inDirect) = Table[right];
        return kind == ConversationKind.Direct ? inDirect
            : role <= inGroup && !(kind == ConversationKind.Channel && NotInChannels.Contains(right));
    }
}
