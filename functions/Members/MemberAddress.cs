using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>Which member a path names.</summary>
public readonly record struct MemberAddress(ConversationId Conversation, UserId User)
{
    /// <summary>What can't be an id is as good as one that nothing has.</summary>
    public static MemberAddress Of(string conversationId, string userId) => new(
        ConversationId.TryParse(conversationId, out var conversation) ? conversation : ConversationId.None,
        UserId.TryParse(userId, out var user) ? user : UserId.None);
}
