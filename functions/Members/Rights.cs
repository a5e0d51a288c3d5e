using System.Collections.Frozen;
using Chat.Functions.Conversations;

namespace Chat.Functions.Members;

/// <summary>What not every member may do everywhere.</summary>
public enum Right
{
    ChangeSettings,
    ChangeMessageTtl,
    AddMembers,

    /// <summary>Only those of a lesser role.</summary>
    RemoveMembers,
    ChangeRoles,
    TransferOwnership,
    Leave,
    ManageInviteLinks,
    DecideJoinRequests,

    /// <summary>Take back what others sent, and one's own whenever one likes.</summary>
    Moderate,
    MentionAll,
    Pin,
    Delete,
}

/// <summary>Who has which right; docs/protocol.md has the same table by operations, and a test holds the app to it.</summary>
public static class Rights
{
    /// <summary>The least role that has it in a group, and whether both have it in a direct conversation.</summary>
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

    /// <summary>Whether a role has a right in a conversation of a kind.</summary>
    public static bool Has(this MemberRole role, Right right, ConversationKind kind)
    {
        var (inGroup, inDirect) = Table[right];
        return kind == ConversationKind.Direct ? inDirect : role <= inGroup;
    }
}
